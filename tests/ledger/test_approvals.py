"""Which requests for approval still wait: what nobody answered at their instant or after it."""

from __future__ import annotations

from typing import Any

import pytest

from console.ledger.approvals import waiting
from console.ledger.facts import Facts
from console.model import SECOND_US, Event, Origin
from tests.ledger.strategies import BASE_US


def waits(*told: Event) -> list[int]:
    """Return the second of each request that waits."""
    facts = Facts()
    for place, event in enumerate(told):
        facts.add(event, Origin(1, place, place))
    return [(event.ts_us - BASE_US) // SECOND_US for event in waiting(facts)]


def event(kind: str, second: int, **more: Any) -> Event:
    """Return an event about the action `pay`, unless it names another."""
    about = {"run": "r", "action": "pay", **more}
    return Event(ts_us=BASE_US + second * SECOND_US, route="a", event=kind, **about)


ASKED = event("approval.requested", 5)


def test_a_request_waits_until_it_is_answered() -> None:
    assert waits(ASKED) == [5]


@pytest.mark.parametrize("second", [5, 6])
@pytest.mark.parametrize(
    "kind", ["approval.granted", "approval.denied", "action.taken", "run.delivered", "handoff"]
)
def test_what_answers_it_or_ends_the_run_is_of_its_instant_or_later(kind: str, second: int) -> None:
    assert waits(ASKED, event(kind, second)) == []


@pytest.mark.parametrize("kind", ["approval.granted", "action.taken", "run.delivered"])
def test_what_came_before_it_answers_nothing(kind: str) -> None:
    assert waits(ASKED, event(kind, 4)) == [5]


def test_another_actions_answer_is_none() -> None:
    assert waits(ASKED, event("approval.granted", 6, action="mail")) == [5]


def test_of_several_requests_for_one_action_the_latest_waits() -> None:
    assert waits(ASKED, event("approval.requested", 7), event("approval.granted", 6)) == [7]
