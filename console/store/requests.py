"""Requests for approval that wait for a human, as the runs tell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.ledger.approvals import asks, waiting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.ledger.facts import Facts
    from console.store.connect import Connection


class Request(NamedTuple):
    """One request: the run that waits, for which action, since when, and by whose order."""

    route: str
    run: str
    action: str
    at_us: int
    directive: str
    agent: str


def keep(connection: Connection, changed: Iterable[tuple[int, str, Facts, bool]]) -> None:
    """Store anew what the changed runs wait for: (route number, run, facts, stored before)."""
    asking = [item for item in changed if asks(item[2])]
    connection.executemany(
        "delete from request where route = ? and run = ?",
        [(route, run) for route, run, _, stored in asking if stored],
    )
    latest = {(route, run): facts for route, run, facts, _ in asking}
    connection.executemany(
        "insert into request (route, run, action, at_us, directive, agent) "
        "values (?, ?, ?, ?, ?, ?)",
        [
            (route, run, event.action, event.ts_us, event.directive, event.agent)
            for (route, run), facts in latest.items()
            for event in waiting(facts)
        ],
    )


def read(connection: Connection) -> list[Request]:
    """Return all that wait, those first that have waited longest."""
    rows = connection.execute(
        "select route.name, run, action, at_us, directive, agent from request "
        "join route on route.id = request.route order by at_us, run, action"
    )
    return [Request(*row) for row in rows]
