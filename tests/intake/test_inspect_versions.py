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
