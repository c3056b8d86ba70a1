"""What is known of one run: a set of events, from which everything else is computed anew.

Keeping the set, and not a running verdict, is what makes the ledger independent of order: an event
that comes late, twice or from a second file changes the set as if it had come in time, once.
"""

from __future__ import annotations

from operator import lt
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.model import USAGE, Event, Origin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from console.model import Told

STARTED, DELIVERED, FAILED = "run.started", "run.delivered", "run.failed"
CANCELLED, HANDOFF = "run.cancelled", "handoff"
CHANGE = "change.deployed"
TERMINAL = frozenset({DELIVERED, FAILED, CANCELLED, HANDOFF})

Key = tuple[str, str]
"""Which run: (route, run)."""


class Mark(NamedTuple):
    """One event of a run with where it was read. Route and run are left out of the event."""

    event: Event
    origin: Origin


class Facts:
    """The events of one run, without repetition, and the run that started it.

    Most are only read as they were stored, in order: a set is made of them where one is added.
    """

    __slots__ = ("_marks", "_ordered", "parent")

    def __init__(self, marks: dict[Event, Origin] | None = None, parent: str = "") -> None:
        self._marks: dict[Event, Origin] | None = {} if marks is None else marks
        self._ordered: list[Mark] | None = None
        self.parent = parent

    @classmethod
    def unpacked(cls, data: bytes, parent: str = "") -> Facts:
        """Return the facts that were packed, each event from the first of its places."""
        events, origins = _DECODER.decode(data)
        found = cls(None, parent)
        instants = [event.ts_us for event in events]
        if all(map(lt, instants, instants[1:])):
            found._marks = None
            found._ordered = list(map(Mark, events, origins))
        else:
            found._keep_all(events, origins)
        return found

    @property
    def marks(self) -> dict[Event, Origin]:
        """The first place in which each distinct event was read."""
        if self._marks is None:
            self._marks = dict(self._ordered or ())
        return self._marks

    @property
    def events(self) -> Collection[Event]:
        """The distinct events, in no order that means anything."""
        if self._ordered is None:
            return self.marks
        return [mark.event for mark in self._ordered]

    def __bool__(self) -> bool:
        """Say whether any event is known."""
        return bool(self._ordered or self._marks)

    def add(self, event: Event, origin: Origin) -> bool:
        """Take in an event; False when it was known already."""
        bare = msgspec.structs.replace(event, route="", run="", parent="", boot="", seq=None)
        fresh = self.keep(bare, origin)
        return self.adopt(event.parent) or fresh

    def adopt(self, parent: str) -> bool:
        """Take in the run that started this one ("" for none); of several the smallest counts."""
        if not parent or (self.parent and parent >= self.parent):
            return False
        self.parent = parent
        return True

    def keep(self, bare: Event, origin: Origin) -> bool:
        """Take in an event without what is said elsewhere; False when it was known already."""
        known = self.marks.get(bare)
        if known is None or origin < known:
            self.marks[bare] = origin
            self._ordered = None
        return known is None

    def take(self, parts: Iterable[bytes]) -> bool:
        """Take in packed parts of the run that say no more than that; False if all was known."""
        fresh = False
        for data in parts:
            fresh |= self._keep_all(*_DECODER.decode(data))
        return fresh

    def _keep_all(self, events: list[Event], origins: list[Origin]) -> bool:
        fresh = [self.keep(*mark) for mark in zip(events, origins, strict=True)]
        return any(fresh)

    def ordered(self) -> Sequence[Mark]:
        """Return the marks by (time, content): the tie break does not depend on arrival."""
        if self._ordered is None:
            marks = [Mark(event, origin) for event, origin in self.marks.items()]
            marks.sort(key=_instant)
            if len({mark.event.ts_us for mark in marks}) < len(marks):
                marks.sort(key=_order)
            self._ordered = marks
        return self._ordered

    @property
    def works(self) -> bool:
        """Say whether any event says more than what models took."""
        return any(event.event != USAGE for event in self.events)

    @property
    def first_us(self) -> int:
        """Return the earliest instant known (0 for an empty set)."""
        if self._ordered:
            return self._ordered[0].event.ts_us
        return min((event.ts_us for event in self.marks), default=0)

    @property
    def began_us(self) -> int:
        """Return when the run started, as far as is known: its start, else its first event.

        What only says that models were used is none, unless there is nothing else.
        """
        events = self.events
        starts = [event.ts_us for event in events if event.event == STARTED]
        worked = starts or [event.ts_us for event in events if event.event != USAGE]
        return min(worked) if worked else self.first_us

    @property
    def last_us(self) -> int:
        """Return the latest instant known (0 for an empty set)."""
        if self._ordered:
            return self._ordered[-1].event.ts_us
        return max((event.ts_us for event in self.marks), default=0)


def own_run(event: Event) -> str:
    """Return the id under which a change that names no run is booked."""
    return f"change:{event.id}" if event.id else f"change:{event.change}@{event.ts_us}"


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(tuple[list[Event], list[Origin]])


def encode(facts: Facts) -> bytes:
    """Return the marks as bytes for the store, in a fixed order: events, then their places."""
    marks = facts.ordered()
    return _ENCODER.encode(
        (
            [mark.event for mark in marks],
            [mark.origin for mark in marks],
        )
    )


def packed(told: Sequence[Event | Told], places: Sequence[tuple[int, int, int]]) -> bytes:
    """Return the events of a run with their places as `encode` does, in the order given."""
    return _ENCODER.encode((told, places))


def gathered(parts: Sequence[bytes]) -> Facts:
    """Return the facts of packed parts of a run, each event from the first of its places."""
    facts = Facts.unpacked(parts[0])
    facts.take(parts[1:])
    return facts


def decode(data: bytes, parent: str) -> Facts:
    """Return the facts that `encode` wrote."""
    return Facts.unpacked(data, parent)


def _instant(mark: Mark) -> int:
    return mark.event.ts_us


def _order(mark: Mark) -> tuple[int, str, bytes]:
    event = mark.event
    return event.ts_us, event.event, _ENCODER.encode(msgspec.structs.astuple(event))
