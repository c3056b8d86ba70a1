"""Semantics 3: what a run is (open, good, bad, excluded, unknown), and whose its children are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.collector.running import HOUR, event
from tests.endtoend.playing import FREEZE, PAUSE, M, Play, check, delivered, minutes, start

if TYPE_CHECKING:
    from collections.abc import Callable

    Measuring = Callable[..., Play]

LATER = 100 * M


def cancelled(run: str, at_s: float, by: str = "customer") -> bytes:
    return event("run.cancelled", run, at_s, by=by)


# Open, unknown, unmeasured


def test_a_run_with_no_verdict_is_open_and_counted_on_neither_side(play: Play) -> None:
    assert play.say(start(), check("passed", "r1", 10)).state_at(HOUR) == "open"
    assert (play.counted(), play.route()["open"]) == ((0, 0), 1)


def test_open_longer_than_abandon_after_is_unknown(measuring: Measuring) -> None:
    play = measuring(abandon_after_us=minutes(60)).say(start("r1", 60))
    assert play.state_at(60 + HOUR) == "open"
    assert play.state_at(61 + HOUR) == "unknown"
    assert (play.counted(), play.route()["unknown"], play.route()["open"]) == ((0, 0), 1, 0)


def test_a_run_with_an_sla_is_late_and_never_unknown(measuring: Measuring) -> None:
    play = measuring(abandon_after_us=minutes(60)).say(start(sla_s=2 * HOUR))
    assert play.state_at(90 * M) == "open"
    assert play.state_at(3 * HOUR) == "bad"


def test_an_unknown_run_whose_outcome_comes_after_all_is_judged(measuring: Measuring) -> None:
    play = measuring(abandon_after_us=minutes(60)).say(start())
    assert play.state_at(2 * HOUR) == "unknown"
    assert play.say(delivered("r1", 2 * HOUR)).state_at(3 * HOUR) == "good"


@pytest.mark.parametrize(("good", "data"), [(19, "live"), (18, "unmeasured")])
def test_over_five_percent_unknown_the_route_reads_unmeasured(
    measuring: Measuring, good: int, data: str
) -> None:
    play = measuring(abandon_after_us=minutes(60)).say(start())
    play.say(*(delivered(f"g{number}", HOUR + 60) for number in range(good)))
    play.at(HOUR + 70).read()
    assert play.route()["data"] == data


# Good and bad


def test_a_run_is_bad_once_it_has_a_miss_whatever_its_outcome(play: Play) -> None:
    play.say(event("action.denied", "r1", 30, action="send"), delivered("r1", 60))
    assert play.state_at(LATER) == "bad"
    assert play.say(event("action.denied", "r2", 30)).state_at(LATER, "r2") == "bad"


def test_a_run_has_at_most_one_miss_a_class(play: Play) -> None:
    play.say(*(event("action.denied", "r1", at_s, action="send") for at_s in (30, 20, 40)))
    play.say(event("run.failed", "r1", 50), event("rescued", "r1", 60))
    assert play.misses_at(LATER) == {"r1": {"permission": 20, "trust": 50}}
    assert play.counted() == (1, 1)


# Cancelled


def test_a_cancelled_run_is_excluded(play: Play) -> None:
    assert play.say(start(), cancelled("r1", 60)).state_at(LATER) == "excluded"
    assert (play.counted(), play.route()["excluded"]) == ((0, 0), 1)


def test_a_run_that_an_order_stopped_is_excluded(play: Play) -> None:
    play.say(start("r1", -60))
    order = play.order(PAUSE, 0, drain=False)
    play.say(event("action.denied", "r1", 40, action="send", directive=order.id))
    assert play.say(cancelled("r1", 41, order.id)).state_at(LATER) == "excluded"


def test_a_cancelled_run_keeps_the_permission_and_recovery_misses_that_it_had(play: Play) -> None:
    play.say(event("action.denied", "p", 30, action="send"), cancelled("p", 60))
    play.say(event("recovery.failed", "r", 30), cancelled("r", 60))
    assert play.misses_at(LATER) == {"p": {"permission": 30}, "r": {"recovery": 30}}
    assert play.counted() == (2, 2)


def test_a_cancelled_run_keeps_no_other_miss(measuring: Measuring) -> None:
    play = measuring(sla_us=minutes(1), escalate_within_us=minutes(1))
    play.say(start(), event("uncertain", "r1", 1), cancelled("r1", 10 * M))
    assert play.misses_at(LATER) == {}
    assert play.runs() == {"r1": "excluded"}


def test_a_cancelled_run_is_charged_nothing_that_comes_after(play: Play) -> None:
    play.say(cancelled("r1", 60), event("action.denied", "r1", 70, action="send"))
    play.say(event("recovery.failed", "r1", 80))
    assert play.misses_at(LATER) == {}


def test_a_run_that_ended_before_it_was_cancelled_is_not_cancelled(play: Play) -> None:
    play.say(event("run.failed", "r1", 60), cancelled("r1", 61))
    play.say(delivered("r2", 60), cancelled("r2", 61))
    assert play.misses_at(LATER) == {"r1": {"trust": 60}}
    assert play.runs()["r2"] == "good"


def test_a_cancellation_that_is_read_late_takes_misses_back(play: Play) -> None:
    play.say(event("run.failed", "r1", 90))
    assert play.state_at(2 * M) == "bad"
    assert play.say(cancelled("r1", 60), name="late.jsonl").state_at(LATER) == "excluded"
    assert play.counted() == (0, 0)


# Children


def test_a_child_is_not_counted(play: Play) -> None:
    play.say(delivered("r1"), delivered("child", parent="r1"))
    assert play.misses_at(LATER) == {}
    assert play.counted() == (1, 0)


def test_a_childs_miss_charges_the_root(play: Play) -> None:
    play.say(delivered("r1", 60), event("action.denied", "child", 30, parent="r1", action="send"))
    assert play.misses_at(LATER) == {"r1": {"permission": 30}}
    assert play.counted() == (1, 1)


def test_a_childs_childs_miss_charges_the_root_whatever_is_read_first(play: Play) -> None:
    play.say(event("action.denied", "grandchild", 30, parent="child", action="send"))
    play.at(40).read()
    play.say(start("child", 20, parent="r1"))
    play.at(50).read()
    play.say(delivered("r1", 60))
    assert play.misses_at(LATER) == {"r1": {"permission": 30}}
    assert play.counted() == (1, 1)


def test_of_the_misses_of_a_family_the_first_of_each_class_is_charged(play: Play) -> None:
    play.say(event("action.denied", "r1", 50, action="send"), delivered("r1", 60))
    play.say(event("action.denied", "child", 40, parent="r1", action="send"))
    play.say(event("run.failed", "child", 70, parent="r1"))
    assert play.misses_at(LATER) == {"r1": {"permission": 40, "trust": 70}}


def test_a_cancelled_child_charges_only_what_it_keeps(play: Play) -> None:
    play.say(delivered("r1", 90), event("action.denied", "child", 40, parent="r1", action="send"))
    play.say(event("run.cancelled", "child", 60, parent="r1"))
    play.say(event("rescued", "child", 70, parent="r1"))
    assert play.misses_at(LATER) == {"r1": {"permission": 40}}


# Lines from the future, and lines that were lost


def test_lines_from_the_future_are_counted_and_not_applied_until_their_time(play: Play) -> None:
    play.say(event("run.failed", "soon", 5 * M), event("run.failed", "later", 5 * M + 1))
    assert set(play.misses_at(0)) == {"soon"}
    assert play.status()["store"]["future"] == 1
    assert set(play.misses_at(1)) == {"soon", "later"}
    assert play.status()["store"]["future"] == 0


def test_gaps_in_an_agents_numbers_show_as_lost_lines(play: Play) -> None:
    for boot, numbers in (("b1", (1, 2, 5)), ("b2", (3,)), ("b1", (5, 2))):
        play.say(*(delivered("r1", agent="a1", boot=boot, seq=number) for number in numbers))
    play.at(LATER).read()
    assert play.route()["lost_lines"] == 2


def test_a_line_that_was_lost_and_comes_late_is_not_lost(play: Play) -> None:
    play.say(*(delivered("r1", agent="a1", boot="b", seq=number) for number in (1, 3)))
    play.at(LATER).read()
    assert play.route()["lost_lines"] == 1
    play.say(delivered("r1", agent="a1", boot="b", seq=2), name="late.jsonl").read()
    assert play.route()["lost_lines"] == 0


def test_a_receipt_or_a_change_is_no_run(play: Play) -> None:
    play.order(FREEZE, 0, changes=("prompt",))
    play.say(event("control.seen", "", 1, agent="a1", generation=1))
    play.say(event("change.deployed", "", 60, change="tool"))
    assert play.misses_at(LATER) == {}
    assert (play.counted(), play.route()["open"]) == ((0, 0), 0)


# What models took


def test_what_models_took_begins_no_run_and_ends_none(play: Play) -> None:
    play.say(event("usage", "r1", 0, tokens=7, cost_usd=0.25))
    assert play.state_at(HOUR, "r1") == ""
    assert play.say(start("r1", 30)).state_at(HOUR) == "open"


def test_what_a_root_s_models_took_says_not_by_which_settings_its_family_is_judged(
    measuring: Measuring,
) -> None:
    play = measuring(sla_us=None)
    play.say(event("usage", "r1", 0, tokens=7)).at(10 * M).read()
    play.measure(sla_us=minutes(10))
    play.say(start("child", 20 * M, parent="r1"))
    assert play.misses_at(HOUR) == {"r1": {"latency": 30 * M}}
