"""What is known of one run: a set of events, from which everything else is computed anew.

Keeping the set, and not a running verdict, is what makes the ledger independent of order: an event
that comes late, twice or from a second file changes the set as if it had come in time, once.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from console.model import USAGE, Event, Origin

STARTED, DELIVERED, FAILED = "run.started", "run.delivered", "run.failed"
CANCELLED, HANDOFF = "run.cancelled", "handoff"
CHANGE = "change.deployed"
TERMINAL = frozenset({DELIVERED, FAILED, CANCELLED, HANDOFF})


class Mark(NamedTuple):
    """One event of a run with where it was read. Route and run are left out of the event."""

    event: Event
    origin: Origin


class Facts:
    """The events of one run, without repetition, and the run that started it.

    `marks` maps each distinct event to the first place in which it was read.
    """

    __slots__ = ("marks", "parent")

    def __init__(self, marks: dict[Event, Origin] | None = None, parent: str = "") -> None:
        self.marks = {} if marks is None else marks
        self.parent = parent

    def add(self, event: Event, origin: Origin) -> bool:
        """Take in an event; False when it was known already."""
        bare = msgspec.structs.replace(event, route="", run="", parent="", boot="", seq=None)
        known = self.marks.get(bare)
        if known is None or origin < known:
            self.marks[bare] = origin
        if event.parent and (not self.parent or event.parent < self.parent):
            self.parent = event.parent
            return True
        return known is None

    def ordered(self) -> list[Mark]:
        """Return the marks by (time, content): the tie break does not depend on arrival."""
        marks = [Mark(event, origin) for event, origin in self.marks.items()]
        marks.sort(key=_order)
        return marks

    @property
    def first_us(self) -> int:
        """Return the earliest instant known (0 for an empty set)."""
        return min((event.ts_us for event in self.marks), default=0)

    @property
    def began_us(self) -> int:
        """Return when the run started, as far as is known: its start, else its first event.

        What only says that models were used is none, unless there is nothing else.
        """
        starts = [event.ts_us for event in self.marks if event.event == STARTED]
        worked = (event.ts_us for event in self.marks if event.event != USAGE)
        return min(starts or worked, default=self.first_us)

    @property
    def last_us(self) -> int:
        """Return the latest instant known (0 for an empty set)."""
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


def joined(packed: list[bytes], places: list[tuple[int, int, int]]) -> bytes:
    """Return what `encode` returns, of events that are encoded already, in order."""
    count = len(packed)
    head = b"\x92" + (
        bytes((0x90 | count,))
        if count < 16
        else b"\xdc" + count.to_bytes(2)
        if count < 65_536
        else b"\xdd" + count.to_bytes(4)
    )
    return head + b"".join(packed) + _ENCODER.encode(places)


def decode(data: bytes, parent: str) -> Facts:
    """Return the facts that `encode` wrote."""
    events, places = _DECODER.decode(data)
    return Facts(dict(zip(events, places, strict=True)), parent)


def _order(mark: Mark) -> tuple[int, str, bytes]:
    event = mark.event
    return event.ts_us, event.event, _ENCODER.encode(msgspec.structs.astuple(event))
