"""Semantics 3, latency: no terminal event by start + SLA."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.collector.running import event
from tests.endtoend.mistakes import MISTAKES, make
from tests.endtoend.playing import PAUSE, TIGHTEN, M, Play, delivered, minutes, start
from tests.endtoend.test_mistakes import WAITING

if TYPE_CHECKING:
    from collections.abc import Callable

    Measuring = Callable[..., Play]

SLA = 10 * M
HURRIED = {"sla_us": minutes(10)}


def test_a_run_without_an_sla_is_never_late(play: Play) -> None:
    assert play.say(start(), delivered("r1", 500 * M)).misses_at(501 * M) == {}


def test_no_terminal_event_by_start_and_sla_is_a_miss_at_that_instant(measuring: Measuring) -> None:
    play = measuring(**HURRIED).say(start("r1", 30))
    assert play.misses_at(SLA + 31) == {"r1": {"latency": SLA + 30}}


def test_an_outcome_after_the_sla_is_a_miss_at_the_sla(measuring: Measuring) -> None:
    play = measuring(**HURRIED).say(start(), delivered("r1", SLA + 1))
    assert play.misses_at(2 * SLA) == {"r1": {"latency": SLA}}


@pytest.mark.parametrize("kind", ["run.delivered", "handoff", "run.cancelled", "run.failed"])
def test_any_terminal_event_at_the_very_instant_of_the_sla_is_in_time(
    measuring: Measuring, kind: str
) -> None:
    play = measuring(**HURRIED).say(start(), event(kind, "r1", SLA, to="desk"))
    assert "latency" not in play.misses_at(2 * SLA).get("r1", {})


def test_the_sla_of_the_run_beats_the_routes(measuring: Measuring) -> None:
    play = measuring(**HURRIED)
    play.say(start("short", sla_s=60), delivered("short", 61))
    play.say(start("long", sla_s=3600), delivered("long", 3600))
    assert play.misses_at(3700) == {"short": {"latency": 60}}


def test_a_run_may_have_an_sla_where_the_route_has_none(play: Play) -> None:
    assert play.say(start(sla_s=60)).misses_at(61) == {"r1": {"latency": 60}}


def test_an_outcome_that_is_read_late_but_came_in_time_takes_the_miss_back(
    measuring: Measuring,
) -> None:
    play = measuring(**HURRIED).say(start())
    assert play.misses_at(SLA + 1) == {"r1": {"latency": SLA}}
    play.say(delivered("r1", SLA - 1), name="late.jsonl")
    assert play.misses_at(2 * SLA) == {}
    assert play.runs() == {"r1": "good"}


# Waiting for a grant


def waiting(play: Play, asked_s: float, answered_s: float | None) -> Play:
    play.say(start(), event("approval.requested", "r1", asked_s, action="send"))
    if answered_s is not None:
        play.say(event("approval.granted", "r1", answered_s, action="send"))
    return play


def test_waiting_for_the_grant_that_an_order_demands_stops_the_clock(measuring: Measuring) -> None:
    play = measuring(**HURRIED)
    play.order(TIGHTEN, -M, actions=("send",))
    waiting(play, 2 * M, 7 * M).say(delivered("r1", SLA + 5 * M))
    assert play.misses_at(60 * M) == {}


def test_a_clock_that_runs_on_while_waiting_would_be_noticed(
    measuring: Measuring, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(MISTAKES[WAITING], monkeypatch)
    with pytest.raises(AssertionError):
        test_waiting_for_the_grant_that_an_order_demands_stops_the_clock(measuring)


def test_the_time_that_was_not_spent_waiting_still_counts(measuring: Measuring) -> None:
    play = measuring(**HURRIED)
    play.order(TIGHTEN, -M, actions=("send",))
    waiting(play, 2 * M, 7 * M).say(delivered("r1", SLA + 5 * M + 1))
    assert play.misses_at(60 * M) == {"r1": {"latency": SLA + 5 * M}}


def test_a_run_that_still_waits_is_not_late(measuring: Measuring) -> None:
    play = measuring(**HURRIED)
    play.order(TIGHTEN, -M, actions=("send",))
    assert waiting(play, 2 * M, None).state_at(600 * M) == "open"
    assert play.misses() == []


def test_waiting_that_no_order_demands_runs_on_the_clock(measuring: Measuring) -> None:
    play = measuring(**HURRIED, approval_required=("send",))
    waiting(play, 2 * M, 7 * M).say(delivered("r1", SLA + 1))
    assert play.misses_at(60 * M) == {"r1": {"latency": SLA}}


def test_an_order_on_another_action_or_of_another_kind_stops_no_clock(measuring: Measuring) -> None:
    play = measuring(**HURRIED)
    play.order(TIGHTEN, -2 * M, actions=("lookup",))
    play.order(PAUSE, -M)
    play.at(0).read()
    waiting(play, 2 * M, 7 * M).say(delivered("r1", SLA + 1))
    assert play.misses_at(60 * M)["r1"]["latency"] == SLA


def test_once_the_order_is_lifted_the_clock_runs_again(measuring: Measuring) -> None:
    play = measuring(**HURRIED)
    order = play.order(TIGHTEN, -M, actions=("send",))
    play.lift(order, 4 * M)
    waiting(play, 2 * M, 30 * M).say(delivered("r1", 40 * M))
    assert play.misses_at(60 * M) == {"r1": {"latency": SLA + 2 * M}}
