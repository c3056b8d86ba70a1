"""What one turn of reading saw, before it is stored: of each route, and of each run.

Lines are gathered run by run over a stretch of one file, and then made small (`parts`): most runs
begin and end within it, while what was decoded is still at hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.ledger.facts import TERMINAL
from console.ledger.parts import part, pieces_of
from console.model import EVENTS, Told

if TYPE_CHECKING:
    from console.collector.scanning import Scanning
    from console.ledger.facts import Key
    from console.ledger.parts import Part
    from console.model import Event, Origin, Piece


class Seen:
    """What a turn saw of one route: the latest event time, how many events, and its agents."""

    __slots__ = ("agents", "events", "latest_us")

    def __init__(self) -> None:
        self.latest_us = 0
        self.events = 0
        self.agents: dict[str, tuple[int, int]] = {}

    def note(self, agent: str, first_us: int, last_us: int, events: int = 1) -> None:
        """Take in events of one agent ("" for none) between two instants."""
        self.events += events
        self.latest_us = max(self.latest_us, last_us)
        if agent:
            known = self.agents.get(agent)
            if known is None:
                self.agents[agent] = first_us, last_us
            elif first_us < known[0] or last_us > known[1]:
                self.agents[agent] = min(known[0], first_us), max(known[1], last_us)


class Gathering:
    """The events of a turn, run by run, so that a run that ends in it is judged once."""

    def __init__(self) -> None:
        self.scanning: Scanning | None = None
        """Gathers the plain native lines of the file that is being read, where they are scanned."""
        self._read: dict[Key, list[Piece]] = {}
        self._started_by: dict[Key, str] = {}
        self._parts: dict[Key, list[Part]] = {}
        self.seen: dict[str, Seen] = {}

    def of(self, route: str) -> Seen:
        """Return what was seen of a route."""
        known = self.seen.get(route)
        if known is None:
            known = self.seen[route] = Seen()
        return known

    def add(self, keys: list[Key], pieces: list[Piece]) -> list[tuple[Key, Piece]]:
        """Take in the events of a block; return those that only show that an agent lives."""
        runs = self._read
        alive: list[tuple[Key, Piece]] = []
        if not {piece[1].event for piece in pieces} <= EVENTS:
            both = list(zip(keys, pieces, strict=True))
            alive = [(key, piece) for key, piece in both if piece[1].event not in EVENTS]
            for (route, _), piece in alive:
                self.of(route).note(piece[1].agent, piece[0], piece[0])
            keys = [key for key, piece in both if piece[1].event in EVENTS]
            pieces = [piece for _, piece in both if piece[1].event in EVENTS]
        for key, piece in zip(keys, pieces, strict=True):
            told = piece[1]
            if told.parent and isinstance(told, Told):
                self._start(key, told.parent)
                told.parent = ""
            run = runs.get(key)
            if run is None:
                runs[key] = [piece]
            else:
                run.append(piece)
        return alive

    def put(self, event: Event, origin: Origin) -> None:
        """Take in one event of a run, of a kind that means something."""
        key = (event.route, event.run)
        if event.parent:
            self._start(key, event.parent)
        bare = msgspec.structs.replace(event, route="", run="", parent="", boot="", seq=None)
        piece = (event.ts_us, bare, origin)
        run = self._read.get(key)
        if run is None:
            self._read[key] = [piece]
        else:
            run.append(piece)

    def _start(self, key: Key, parent: str) -> None:
        """Note which run started another; what was read of it under another parent is apart."""
        known = self._started_by.get(key, parent)
        if known != parent:
            self._keep(key, part(self._read.pop(key), known))
        self._started_by[key] = parent

    def holds(self, key: Key) -> bool:
        """Say whether an event of a run was gathered in this turn."""
        scanned = self.scanning is not None and self.scanning.holds(key)
        return scanned or key in self._read or key in self._parts

    def close(self, *, ended: bool = False) -> None:
        """Make the runs small that were gathered of a file, all or those that ended."""
        read, started_by = self._read, self._started_by
        done = read
        if ended:
            done = {key: run for key, run in read.items() if run[-1][1].event in TERMINAL}
        for key, pieces in done.items():
            self._keep(key, part(pieces, started_by.pop(key, "") if started_by else ""))
        if self.scanning is not None:
            for key, found in self.scanning.close(ended=ended):
                self._keep(key, found)
        if ended:
            for key in done:
                del read[key]
        else:
            read.clear()

    def _keep(self, key: Key, found: Part) -> None:
        seen, instants = self.of(key[0]), found.instants
        if found.agent is not None:
            seen.note(found.agent, instants[0], instants[-1], len(instants))
        else:
            for at_us, told, _ in pieces_of([found]):
                seen.note(told.agent, at_us, at_us)
        known = self._parts.get(key)
        if known is None:
            self._parts[key] = [found]
        else:
            known.append(found)

    def deliver(self) -> dict[Key, list[Part]]:
        """Return and forget the runs."""
        parts, self._parts = self._parts, {}
        return parts

    def forget(self) -> None:
        """Begin a new turn."""
        self.seen.clear()
