"""Blocks of native lines as the scanner reads them, and as they are read one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.collector.scanning import Scanned, Scanning
from console.intake.blocks import Block
from console.intake.formats.native import NativeReader
from console.ledger.parts import Part, events_of
from console.model import EVENTS, Event, Origin

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE, OFFSET, LINE = 3, 70_000, 12
FAR_US = 7_000_000_000_000_000
Key = tuple[str, str]


class Found(NamedTuple):
    """What the scanner made of a block: what it said of it, and the runs that it gathered."""

    said: Scanned
    parts: dict[Key, Part]

    @property
    def plain(self) -> int:
        """How many lines were plain."""
        return len(self.said.alive) + sum(len(part.instants) for part in self.parts.values())


def scan(data: bytes, scanning: Scanning | None = None) -> Found:
    """Return what the scanner makes of a block; by default nothing is a secret."""
    scanning = scanning or Scanning(lambda _: False)
    said = scanning.read(Block(data, OFFSET, LINE), FILE, FAR_US, None)
    assert said is not None
    return Found(said, dict(scanning.close(ended=False)))


def one_by_one(data: bytes, offset: int = OFFSET, line: int = LINE) -> set[tuple[Event, Origin]]:
    """Return the events of a block as its lines are read one by one."""
    batch = NativeReader().feed(data, offset, line)
    return {(item.event, Origin(FILE, item.offset, item.line)) for item in batch.events}


def refused(data: bytes, offset: int = OFFSET, line: int = LINE) -> set[tuple[int, int, int]]:
    """Return what is refused of a block as its lines are read one by one: offset, length, line."""
    rejected = NativeReader().feed(data, offset, line).rejected
    return {(piece.offset, piece.length, piece.line) for piece in rejected}


def all_refused(found: Found) -> set[tuple[int, int, int]]:
    """Return what is refused of the lines that the scanner handed back."""
    return {piece for other in found.said.others for piece in refused(*other)}


def all_events(found: Found) -> list[tuple[Event, Origin]]:
    """Return the events of a scanned block, of plain lines and of others, without what is bare."""
    events = [bared(*item) for other in found.said.others for item in one_by_one(*other)]
    for _, _, _, _, raw, offset, line in found.said.alive:
        events += [bared(*item) for item in one_by_one(raw, offset, line)]
    for (route, run), part in found.parts.items():
        events += [(event, Origin(*place)) for event, place in events_of(route, run, [part])]
    return events


def parents_in(events: Iterable[tuple[Event, Origin]]) -> set[tuple[Key, str]]:
    """Return which runs some events say started others: (run, parent)."""
    told = [event for event, _ in events if event.event in EVENTS and event.parent]
    return {((event.route, event.run), event.parent) for event in told}


def all_parents(found: Found) -> set[tuple[Key, str]]:
    """Return which runs a scanned block says started others, of plain lines and of others."""
    scanned = {(key, part.parent) for key, part in found.parts.items() if part.parent}
    return scanned.union(*(parents_in(one_by_one(*other)) for other in found.said.others))


def bared(event: Event, origin: Origin) -> tuple[Event, Origin]:
    """Return an event without what is kept apart from it."""
    if event.event not in EVENTS:
        return event, origin
    return msgspec.structs.replace(event, parent="", boot="", seq=None), origin
