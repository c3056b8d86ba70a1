"""What routes are judged on besides their counts, of all that are looked at in one query each.

In steady state few routes are looked at, after a backlog all of them: what a query costs is paid
once either way. Everything goes by the route's number; a route of which there is nothing is absent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.ledger import facts as run_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.burn.windows import Span
    from console.store.connect import Connection

_MINE = "route in (select value from json_each(?))"


def unknown(connection: Connection, routes: Iterable[int], since_us: int) -> dict[int, int]:
    """Return of how many runs of each route, with an event since an instant, no outcome is known.

    By the index of what is neither good nor bad: of all runs since then there may be very many.
    """
    rows = connection.execute(
        f"select route, count(*) from run indexed by run_apart where {_MINE} "
        "and state = 'unknown' and minute is null and last_us >= ? "
        "group by route",
        (_listed(routes), since_us),
    )
    return dict(rows.fetchall())


def handed_off(connection: Connection, routes: Iterable[int], span: Span) -> dict[int, int]:
    """Return how many closed runs of each route were handed off in a span of minutes."""
    rows = connection.execute(
        f"select route, count(*) from run where handoff = 1 and {_MINE} and minute >= ? "
        "and minute < ? group by route",
        (_listed(routes), *span),
    )
    return dict(rows.fetchall())


def rescued(
    connection: Connection, routes: Iterable[int], since_us: int
) -> dict[int, tuple[int, ...]]:
    """Return when humans rescued runs of each route since an instant, whenever the runs closed.

    A rescue of a child run is booked on its root; its instant stands in the child's own events.
    """
    counted, found = dict[int, int](), dict[int, list[int]]()
    for route, rescues, *kept in connection.execute(
        "select route, rescues, events, parent from run indexed by run_rescue "
        f"join told on told.id = run.told where rescues > 0 and {_MINE} and last_us >= ?",
        (_listed(routes), since_us),
    ):
        counted[route] = counted.get(route, 0) + rescues
        found.setdefault(route, []).extend(_rescues_in(*kept))
    by_children = [route for route, times in found.items() if counted[route] > len(times)]
    if by_children:
        for route, *kept in connection.execute(
            "select route, events, parent from run indexed by run_parent join told "
            f"on told.id = run.told where {_MINE} and last_us >= ? and parent <> ''",
            (_listed(by_children), since_us),
        ):
            found[route] += _rescues_in(*kept)
    return {
        route: tuple(sorted(at_us for at_us in times if at_us >= since_us))
        for route, times in found.items()
    }


def unsigned_breaches(
    connection: Connection, routes: Iterable[int], since_us: int, classes: Sequence[str]
) -> dict[int, tuple[str, ...]]:
    """Return the runs of each route that missed in classes since an instant, and are not signed.

    Latest first, and all of them: a signed close covers exactly the runs that it closes.
    """
    found: dict[int, list[str]] = {}
    for route, run, _ in connection.execute(
        f"select route, run, max(at_us) as at from miss where {_MINE} and at_us >= ? "
        f"and class in ({', '.join('?' * len(classes))}) and not exists (select 1 from breach "
        "where breach.route = miss.route and breach.run = miss.run and closed_us is not null) "
        "group by route, run order by at desc, run",
        (_listed(routes), since_us, *classes),
    ):
        found.setdefault(route, []).append(run)
    return {route: tuple(runs) for route, runs in found.items()}


def _rescues_in(facts: bytes, parent: str) -> list[int]:
    marks = run_facts.decode(facts, parent).events
    return [event.ts_us for event in marks if event.event == "rescued"]


def _listed(routes: Iterable[int]) -> str:
    return msgspec.json.encode(list(routes)).decode()
