"""Where runs rest: what the ledger asks the store for (its `Shelf`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.ledger import facts as run_facts
from console.ledger.book import Record
from console.ledger.counts import Entry
from console.ledger.permission import CROWDED
from console.store.connect import ASKED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from console.ledger.facts import Key
    from console.store.connect import Connection

_KNOWN = (
    f"select route, run from {ASKED} run on route = cast(asked.key as integer) and run = one.value"
)


class Shelf:
    """The stored runs of all routes; `numbers` are those of the routes by name, kept up to date."""

    def __init__(self, connection: Connection, numbers: Mapping[str, int]) -> None:
        self._connection = connection
        self._numbers = numbers

    def fetch(self, route: str, run: str) -> Record | None:
        """Return a run as it was last stored."""
        row = self._connection.execute(
            "select parent, events, state, minute, classes, deadline_us, handoff, rescues "
            "from run join told on told.id = run.told where route = ? and run = ?",
            (self._numbers.get(route, -1), run),
        ).fetchone()
        if row is None:
            return None
        parent, facts, state, minute, classes, deadline_us, handoff, rescues = row
        entry = Entry(state, minute, classes, deadline_us, bool(handoff), rescues)
        return Record(run_facts.decode(facts, parent), entry)

    def known(self, keys: Iterable[Key]) -> set[Key]:
        """Return which runs are stored."""
        numbers, names = self._numbers, dict[int, str]()
        asked: dict[int, list[str]] = {}
        for route, run in keys:
            number = numbers.get(route)
            if number is not None:
                asked.setdefault(number, []).append(run)
                names[number] = route
        rows = self._connection.execute(_KNOWN, (msgspec.json.encode(asked).decode(),))
        return {(names[number], run) for number, run in rows}

    def since(self, route: str, at_us: int) -> list[str]:
        """Return the runs of a route with an event at or after an instant."""
        rows = self._connection.execute(
            "select run from run where route = ? and last_us >= ?",
            (self._numbers.get(route, -1), at_us),
        )
        return [row[0] for row in rows]

    def crowded(self, route: str) -> list[str]:
        """Return the runs of a route that were charged for starting beside others."""
        rows = self._connection.execute(
            "select distinct run from miss where route = ? and class = 'permission' "
            "and instr(rule, ?) > 0",
            (self._numbers.get(route, -1), CROWDED),
        )
        return [row[0] for row in rows]

    def deadlines(self) -> list[tuple[str, str, int]]:
        """Return all deadlines to come: (route, run, instant)."""
        rows = self._connection.execute(
            "select route.name, run, deadline_us from run join route on route.id = run.route "
            "where deadline_us is not null"
        )
        return [(route, run, deadline_us) for route, run, deadline_us in rows]

    def links(self) -> list[tuple[str, str, str]]:
        """Return which run started which: (route, run, parent)."""
        rows = self._connection.execute(
            "select route.name, run, parent from run join route on route.id = run.route "
            "where parent <> ''"
        )
        return [(route, run, parent) for route, run, parent in rows]
