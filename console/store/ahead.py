"""Counts of the newest minutes, read ahead of a backlog: shown until the backlog is read itself.

Only those who show numbers look here, and they say that the collector is catching up. No alert, no
ladder and no budget rests on it, and nothing of it is left once everything is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.burn.windows import Span
from console.model import Counts
from console.store import counting, desk

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from console.store.connect import Connection

_FIELDS = ", ".join(Counts._fields)
_SUMS = ", ".join(f"sum({name})" for name in Counts._fields)
_SPAN = "ahead"
_LENT = ("route", "directive", "grant_given", "receipt", "late", "measured", "fact")
"""What runs are judged by besides their own events."""


def lend(connection: Connection, store: Path) -> None:
    """Copy what runs are judged by from a store into one that is thrown away, in one transaction.

    Outside a transaction.
    """
    connection.execute("attach database ? as lender", (f"{store.absolute().as_uri()}?mode=ro",))
    try:
        connection.execute("begin immediate")
        for table in _LENT:
            connection.execute(f"insert or replace into {table} select * from lender.{table}")
        connection.execute("commit")
    finally:
        if connection.in_transaction:
            connection.execute("rollback")
        connection.execute("detach database lender")


def found(connection: Connection, span: Span) -> list[tuple[int, str, Counts]]:
    """Return (minute, route, counts) of a span, as the store that is thrown away has them."""
    rows = connection.execute(
        f"select at, route.name, {_FIELDS} from minute join route on route.id = minute.route "
        "where at >= ? and at < ?",
        span,
    )
    return [(at, route, Counts(*counts)) for at, route, *counts in rows]


def keep(connection: Connection, span: Span, rows: Iterable[tuple[int, str, Counts]]) -> None:
    """Keep the counts of all routes over a span of minutes, inside the caller's transaction."""
    forget(connection)
    desk.set_fact(connection, _SPAN, msgspec.json.encode(span).decode())
    connection.executemany(
        f"insert into ahead (at, route, {_FIELDS}) values (?, ?, {', '.join('?' * len(Counts()))})",
        [(at, route, *counts) for at, route, counts in rows],
    )


def forget(connection: Connection) -> None:
    """Delete what was read ahead, inside the caller's transaction."""
    connection.execute("delete from ahead")
    desk.forget_facts(connection, _SPAN)


def window_counts(connection: Connection, span: Span) -> dict[int, Counts]:
    """Return what `counting.window_counts` does, with what was read ahead in its place.

    As long as something is left to be read: what a collector left that was killed hides nothing.
    """
    text = desk.fact(connection, _SPAN)
    if not text or not int(desk.fact(connection, "behind_bytes") or 0):
        return counting.window_counts(connection, span)
    kept = msgspec.json.decode(text, type=Span)
    first, end = max(kept.first, span.first), min(kept.end, span.end)
    if first >= end:
        return counting.window_counts(connection, span)
    rows = connection.execute(
        f"select route.id, {_SUMS} from ahead join route on route.name = ahead.route "
        "where at >= ? and at < ? group by route.id",
        (first, end),
    )
    total = {route: Counts._make(sums) for route, *sums in rows}
    for rest in (Span(span.first, first), Span(end, span.end)):
        for route, counts in counting.window_counts(connection, rest).items():
            total[route] = total.get(route, Counts()).plus(counts)
    return total
