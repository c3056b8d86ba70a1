"""Reading the counts: a window is a sum of a few ranges over the day, hour and minute levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.burn.windows import MINUTES_PER_DAY, MINUTES_PER_HOUR, Span, segments
from console.model import Counts

if TYPE_CHECKING:
    from console.store.connect import Connection

_SUMS = ", ".join(f"sum({name})" for name in Counts._fields)
_RANGE = "select route, {sums} from {level} where at >= ? and at < ? group by route"


def window_counts(connection: Connection, span: Span) -> dict[int, Counts]:
    """Return the counts of every route over a span, by route number; absent means no runs."""
    cut = segments(span)
    parts = [
        *(("day", days, MINUTES_PER_DAY) for days in cut.days),
        *(("hour", hours, MINUTES_PER_HOUR) for hours in cut.hours),
        *(("minute", minutes, 1) for minutes in cut.minutes),
    ]
    summed: dict[int, Counts] = {}
    for level, part, width in parts:
        query = _RANGE.format(sums=_SUMS, level=level)
        for route, *sums in connection.execute(query, (part.first // width, part.end // width)):
            summed[route] = summed.get(route, Counts()).plus(Counts(*sums))
    return summed


def series(connection: Connection, level: str, span: Span, route: int) -> list[tuple[int, Counts]]:
    """Return (time in units of `level`, counts) of a route, oldest first, where there are runs."""
    width = {"minute": 1, "hour": MINUTES_PER_HOUR, "day": MINUTES_PER_DAY}[level]
    rows = connection.execute(
        f"select at, {', '.join(Counts._fields)} from {level} "
        "where at >= ? and at < ? and route = ? order by at",
        (span.first // width, -(-span.end // width), route),
    )
    return [(at, Counts(*counts)) for at, *counts in rows]


def everything(connection: Connection) -> Span:
    """Return the span from the first to the last day that has counts."""
    first, last = connection.execute("select min(at), max(at) from day").fetchone()
    if first is None:
        return Span(0, 0)
    return Span(first * MINUTES_PER_DAY, (last + 1) * MINUTES_PER_DAY)


def keep_gaps(connection: Connection, span: Span) -> None:
    """Keep each route's longest stretch without a closed run between two that closed in a span."""
    connection.execute(
        "update route set gap_minutes = found.gap from (select route, max(at - before) as gap from "
        "(select route, at, lag(at) over (partition by route order by at) as before from minute "
        "where at >= ? and at < ? and total > 0) where before is not null group by route) as found "
        "where found.route = route.id",
        (span.first, span.end),
    )


def good_since_last_bad(
    connection: Connection, route: int, minute: int, *, until: int | None = None
) -> int:
    """Return how many runs closed well in a row since `minute`, after the last that did not.

    Runs that closed after the minute `until` had not closed yet.
    """
    row = connection.execute(
        "select coalesce(max(at), ?) from minute where route = ? and at >= ? and bad > 0 "
        "and (? is null or at <= ?)",
        (minute - 1, route, minute, until, until),
    ).fetchone()
    good = connection.execute(
        "select coalesce(sum(total - bad), 0) from minute where route = ? and at > ? "
        "and (? is null or at <= ?)",
        (route, row[0], until, until),
    ).fetchone()
    return int(good[0])
