"""What may be wrong with an order that is given all the same, and what it is about to reach."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from console.cli.session import warn
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.cli.session import Session
    from console.store.connect import Connection

_SHOWN = 60
_NAMED = 5


class Reached(NamedTuple):
    """What is known of a route before an order: `strange` is why its name may be wrong, "" if not.

    `agents` were at work on it within the last hour; None where the store cannot say.
    """

    strange: str = ""
    agents: tuple[str, ...] | None = None


def warn_of_doubt(session: Session, route: str) -> Reached:
    """Say on stderr what may be wrong with an order, and return what it reaches.

    It is given all the same: nothing may stand in the way of a restriction.
    """
    from console.store.holder import alive

    found = _reached(session, route)
    if found.strange:
        warn(f"burnline: route {clean(route, _SHOWN)} {found.strange}")
    if alive(session.store, time.time()) is None:
        warn("burnline: no collector runs, so receipts are not read: burnline collect or watch")
    return found


def question(session: Session, order: str, route: str, found: Reached) -> str:
    """Return what is asked before an order is given: of which route, whom it binds, where."""
    route = clean(route, _SHOWN)
    about = f"{order} {route}, which {found.strange}" if found.strange else f"{order} {route}"
    facts = [f"writes {session.control}"]
    if found.agents is not None:
        facts.insert(0, _bound(found.agents))
    return f"{about} ({', '.join(facts)})?"


def _bound(agents: tuple[str, ...]) -> str:
    if not agents:
        return "no agent was heard of in the last hour"
    named = ", ".join(clean(name, _SHOWN) for name in agents[:_NAMED])
    more = f" and {len(agents) - _NAMED} more" if len(agents) > _NAMED else ""
    return f"binds {named}{more}"


def _reached(session: Session, route: str) -> Reached:
    """Look into the store; where it cannot say, nobody is warned."""
    from console.store.connect import StoreError, Unusable, attach

    if not session.store.exists():
        known = session.settings.routes
        return Reached("" if route in known else _strange(route, known))
    try:
        connection = attach(session.store)
        try:
            return _found(session, connection, route)
        finally:
            connection.close()
    except (StoreError, Unusable):
        return Reached()


def _found(session: Session, connection: Connection, route: str) -> Reached:
    from console.cli.known import known_routes
    from console.control.receipts import LIVE_US
    from console.store import reader

    since_us = time.time_ns() // 1_000 - LIVE_US
    heard = reader.agents(connection, reader.number_of(connection, route))
    agents = tuple(agent for agent, last_us in heard if last_us >= since_us)
    seen = known_routes(session, connection).seen
    return Reached("" if route in seen else _strange(route, seen), agents)


def _strange(route: str, seen: Iterable[str]) -> str:
    """Say that a route was never seen, and which is the nearest that was."""
    from console.settings.problems import nearest

    found = nearest(route, seen)
    meant = (
        f"{clean(found, _SHOWN)} is the nearest that was seen" if found else "is the name right?"
    )
    return f"was never seen: {meant}"
