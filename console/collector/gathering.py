"""What one turn of reading saw, before it is stored: of each route, and of each run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model import EVENTS

if TYPE_CHECKING:
    from console.ledger.book import Key
    from console.model import Piece


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
            if known is not None:
                first_us, last_us = min(known[0], first_us), max(known[1], last_us)
            self.agents[agent] = first_us, last_us


class Gathering:
    """The plain lines of a turn, run by run, so that a run that ends in it is judged once."""

    def __init__(self) -> None:
        self.runs: dict[Key, list[Piece]] = {}
        self.seen: dict[str, Seen] = {}

    def of(self, route: str) -> Seen:
        """Return what was seen of a route."""
        known = self.seen.get(route)
        if known is None:
            known = self.seen[route] = Seen()
        return known

    def add(self, keys: list[Key], pieces: list[Piece]) -> list[tuple[Key, Piece]]:
        """Take in the events of a block; return those that only show that an agent lives."""
        runs = self.runs
        alive: list[tuple[Key, Piece]] = []
        spans: dict[tuple[str, str], list[int]] = {}
        for key, piece in zip(keys, pieces, strict=True):
            at_us, told = piece[0], piece[1]
            who = (key[0], told.agent)
            span = spans.get(who)
            if span is None:
                spans[who] = [at_us, at_us, 1]
            else:
                span[2] += 1
                if at_us > span[1]:
                    span[1] = at_us
                elif at_us < span[0]:
                    span[0] = at_us
            if told.event not in EVENTS:
                alive.append((key, piece))
                continue
            run = runs.get(key)
            if run is None:
                runs[key] = [piece]
            else:
                run.append(piece)
        for (route, agent), span in spans.items():
            self.of(route).note(agent, *span)
        return alive

    def deliver(self) -> dict[Key, list[Piece]]:
        """Return and forget the runs."""
        runs, self.runs = self.runs, {}
        return runs

    def forget(self) -> None:
        """Begin a new turn."""
        self.seen.clear()
