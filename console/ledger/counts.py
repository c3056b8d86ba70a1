"""Closed runs as integers per route and minute of event time.

A closed run sits in exactly one minute; when its verdict moves, it leaves the old cell and enters
the new one, so that `class <= bad <= total` holds in every window at every moment.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from console.ledger.runs import Outcome
from console.model import CLASSES, Counts, ErrorClass, RunState

if TYPE_CHECKING:
    from collections.abc import Iterable

_BIT = {error_class: 1 << place for place, error_class in enumerate(CLASSES)}


def bit_of(error_class: ErrorClass) -> int:
    """Return the bit of a class in `Entry.classes`."""
    return _BIT[error_class]


class Entry(msgspec.Struct, frozen=True, gc=False):
    """How a run is booked now: its state ("" = no run of its own), cell, classes and deadline."""

    state: str = ""
    minute: int | None = None
    classes: int = 0
    deadline_us: int | None = None
    handoff: bool = False
    rescues: int = 0


def entry_of(outcome: Outcome) -> Entry:
    """Return the booking that an outcome asks for."""
    classes = 0
    for error_class in outcome.classes:
        classes |= _BIT[error_class]
    return Entry(
        state=outcome.state.value if outcome.state is not None else "",
        minute=outcome.minute,
        classes=classes,
        deadline_us=outcome.deadline_us,
        handoff=outcome.handoff,
        rescues=outcome.rescues,
    )


def counts_of(entry: Entry) -> Counts:
    """Return what a booked run adds to its minute."""
    if entry.minute is None:
        return Counts()
    bad = entry.state == RunState.BAD.value
    flags = (1 if entry.classes & bit else 0 for bit in _BIT.values())
    return Counts(1, int(bad), *flags)


class Cells:
    """Differences to the counts, summed up per (minute, route) until they are stored."""

    def __init__(self) -> None:
        self._deltas: dict[tuple[int, str], list[int]] = {}
        self._well: Counter[tuple[int, str]] = Counter()
        """Runs that ended well and were not counted before: nearly all, while a log is read."""

    def move(self, route: str, before: Entry, after: Entry) -> None:
        """Take a run out of the cell it was in, and put it into the one it is in now."""
        if (before.minute, before.classes, before.state) == (
            after.minute,
            after.classes,
            after.state,
        ):
            return
        self._add(route, before, -1)
        self._add(route, after, 1)

    def closed_well(self, places: Iterable[tuple[int, str]]) -> None:
        """Count runs that ended well, and were not counted before, by (minute, route)."""
        self._well.update(places)

    def _add(self, route: str, entry: Entry, sign: int) -> None:
        if entry.minute is None:
            return
        cell = self._deltas.setdefault((entry.minute, route), [0] * len(Counts._fields))
        for place, value in enumerate(counts_of(entry)):
            cell[place] += sign * value

    def drain(self) -> list[tuple[str, int, Counts]]:
        """Return and forget the differences that are not zero, ordered by minute and route."""
        well, deltas = self._well, self._deltas
        alike = {good: Counts(good) for good in set(well.values())}
        found = {place: alike[good] for place, good in well.items()}
        for place, cell in deltas.items():
            cell[0] += well.get(place, 0)
            found[place] = Counts._make(cell)
        well.clear()
        deltas.clear()
        return [(place[1], place[0], found[place]) for place in sorted(found) if any(found[place])]
