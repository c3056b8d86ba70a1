"""Semantics 3, trust: failed checks, missing verdicts, rescues, and failures without a handoff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.collector.running import DAY, event
from tests.endtoend.playing import M, Play, check, delivered, minutes, start

if TYPE_CHECKING:
    from collections.abc import Callable

    Measuring = Callable[..., Play]

REQUIRED = {"requires": ("qa",), "verdict_within_us": minutes(10)}
LATER = 100 * M


def test_a_check_that_stands_failed_at_delivery_is_a_miss_at_delivery(play: Play) -> None:
    play.say(check("failed", "r1", 10), delivered("r1", 60))
    assert play.misses_at(LATER) == {"r1": {"trust": 60}}


def test_the_last_verdict_of_a_check_before_delivery_counts(play: Play) -> None:
    play.say(check("failed", "mended", 10), check("passed", "mended", 20), delivered("mended"))
    play.say(check("passed", "broken", 10), check("failed", "broken", 20), delivered("broken"))
    assert play.misses_at(LATER) == {"broken": {"trust": 60}}


def test_a_pass_of_one_check_clears_no_other(play: Play) -> None:
    play.say(check("failed", "r1", 10), check("passed", "r1", 20, "policy"), delivered())
    assert play.misses_at(LATER) == {"r1": {"trust": 60}}


def test_a_failed_verdict_beats_a_passed_one_at_the_same_instant(play: Play) -> None:
    play.say(check("failed", "before", 10), check("passed", "before", 10), delivered("before"))
    play.say(delivered("after"), check("passed", "after", 70), check("failed", "after", 70))
    assert play.misses_at(LATER) == {"before": {"trust": 60}, "after": {"trust": 70}}


def test_a_verdict_at_the_instant_of_delivery_is_a_verdict_at_delivery(play: Play) -> None:
    play.say(check("failed", "r1", 60), delivered("r1", 60), check("passed", "r1", 70))
    assert play.misses_at(LATER) == {"r1": {"trust": 60}}


def test_a_failure_without_a_delivery_is_no_miss_yet(play: Play) -> None:
    assert play.say(start(), check("failed", "r1", 10)).state_at(LATER) == "open"


def test_a_check_that_fails_after_delivery_is_a_miss_at_the_failure(play: Play) -> None:
    play.say(delivered("r1", 60), check("failed", "r1", 90 * M))
    assert play.misses_at(LATER) == {"r1": {"trust": 90 * M}}


def test_a_pass_after_delivery_clears_a_failure_after_delivery(play: Play) -> None:
    play.say(delivered("r1", 60), check("failed", "r1", 70), check("passed", "r1", 80))
    assert play.misses_at(LATER) == {}


def test_a_pass_after_delivery_clears_no_failure_at_delivery(play: Play) -> None:
    play.say(check("failed", "r1", 10), delivered("r1", 60), check("passed", "r1", 70))
    assert play.misses_at(LATER) == {"r1": {"trust": 60}}


def test_after_a_pass_that_cleared_the_next_failure_is_a_miss_of_its_own(play: Play) -> None:
    play.say(delivered("r1", 60), check("failed", "r1", 70), check("passed", "r1", 80))
    assert play.misses_at(100) == {}
    play.say(check("failed", "r1", 90))
    assert play.misses_at(LATER) == {"r1": {"trust": 90}}


def test_an_outcome_that_says_it_is_not_trusted_is_a_miss(play: Play) -> None:
    play.say(delivered("no", 60, trusted=False), delivered("yes", 60, trusted=True))
    assert play.misses_at(LATER) == {"no": {"trust": 60}}


# Required verdicts


def test_a_delivered_run_without_a_required_verdict_is_open_until_it_comes(
    measuring: Measuring,
) -> None:
    play = measuring(**REQUIRED).say(delivered("r1", 60))
    assert play.state_at(5 * M) == "open"
    play.say(check("passed", "r1", 5 * M))
    assert play.state_at(6 * M) == "good"


def test_no_required_verdict_in_time_is_a_miss_at_the_deadline(measuring: Measuring) -> None:
    play = measuring(**REQUIRED).say(delivered("r1", 60), check("passed", "r1", 60, "policy"))
    assert play.misses_at(11 * M) == {}
    assert play.misses_at(11 * M + 1) == {"r1": {"trust": 11 * M}}


def test_a_required_verdict_at_the_very_deadline_is_in_time_and_one_after_is_not(
    measuring: Measuring,
) -> None:
    play = measuring(**REQUIRED).say(delivered("in", 0), check("passed", "in", 10 * M))
    play.say(delivered("out", 0), check("passed", "out", 10 * M + 1))
    assert play.misses_at(LATER) == {"out": {"trust": 10 * M}}


def test_a_verdict_before_delivery_is_a_verdict(measuring: Measuring) -> None:
    assert measuring(**REQUIRED).say(check("passed", "r1", 10), delivered()).state_at(61) == "good"


def test_a_required_check_that_fails_is_charged_when_it_fails(measuring: Measuring) -> None:
    play = measuring(**REQUIRED).say(delivered("r1", 60), check("failed", "r1", 120))
    assert play.misses_at(LATER) == {"r1": {"trust": 120}}


def test_each_required_check_has_to_have_a_verdict(measuring: Measuring) -> None:
    play = measuring(**(REQUIRED | {"requires": ("qa", "policy")}))
    play.say(check("passed", "r1", 10), delivered("r1", 60))
    assert play.misses_at(LATER) == {"r1": {"trust": 11 * M}}


def test_a_run_that_was_never_delivered_needs_no_verdict(measuring: Measuring) -> None:
    play = measuring(**REQUIRED).say(event("handoff", "r1", 60, to="desk"))
    assert play.state_at(LATER) == "good"


# Rescues and failures


def test_a_rescue_long_after_delivery_moves_the_run_to_its_own_minute(play: Play) -> None:
    play.say(delivered("r1", 60))
    assert play.misses_at(2 * M) == {}
    assert play.counted() == (1, 0)
    play.say(event("rescued", "r1", 3 * DAY, by="dana", minutes=20))
    assert play.misses_at(3 * DAY + 1) == {"r1": {"trust": 3 * DAY}}
    assert play.counted() == (1, 1)


def test_the_first_of_several_trust_misses_is_the_one_that_is_charged(play: Play) -> None:
    play.say(event("rescued", "r1", 300), delivered("r1", 60, trusted=False))
    assert play.misses_at(LATER) == {"r1": {"trust": 60}}


def test_a_run_that_failed_is_a_miss(play: Play) -> None:
    play.say(event("run.failed", "r1", 60, reason="timeout"))
    assert play.misses_at(LATER) == {"r1": {"trust": 60}}


def test_a_failure_with_a_handoff_at_or_before_it_is_handing_off(play: Play) -> None:
    for run, handed in (("before", 50), ("same", 60)):
        play.say(event("handoff", run, handed, to="desk"), event("run.failed", run, 60))
    assert play.misses_at(LATER) == {}
    assert set(play.runs().values()) == {"good"}


def test_a_handoff_after_the_failure_comes_too_late(play: Play) -> None:
    play.say(event("run.failed", "r1", 60), event("handoff", "r1", 61, to="desk"))
    assert play.misses_at(LATER) == {"r1": {"trust": 60}}
