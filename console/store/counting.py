"""The counts: a window is a sum of a few ranges over the day, hour and minute levels."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from console.burn.windows import MINUTES_PER_DAY, MINUTES_PER_HOUR, Span, segments
from console.model import Counts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.store.connect import Connection

_FIELDS = ", ".join(Counts._fields)
_SUMS = ", ".join(f"sum({name})" for name in Counts._fields)

Cell: TypeAlias = tuple[tuple[int, int], tuple[int, ...]]
"""(time in units of a level, number of a route) and what is counted there."""


def summed_up(cells: Iterable[Cell], width: int) -> list[Cell]:
    """Return counts by (time, route), in that order, summed up over so many stretches of time."""
    alike: defaultdict[tuple[int, int], list[tuple[int, ...]]] = defaultdict(list)
    for (at, route), counts in cells:
        alike[at // width, route].append(counts)
    return [(place, tuple(map(sum, zip(*alike[place], strict=True)))) for place in sorted(alike)]


def window_counts(connection: Connection, span: Span) -> dict[int, Counts]:
    """Return the counts of every route over a span, by route number; absent means no runs."""
    cut = segments(span)
    parts = [
        *(("day", days, MINUTES_PER_DAY) for days in cut.days),
        *(("hour", hours, MINUTES_PER_HOUR) for hours in cut.hours),
        *(("minute", minutes, 1) for minutes in cut.minutes),
    ]
    if not parts:
        return {}
    cells = " union all ".join(
        f"select route, {_FIELDS} from {level} where at >= ? and at < ?" for level, _, _ in parts
    )
    rows = connection.execute(
        f"select route, {_SUMS} from ({cells}) group by route",
        [edge // width for _, part, width in parts for edge in part],
    )
    return {route: Counts._make(sums) for route, *sums in rows}


def series(connection: Connection, level: str, span: Span, route: int) -> list[tuple[int, Counts]]:
    """Return (time in units of `level`, counts) of a route, oldest first, where there are runs."""
    width = {"minute": 1, "hour": MINUTES_PER_HOUR, "day": MINUTES_PER_DAY}[level]
    rows = connection.execute(
        f"select at, {_FIELDS} from {level} where at >= ? and at < ? and route = ? order by at",
        (span.first // width, -(-span.end // width), route),
    )
    return [(at, Counts(*counts)) for at, *counts in rows]


def missed_by_hour(connection: Connection, span: Span) -> dict[int, list[tuple[int, int]]]:
    """Return how many runs of every route missed in each hour in which any did, oldest first.

    (hour since the epoch, runs) by route number. The hours that the span touches are in it as a
    whole.
    """
    rows = connection.execute(
        "select at, route, bad from hour where at >= ? and at < ? and bad > 0 order by at",
        (span.first // MINUTES_PER_HOUR, -(-span.end // MINUTES_PER_HOUR)),
    )
    found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for at, route, bad in rows:
        found[route].append((at, bad))
    return found


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

    By the hour as far as that goes: a minute is kept under its time, and so an order that is a
    week old would have all minutes of all routes since read through.
    """
    first = minute // MINUTES_PER_HOUR
    final = None if until is None else until // MINUTES_PER_HOUR
    last, since = minute - 1, first
    for (hour,) in connection.execute(
        "select at from hour where route = ? and at >= ? and (? is null or at <= ?) and bad > 0 "
        "order by at desc",
        (route, first, final, final),
    ):
        cells = _minutes_of(connection, route, hour, until)
        found = [at for at, _, bad in cells if at >= minute and bad]
        if found:
            last, since = max(found), hour
            break
    edges = {since} if final is None else {since, max(since, final)}
    cells = [cell for hour in edges for cell in _minutes_of(connection, route, hour, until)]
    good = sum(total - bad for at, total, bad in cells if at > last)
    row = connection.execute(
        "select coalesce(sum(total - bad), 0) from hour where route = ? and at > ? "
        "and (? is null or at < ?)",
        (route, since, final, final),
    ).fetchone()
    return good + int(row[0])


def _minutes_of(
    connection: Connection, route: int, hour: int, until: int | None
) -> list[tuple[int, int, int]]:
    """Return (minute, total, bad) of a route in one hour; each minute is looked up by its key."""
    end = (hour + 1) * MINUTES_PER_HOUR
    minutes = range(hour * MINUTES_PER_HOUR, end if until is None else min(end, until + 1))
    rows = connection.execute(
        f"select at, total, bad from minute where at in ({', '.join('?' * len(minutes))}) "
        "and route = ?",
        (*minutes, route),
    )
    return [(at, total, bad) for at, total, bad in rows]
