"""Corrections: periods and runs that do not count against a budget. They never erase (semantics 4).

What is charged is what was experienced less the corrected runs. A run with a permission miss is
left out only by a correction of the route's owner or deputy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.ledger.counts import Entry, counts_of
from console.model import MINUTE_US, Counts, ErrorClass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.burn.windows import Span
    from console.store.connect import Connection

CATEGORIES = ("outage", "maintenance", "deploy", "misclassified")
_PERMISSION_BIT = 1 << list(ErrorClass).index(ErrorClass.PERMISSION)


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """A period [from, to) of event time, or runs, that an operator took out of a route's budget.

    Counts are kept by the minute: a minute that the period touches is in it as a whole.

    `by_owner` says that its author is the route's owner or deputy.
    """

    id: str
    route: str
    category: str
    reason: str
    by: str
    at_us: int
    by_owner: bool
    from_us: int | None = None
    to_us: int | None = None
    runs: tuple[str, ...] = ()

    def covers(self, run: str, entry: Entry) -> bool:
        """Say whether it takes out a closed run as it is booked now."""
        if entry.minute is None:
            return False
        if entry.classes & _PERMISSION_BIT and not self.by_owner:
            return False
        if run in self.runs:
            return True
        if self.from_us is None or self.to_us is None:
            return False
        return self.from_us // MINUTE_US <= entry.minute and entry.minute * MINUTE_US < self.to_us


_CORRECTION = msgspec.json.Decoder(Correction)


def save(connection: Connection, correction: Correction) -> None:
    """Store a correction."""
    connection.execute(
        "insert into correction (id, route, body) values (?, ?, ?)",
        (correction.id, correction.route, msgspec.json.encode(correction).decode()),
    )


def next_id(connection: Connection) -> str:
    """Return the id of the next correction: `C` and a running number."""
    row = connection.execute("select count(*) + 1 from correction").fetchone()
    return f"C{row[0]}"


def of_route(
    connection: Connection, route: str, *, until_us: int | None = None
) -> list[Correction]:
    """Return the corrections of a route made by an instant (None: all), in their order."""
    rows = connection.execute(
        "select body from correction where route = ? order by rowid", (route,)
    )
    found = [_CORRECTION.decode(row[0]) for row in rows]
    return [item for item in found if until_us is None or item.at_us <= until_us]


def of_routes(connection: Connection, routes: Iterable[str]) -> dict[str, list[Correction]]:
    """Return the corrections of those of some routes that have any, in their order."""
    found: dict[str, list[Correction]] = {}
    for route, body in connection.execute(
        "select route, body from correction where route in (select value from json_each(?)) "
        "order by rowid",
        (msgspec.json.encode(list(routes)).decode(),),
    ):
        found.setdefault(route, []).append(_CORRECTION.decode(body))
    return found


def by_route(connection: Connection, *, until_us: int | None = None) -> dict[str, list[Correction]]:
    """Return the corrections of each route made by an instant (None: all), in their order."""
    found: dict[str, list[Correction]] = {}
    for (body,) in connection.execute("select body from correction order by rowid"):
        correction = _CORRECTION.decode(body)
        if until_us is None or correction.at_us <= until_us:
            found.setdefault(correction.route, []).append(correction)
    return found


class Reached(NamedTuple):
    """A run that a correction is about, as it is booked now; `parent` is the run that began it."""

    run: str
    parent: str
    entry: Entry

    @property
    def misses(self) -> int:
        """Return how many misses it is charged with: at most one a class."""
        return self.entry.classes.bit_count()

    @property
    def permission(self) -> bool:
        """Say whether one of them is a permission miss."""
        return bool(self.entry.classes & _PERMISSION_BIT)


def reached(connection: Connection, correction: Correction) -> list[Reached]:
    """Return the runs that a correction names, or those in its period, whatever it takes out."""
    query = (
        "select run, parent, state, minute, classes from run join route on route.id = run.route "
        "where route.name = ? and"
    )
    rows: list[tuple[str, str, str, int | None, int]] = []
    for run in dict.fromkeys(correction.runs):
        rows += connection.execute(f"{query} run = ?", (correction.route, run))
    if correction.from_us is not None and correction.to_us is not None:
        span = (correction.from_us // MINUTE_US, -(-correction.to_us // MINUTE_US))
        rows += connection.execute(
            f"{query} minute >= ? and minute < ? order by run", (correction.route, *span)
        )
    return [
        Reached(run, parent, Entry(state, minute, classes))
        for run, parent, state, minute, classes in rows
    ]


def taken_out(
    connection: Connection, number: int, found: list[Correction], span: Span
) -> tuple[Counts, dict[str, str]]:
    """Return what corrections take out of a route's counts in a span, and by which each run."""
    total = Counts()
    runs: dict[str, str] = {}
    if not found:
        return total, runs
    rows = connection.execute(
        "select run, state, minute, classes from run where route = ? and minute >= ? "
        "and minute < ?",
        (number, span.first, span.end),
    )
    for run, state, minute, classes in rows:
        entry = Entry(state, minute, classes)
        by = next((item.id for item in found if item.covers(run, entry)), None)
        if by is not None:
            runs[run] = by
            total = total.plus(counts_of(entry))
    return total, runs
