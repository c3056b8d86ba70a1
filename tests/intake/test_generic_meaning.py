"""What is proposed for the values of a log that nobody has described."""

from __future__ import annotations

import pytest

from console.intake.formats.generic_meaning import meaning


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("job accepted", "run.started"),
        ("Task received", "run.started"),
        ("ticket opened", "run.started"),
        ("run-started", "run.started"),
        ("job completed", "run.delivered"),
        ("request_fulfilled", "run.delivered"),
        ("job crashed", "run.failed"),
        ("worker panicked", "run.failed"),
        ("call timed out", "run.failed"),
        ("order failed to start", "run.failed"),
        ("order cancelled by customer", "run.cancelled"),
        ("tool call blocked", "action.denied"),
        ("handed off", "handoff"),
        ("transferred to human", "handoff"),
        ("human fixed output", "rescued"),
        ("manually corrected", "rescued"),
        ("reviewer rewrote the failed draft", "rescued"),
        ("rescued", "rescued"),
    ],
)
def test_usual_words_of_the_field_are_known(text: str, event: str) -> None:
    assert meaning(text) == event


@pytest.mark.parametrize(
    "text",
    [
        "",
        "accepted",
        "proposal accepted",
        "cache warmed",
        "not completed",
        "could not be delivered",
        "no errors",
        "human review completed",
        "human approved",
    ],
)
def test_what_may_mean_several_things_or_none_is_left_to_people(text: str) -> None:
    assert meaning(text) == ""
