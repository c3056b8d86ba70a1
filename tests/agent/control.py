"""A control directory as its writer leaves it, and a clock that only the test moves."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path
from typing import Any

from console.agent import Guard
from console.agent.document import SCHEMA, checksum
from console.agent.instants import format_instant

NOON_US = 1_795_000_000_000_000
ROUTE = "refunds"
_mtimes = itertools.count(1_700_000_000_000_000_000, 1_000_000_000)

Json = dict[str, Any]


def at(seconds: float) -> str:
    """Return the time `seconds` after the start of the test's clock, as a document writes it."""
    return format_instant(NOON_US + round(seconds * 1_000_000))


def directive(kind: str, id_: str = "d-1", **fields: Any) -> Json:
    """Return an order as the writer puts it down."""
    return {
        "id": id_,
        "kind": kind,
        "by": "dana",
        "reason": "budget spent",
        "issued_at": at(0),
        "generation": 1,
        "until": None,
        "changes": [],
        "actions": [],
        "max_runs": None,
        "drain": True,
    } | fields


def grant(id_: str = "g-1", **fields: Any) -> Json:
    """Return a grant that ends an hour after the start of the test's clock."""
    nothing = dict.fromkeys(("action", "change", "run", "version"))
    return {"id": id_, **nothing, "by": "dana", "until": at(3600)} | fields


def orders(*directives: Json, on_fault: str = "closed", grants: tuple[Json, ...] = ()) -> Json:
    """Return a route's object, its state that of the strictest directive."""
    states = {
        "freeze": "frozen",
        "tighten_approval": "tightened",
        "reduce_scope": "reduced",
        "pause": "paused",
    }
    given = [one["kind"] for one in directives]
    state = next((states[kind] for kind in reversed(states) if kind in given), "open")
    return {
        "state": state,
        "on_fault": on_fault,
        "directives": list(directives),
        "grants": list(grants),
    }


def document(generation: int = 1, route: Json | None = None, **fields: Any) -> Json:
    """Return a sealed document that says `route` of the test's route, open by default."""
    plain = {
        "schema": SCHEMA,
        "generation": generation,
        "issued_at": at(0),
        "issued_by": "dana",
        "refreshed_at": at(0),
        "stale_after_s": None,
        "grace_s": 3600,
        "routes": {ROUTE: orders() if route is None else route},
    } | fields
    return plain | {"checksum": checksum(plain)}


class Clock:
    """Wall time and monotonic time, moved by hand."""

    def __init__(self) -> None:
        self.wall_s = NOON_US / 1_000_000
        self.mono_s = 1_000.0

    def tick(self, seconds: float) -> None:
        self.wall_s += seconds
        self.mono_s += seconds

    def wall(self) -> float:
        return self.wall_s

    def mono(self) -> float:
        return self.mono_s


class Control:
    """A control directory, a state directory, and the guards that read them."""

    def __init__(self, base: Path) -> None:
        self.directory = base / "control"
        self.directory.mkdir()
        self.path = self.directory / "control.json"
        self.state_dir = base / "state"
        self.clock = Clock()

    def order(self, generation: int = 1, *directives: Json, **route: Any) -> None:
        """Write a generation with these directives on the test's route."""
        self.write(document(generation, orders(*directives, **route)))

    def write(self, content: Json | bytes) -> None:
        """Replace the control file, the way its writer does; no two writes have the same time."""
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        fresh = self.directory / "fresh"
        fresh.write_bytes(raw)
        stamp = next(_mtimes)
        os.utime(fresh, ns=(stamp, stamp))
        fresh.replace(self.path)

    def guard(self, **options: Any) -> Guard:
        """Return a guard on the test's clock, with no thread of its own."""
        given: Json = {
            "agent": "worker-1",
            "state_dir": self.state_dir,
            "watch": False,
            "clock": self.clock.wall,
            "monotonic": self.clock.mono,
        } | options
        return Guard(self.path, given.pop("route", ROUTE), **given)

    def later(self, seconds: float = 0.06) -> None:
        """Let so much time pass that the next check looks at the file."""
        self.clock.tick(seconds)
