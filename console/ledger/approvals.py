"""Requests for a human's approval that nobody has answered yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.ledger.facts import TERMINAL

if TYPE_CHECKING:
    from console.ledger.facts import Facts
    from console.model import Event

ASKED = "approval.requested"
_ANSWERS = frozenset({"approval.granted", "approval.denied", "action.taken"})


def asks(facts: Facts) -> bool:
    """Say whether a run has ever asked for an approval."""
    return any(event.event == ASKED for event in facts.events)


def waiting(facts: Facts) -> list[Event]:
    """Return the requests of a run that wait for an answer, the latest one for each action.

    A request is over when its action was granted, denied or taken at or after it, or the run
    ended. An operator's grant answers it too, but is not among the events of the run.
    """
    latest: dict[str, Event] = {}
    answered_us: dict[str, int] = {}
    ended_us = -1
    for mark in facts.ordered():
        event = mark.event
        if event.event == ASKED:
            latest[event.action] = event
        elif event.event in _ANSWERS:
            answered_us[event.action] = event.ts_us
        elif event.event in TERMINAL:
            ended_us = event.ts_us
    return [
        event
        for action, event in latest.items()
        if event.ts_us > max(ended_us, answered_us.get(action, -1))
    ]
