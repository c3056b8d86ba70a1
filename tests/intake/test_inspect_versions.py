"""What the first versions of Inspect AI wrote otherwise than today, and how cancelling shows."""

from __future__ import annotations

import pytest

from console.model import SECOND_US
from tests.intake.inspect_logs import T0_US, events, log, sample


def test_events_of_the_first_logs_stand_in_a_transcript() -> None:
    old = {"id": 7, "epoch": 1, "transcript": {"events": sample()["events"], "content": {}}}
    assert events(log(old)) == events(log(sample()))


@pytest.mark.parametrize(
    ("results", "name"),
    [
        ({"scorer": {"name": "exact"}}, "exact"),
        ({"scores": [{"name": "match"}]}, "match"),
        (None, "score"),
    ],
)
def test_the_single_score_of_the_first_logs_is_of_the_scorer_of_all(
    results: object, name: str
) -> None:
    found = events(log(sample(score={"value": "I"}), results=results))
    assert [(event.check, event.event) for event in found if event.check] == [
        (name, "check.failed")
    ]


def test_times_without_a_zone_are_utc() -> None:
    naive = sample(started_at="2026-03-01T12:00:02", completed_at="2026-03-01T12:00:20")
    start, end = events(log(naive))
    assert (start.ts_us, end.ts_us) == (T0_US + 2 * SECOND_US, T0_US + 20 * SECOND_US)


@pytest.mark.parametrize("message", ["CancelledError()", "Cancelled('by scope')"])
def test_a_sample_that_was_cancelled_was_withdrawn(message: str) -> None:
    *_, end = events(log(sample(error={"message": message}), status="cancelled"))
    assert (end.event, end.by) == ("run.cancelled", "inspect")


def test_a_tool_that_complains_of_a_cancelled_order_failed() -> None:
    *_, end = events(log(sample(error={"message": "Cancelled orders cannot be refunded"})))
    assert end.event == "run.failed"


@pytest.mark.parametrize("value", [None, "maybe", float("nan"), {}, {"a": None}])
def test_a_sample_whose_scores_are_all_unknown_stays_open(value: object) -> None:
    (start,) = events(log(sample(scores={"m": {"value": value}})))
    assert start.event == "run.started"


def test_one_known_score_is_a_verdict_and_no_score_at_all_needs_none() -> None:
    scores = {"m": {"value": None}, "n": {"value": "C"}}
    assert [event.event for event in events(log(sample(scores=scores)))][1:] == [
        "check.passed",
        "run.delivered",
    ]
    assert events(log(sample(scores={})))[-1].event == "run.delivered"


def test_an_open_sample_without_times_starts_when_the_evaluation_ended() -> None:
    (start,) = events(log({"id": 1, "epoch": 1, "scores": {"m": {"value": None}}}))
    assert (start.event, start.ts_us) == ("run.started", T0_US + 30 * SECOND_US)
