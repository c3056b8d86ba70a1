"""One run as it is judged, and what a charge to the budget says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from console.ledger.facts import TERMINAL, Mark
from console.ledger.orders import Orders
from console.model import HOUR_US, MINUTE_US, SECOND_US, USAGE, ErrorClass
from console.settings import Measured

if TYPE_CHECKING:
    from collections.abc import Sequence


class Debit(NamedTuple):
    """One charge to the budget: class, instant, the rule in words, and the events behind it."""

    error_class: ErrorClass
    at_us: int
    rule: str
    marks: tuple[Mark, ...]


class Case:
    """One run as it is judged: its marks by kind in order of time, and all that judges them."""

    def __init__(
        self, run: str, marks: Sequence[Mark], measured: Measured, orders: Orders, clock_us: int
    ) -> None:
        self.run = run
        self.marks = marks
        self.measured = measured
        self.orders = orders
        self.clock_us = clock_us
        self.pending: list[int] = []
        self.kinds: dict[str, list[Mark]] = {}
        for mark in marks:
            self.kinds.setdefault(mark.event.event, []).append(mark)
        self.terminals = [mark for mark in marks if mark.event.event in TERMINAL]
        self.of_work = [mark for mark in marks if mark.event.event != USAGE]

    def of(self, kind: str) -> list[Mark]:
        """Return the marks of one kind of event, in order of time."""
        return self.kinds.get(kind, [])

    def first(self, kind: str) -> Mark | None:
        """Return the earliest mark of one kind, or None."""
        marks = self.kinds.get(kind)
        return marks[0] if marks else None

    def passed(self, deadline_us: int) -> bool:
        """Say whether the clock has passed a deadline; note it as pending where not."""
        if self.clock_us > deadline_us:
            return True
        self.pending.append(deadline_us)
        return False


def clock(at_us: int) -> str:
    """Return an instant as an operator reads it in a sentence: `14:02`, UTC."""
    return datetime.fromtimestamp(at_us // SECOND_US, tz=UTC).strftime("%H:%M")


def duration(length_us: int) -> str:
    """Return a length of time in words: `90 s`, `15 min`, `2 h`."""
    if length_us % HOUR_US == 0:
        return f"{length_us // HOUR_US} h"
    if length_us % MINUTE_US == 0:
        return f"{length_us // MINUTE_US} min"
    return f"{length_us / SECOND_US:g} s"
