"""Blocks of native lines into the gathering: the plain ones together, the others one by one.

Plain lines are read by the scanner in C where there is one, else in Python (`native_block`).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from console.collector.scanning import Scanning, available
from console.intake.formats import native_block
from console.ledger.deadlines import NEVER_US
from console.ledger.parts import events_of, part
from console.model import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from console.collector.gathering import Gathering
    from console.intake.blocks import Block
    from console.intake.formats.native_block import Plainly
    from console.intake.reading import Batch, Reader
    from console.intake.redaction import Redactor
    from console.ledger.book import Ledger
    from console.ledger.facts import Key
    from console.model import Event, Piece


class Taken(NamedTuple):
    """What a block held besides the events of runs that are gathered now.

    `others` are the lines that are not plain, as they were read one by one. The rest is of the
    plain ones: the latest instant (None where there is none), the routes, how many events there are
    of each kind that means nothing, those of them which may show that a receipt is due, and the
    running numbers as (route, agent, boot, number).
    """

    others: list[Batch]
    latest_us: int | None
    routes: Iterable[str]
    unknown: Counter[str]
    heard: list[tuple[Event, Origin]]
    numbered: Iterable[tuple[str, str, str, int]]


class NativeLines:
    """Takes in blocks of native lines; see `take`.

    Args:
        gathering: takes the events of runs.
        ledger: knows which routes have orders.
        redactor: finds secrets.
        floors: the latest event time among the deleted runs of each route that has any.
    """

    def __init__(
        self, gathering: Gathering, ledger: Ledger, redactor: Redactor, floors: Mapping[str, int]
    ) -> None:
        self._gathering = gathering
        self._ledger = ledger
        self._redactor = redactor
        self._floors = floors
        self._scanning = Scanning(redactor.suspects) if available() else None
        gathering.scanning = self._scanning

    def take(self, block: Block, file: int, reader: Reader, until_us: int) -> Taken | None:
        """Take in a block of a file (its number); what lies after `until_us` is not plain.

        None where an event may be of a run that was counted and deleted already: whether a run is
        known depends on what stands before it, so that all has to be read one by one.
        """
        taken = None
        if self._scanning is not None:
            taken = self._scanned(self._scanning, block, file, reader, until_us)
        if taken is None:
            taken = self._decoded(block, file, reader, until_us)
        if taken is not None:
            self._gathering.close(ended=True)
        return taken

    def _scanned(
        self, scanning: Scanning, block: Block, file: int, reader: Reader, until_us: int
    ) -> Taken | None:
        floor_us = max(self._floors.values(), default=None)
        found = scanning.read(block, file, until_us, floor_us)
        if found is None:
            return None
        kinds = Counter[str]()
        heard: list[tuple[Event, Origin]] = []
        for route, kind, agent, at_us, raw, offset, line in found.alive:
            self._gathering.of(route).note(agent, at_us, at_us)
            kinds[kind] += 1
            if agent and self._ledger.ordered(route):
                events = reader.feed(raw, offset, line).events
                heard += [(item.event, Origin(file, item.offset, item.line)) for item in events]
        others = [reader.feed(*lines) for lines in found.others]
        return Taken(others, found.latest_us, found.routes, kinds, heard, found.numbered)

    def _decoded(self, block: Block, file: int, reader: Reader, until_us: int) -> Taken | None:
        found = native_block.read(block, file, until_us, self._redactor.suspects)
        others = [reader.feed(*line) for line in found.others]
        if self._reaches_back(found, others):
            return None
        alive = self._gathering.add(found.keys, found.pieces)
        return Taken(
            others,
            max([piece[0] for piece in found.pieces], default=None),
            {route for route, _ in found.keys},
            Counter(piece[1].event for _, piece in alive),
            self._heard(alive),
            [(item.route, item.agent, item.boot, item.seq) for item in found.numbered],
        )

    def _heard(self, alive: list[tuple[Key, Piece]]) -> list[tuple[Event, Origin]]:
        """Return the events of agents that may owe a receipt."""
        return [
            found
            for key, piece in alive
            if piece[1].agent and self._ledger.ordered(key[0])
            for found in events_of(*key, [part([piece])])
        ]

    def _reaches_back(self, found: Plainly, others: Iterable[Batch]) -> bool:
        """Say whether an event may be of a run that was counted and deleted already."""
        floors = self._floors
        if not floors:
            return False
        return any(
            piece[0] <= floors.get(key[0], NEVER_US)
            for key, piece in zip(found.keys, found.pieces, strict=True)
        ) or any(
            event.ts_us <= floors.get(event.route, NEVER_US)
            for batch in others
            for event, *_ in batch.events
        )
