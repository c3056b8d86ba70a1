"""Semantics 3, escalation: doubt that nothing came of, and handoffs that could be prevented."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.collector.running import event
from tests.endtoend.playing import M, Play, delivered, minutes, start

if TYPE_CHECKING:
    from collections.abc import Callable

    Measuring = Callable[..., Play]

WITHIN = 5 * M
LATER = 100 * M
DOUBT = event("uncertain", "r1", 60, confidence=0.3)


@pytest.fixture
def doubtful(measuring: Measuring) -> Play:
    """A route whose run became uncertain at 60 s."""
    return measuring(escalate_within_us=minutes(5)).say(start(), DOUBT)


def test_doubt_that_nothing_came_of_is_a_miss_when_its_time_is_over(doubtful: Play) -> None:
    assert doubtful.misses_at(60 + WITHIN) == {}
    assert doubtful.misses_at(61 + WITHIN) == {"r1": {"escalation": 60 + WITHIN}}


@pytest.mark.parametrize(
    "kind",
    ["handoff", "certain", "approval.requested", "run.delivered", "run.failed", "run.cancelled"],
)
@pytest.mark.parametrize(("after_s", "missed"), [(WITHIN, False), (WITHIN + 1, True)])
def test_doubt_is_ended_in_time_by(doubtful: Play, kind: str, after_s: int, missed: bool) -> None:
    doubtful.say(event(kind, "r1", 60 + after_s, to="desk", action="send"))
    found = "escalation" in doubtful.misses_at(LATER).get("r1", {})
    assert found is (missed and kind != "run.cancelled")


def test_being_certain_before_ends_no_doubt_that_comes_after(measuring: Measuring) -> None:
    play = measuring(escalate_within_us=minutes(5))
    play.say(event("certain", "r1", 59), DOUBT)
    assert play.misses_at(LATER) == {"r1": {"escalation": 60 + WITHIN}}


def test_each_doubt_has_to_be_ended(doubtful: Play) -> None:
    doubtful.say(event("certain", "r1", 120), event("uncertain", "r1", 180))
    assert doubtful.misses_at(LATER) == {"r1": {"escalation": 180 + WITHIN}}


def test_a_handoff_closes_the_run_as_good(doubtful: Play) -> None:
    doubtful.say(event("handoff", "r1", 90, to="desk"))
    assert doubtful.state_at(LATER) == "good"
    assert doubtful.route()["handoffs"] == 1


def test_a_preventable_handoff_is_a_miss_at_the_handoff(play: Play) -> None:
    play.say(event("handoff", "bad", 60, to="desk", preventable=True))
    play.say(event("handoff", "good", 60, to="desk", preventable=False))
    assert play.misses_at(LATER) == {"bad": {"escalation": 60}}


def test_an_operator_may_say_later_that_a_handoff_was_preventable(play: Play) -> None:
    play.say(event("handoff", "r1", 60, to="desk"))
    assert play.misses_at(70) == {}
    play.preventable("r1")
    assert play.misses_at(LATER) == {"r1": {"escalation": 60}}
    assert play.counted() == (1, 1)


def test_a_run_that_was_over_before_it_doubted_has_nothing_to_escalate(play: Play) -> None:
    play.say(delivered("r1", 30), DOUBT)
    assert play.misses_at(LATER) == {}
