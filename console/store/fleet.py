"""What is kept of each route, of all routes in one query: the cost does not grow by asking.

Everything goes by the route's number; a route of which there is nothing is absent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.ledger import facts as run_facts
from console.model import MINUTE_US

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.model import Event
    from console.store.connect import Connection

States = dict[int, dict[str, int]]
"""How many runs are in a state, by route and state."""


def states(connection: Connection, since_us: int) -> States:
    """Return how many runs of every route are neither good nor bad since an instant, by state."""
    return _by_state(
        connection.execute(
            "select route, state, count(*) from run where minute is null "
            "and state in ('open', 'unknown', 'excluded') and last_us >= ? group by route, state",
            (since_us,),
        )
    )


def states_at(connection: Connection, at_us: int, since_us: int) -> States:
    """Return what `states` would have said at an instant of the past.

    A run that closed later was open then; of one that was given up or cancelled, the last event
    says when.
    """
    return _by_state(
        connection.execute(
            "select route.id, case when state in ('unknown', 'excluded') and run.last_us <= ? "
            "then state else 'open' end as then_state, count(*) "
            "from route cross join run on run.route = route.id "
            "where run.first_us <= ? and run.last_us >= ? "
            "and (state in ('open', 'unknown', 'excluded') or minute > ?) "
            "group by route.id, then_state",
            (at_us, at_us, since_us, at_us // MINUTE_US),
        )
    )


def _by_state(rows: Iterable[tuple[int, str, int]]) -> States:
    found: States = {}
    for route, state, runs in rows:
        found.setdefault(route, {})[state] = runs
    return found


def handoffs(connection: Connection, first: int, end: int) -> dict[int, int]:
    """Return how many closed runs were handed off in a span of minutes, by route."""
    rows = connection.execute(
        "select route.id, count(*) from route cross join run on run.route = route.id "
        "where handoff = 1 and minute >= ? and minute < ? group by route.id",
        (first, end),
    )
    return dict(rows.fetchall())


def rescues(connection: Connection, first: int, end: int) -> dict[int, int]:
    """Return how many rescues closed runs of a span of minutes needed, by route."""
    rows = connection.execute(
        "select route.id, sum(rescues) from route cross join run on run.route = route.id "
        "where rescues > 0 and minute >= ? and minute < ? group by route.id",
        (first, end),
    )
    return dict(rows.fetchall())


def last_misses(connection: Connection, *, until_us: int | None = None) -> dict[int, int]:
    """Return the instant of each route's latest miss, of all or by an instant."""
    rows = connection.execute(
        "select id, (select max(at_us) from miss where miss.route = route.id "
        "and (? is null or at_us <= ?)) as at_us from route where at_us is not null",
        (until_us, until_us),
    )
    return dict(rows.fetchall())


def agents(
    connection: Connection, *, until_us: int | None = None
) -> dict[int, list[tuple[str, int]]]:
    """Return (agent, last heard of) of every route, by name; those that were known by an instant.

    Of the past, the last that was heard of an agent lies no later than the instant.
    """
    found: dict[int, list[tuple[str, int]]] = {}
    for route, agent, last_us in connection.execute(
        "select route, agent, case when ? is null then last_us else min(last_us, ?) end "
        "from agent where ? is null or first_us <= ? order by route, agent",
        (until_us, until_us, until_us, until_us),
    ):
        found.setdefault(route, []).append((agent, last_us))
    return found


def changes(
    connection: Connection, limit: int, until_us: int | None, since_us: int
) -> dict[int, list[Event]]:
    """Return the latest changes that name no run, so many at most of each route, latest first.

    Those between two instants; `until_us` None: up to the last.
    """
    rows = connection.execute(
        "select latest.id, events, parent from (select route.id, told, parent, row_number() over "
        "(partition by route.id order by run.last_us desc, run) as place "
        "from route cross join run on run.route = route.id "
        "where run >= 'change:' and run < 'change;' and run.last_us >= ? "
        "and (? is null or run.first_us <= ?)) as latest join told on told.id = latest.told "
        "where place <= ? order by latest.id, place",
        (since_us, until_us, until_us, limit),
    )
    found: dict[int, list[Event]] = {}
    for route, events, parent in rows:
        found.setdefault(route, []).extend(
            event
            for event in run_facts.decode(events, parent).events
            if event.event == run_facts.CHANGE and event.ts_us >= since_us
        )
    return found
