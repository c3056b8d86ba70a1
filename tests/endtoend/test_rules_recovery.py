"""Semantics 3, recovery: recoveries that fail or never come, and orders that nobody confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.collector.running import event
from tests.endtoend.playing import FREEZE, PAUSE, M, Play, delivered, minutes

if TYPE_CHECKING:
    from collections.abc import Callable

    Measuring = Callable[..., Play]

WITHIN = 20 * M
RECOVERING = {"recover_within_us": minutes(20)}
LATER = 100 * M


def alive(agent: str, at_s: float) -> bytes:
    return event("agent.breathes", "r0", at_s, agent=agent)


def seen(generation: int, at_s: float, agent: str = "a1") -> bytes:
    return event("control.seen", "", at_s, agent=agent, generation=generation)


def test_a_recovery_that_failed_is_a_miss(play: Play) -> None:
    play.say(delivered("r1", 60), event("recovery.failed", "r1", 90))
    assert play.misses_at(LATER) == {"r1": {"recovery": 90}}


def test_a_bad_run_that_did_not_recover_in_time_is_a_miss_at_the_deadline(
    measuring: Measuring,
) -> None:
    play = measuring(**RECOVERING).say(event("run.failed", "r1", 60))
    assert play.misses_at(60 + WITHIN) == {"r1": {"trust": 60}}
    assert play.misses_at(61 + WITHIN) == {"r1": {"trust": 60, "recovery": 60 + WITHIN}}


def test_a_recovery_by_the_deadline_is_in_time_and_one_after_it_is_not(
    measuring: Measuring,
) -> None:
    play = measuring(**RECOVERING)
    for run, after_s in (("in", WITHIN), ("out", WITHIN + 1)):
        play.say(event("run.failed", run, 60), event("recovery.succeeded", run, 60 + after_s))
    found = play.misses_at(LATER)
    assert found == {"in": {"trust": 60}, "out": {"trust": 60, "recovery": 60 + WITHIN}}


def test_the_deadline_runs_from_the_first_miss(measuring: Measuring) -> None:
    play = measuring(**RECOVERING)
    play.say(event("action.denied", "r1", 30, action="send"), event("run.failed", "r1", 60))
    assert play.misses_at(LATER)["r1"]["recovery"] == 30 + WITHIN


def test_a_good_run_has_nothing_to_recover_from(measuring: Measuring) -> None:
    assert measuring(**RECOVERING).say(delivered()).misses_at(LATER) == {}


def test_a_route_without_recover_within_asks_for_no_recovery(play: Play) -> None:
    assert "recovery" not in play.say(event("run.failed", "r1", 60)).misses_at(LATER)["r1"]


# Overdue orders


def test_an_agent_that_works_on_without_a_receipt_makes_the_order_overdue(play: Play) -> None:
    order = play.order(FREEZE, 0, changes=("prompt",))
    play.say(alive("a1", 31))
    assert play.misses_at(LATER) == {order.id: {"recovery": 30}}
    assert play.counted() == (1, 1)


def test_an_order_is_overdue_once_however_many_agents_did_not_confirm_it(play: Play) -> None:
    order = play.order(FREEZE, 0, changes=("prompt",))
    play.say(alive("a1", 31), alive("a2", 60), alive("a1", 90))
    assert play.misses_at(LATER) == {order.id: {"recovery": 30}}
    assert play.counted() == (1, 1)


def test_an_agent_that_was_silent_since_is_not_seen_and_not_failed(play: Play) -> None:
    play.order(FREEZE, 0, changes=("prompt",))
    play.say(alive("a1", -60), alive("a1", 30))
    assert play.misses_at(LATER) == {}


def test_a_receipt_of_that_generation_or_a_later_one_confirms_the_order(play: Play) -> None:
    order = play.order(FREEZE, 0, changes=("prompt",))
    play.say(seen(order.generation, 20), alive("a1", 40))
    play.say(seen(order.generation + 3, 20, "a2"), alive("a2", 40))
    assert play.misses_at(LATER) == {}


def test_a_receipt_of_an_older_generation_confirms_nothing(play: Play) -> None:
    order = play.order(FREEZE, 0, changes=("prompt",))
    play.say(seen(order.generation - 1, 20), alive("a1", 40))
    assert set(play.misses_at(LATER)) == {order.id}


def test_a_receipt_that_is_read_late_takes_the_miss_back(play: Play) -> None:
    order = play.order(FREEZE, 0, changes=("prompt",))
    play.say(alive("a1", 40))
    assert set(play.misses_at(60)) == {order.id}
    play.say(seen(order.generation, 20), name="late.jsonl")
    assert play.misses_at(LATER) == {}


def test_each_order_is_charged_for_itself(play: Play) -> None:
    first = play.order(FREEZE, 0, changes=("prompt",))
    second = play.order(PAUSE, 10)
    play.say(alive("a1", 50))
    assert play.misses_at(LATER) == {first.id: {"recovery": 30}, second.id: {"recovery": 40}}
