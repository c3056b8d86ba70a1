"""When a pause may be stepped down: after a time without a miss, on data that can be trusted.

A pause cannot be earned out of, since nothing runs. Its silence is what was ordered and bars
nothing. What bars is not knowing: no collector that reads, lines that are not read yet, agents that
work on without having confirmed the pause, or a route that was silent before it was paused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.burn.ground import absent_after_us
from console.model import SECOND_US, Directive, DirectiveKind
from console.snapshot.orders import probation_ends_us
from console.snapshot.unread import unread as unread_routes
from console.store import desk, fleet, reader
from console.store.holder import alive
from console.text import clean

if TYPE_CHECKING:
    from pathlib import Path

    from console.settings import RouteSettings, Settings
    from console.store.connect import Connection


def bar(connection: Connection, settings: Settings, store: Path, route: str, now_us: int) -> str:
    """Say why the pauses of a route may not be stepped down now, "" where they may."""
    orders = desk.orders_of(connection, route)
    pauses = [
        order
        for order in orders.directives.values()
        if order.kind is DirectiveKind.PAUSE and order.stands(now_us)
    ]
    if not pauses:
        return f"no pause stands on {clean(route, 60)}; there is nothing to step down"
    known = next((row for row in reader.routes(connection) if row.name == route), None)
    late = {agent for order in pauses for agent in orders.unconfirmed(order)}
    if known is not None:
        # One that has logged nothing for as long as the probation lasts works on no more.
        since_us = now_us - settings.route(route).probation_after_us
        heard = dict(reader.agents(connection, known.id))
        late = {agent for agent in late if heard.get(agent, now_us) > since_us}
    if late:
        return (
            f"{', '.join(sorted(late))} worked on without confirming the pause: it is not in "
            "force; end that agent, or have it read the control file"
        )
    return (
        _unread(connection, store, route, now_us)
        or _silent_before(settings.route(route), known, pauses)
        or _too_soon(connection, settings.route(route), known, pauses, now_us)
    )


def unread(connection: Connection, store: Path, route: str, now_us: int) -> str:
    """Say why there are lines of a route that nobody has read, "" where there are none."""
    if int(desk.fact(connection, "behind_bytes") or 0):
        return "the collector is catching up: there may be misses that are not read yet"
    if route in unread_routes(connection, store, now_us):
        return (
            f"the logs of {clean(route, 60)} go on and no collector reads them: there may be "
            "misses that are not read yet; burnline collect or watch"
        )
    return ""


def _unread(connection: Connection, store: Path, route: str, now_us: int) -> str:
    """Say why misses may be there that nobody has read, "" where none may."""
    life = alive(store, now_us / SECOND_US)
    if life is None:
        return "no collector runs, so nobody knows what happened since: burnline collect or watch"
    if not life.beats:
        return "the collector gives no heartbeat: the data is stale; burnline doctor says more"
    return unread(connection, store, route, now_us)


def _silent_before(
    route: RouteSettings, row: reader.RouteRow | None, pauses: list[Directive]
) -> str:
    if row is None:
        return ""
    first_us = min(order.issued_us for order in pauses)
    if first_us - row.last_us <= absent_after_us(route, row.gap_minutes):
        return ""
    return "its data was stale before it was paused: see first that its logs are read"


def _too_soon(
    connection: Connection,
    route: RouteSettings,
    row: reader.RouteRow | None,
    pauses: list[Directive],
    now_us: int,
) -> str:
    last_us = fleet.last_misses(connection).get(row.id) if row is not None else None
    ends_us = max(probation_ends_us(route, order, last_us) for order in pauses)
    if ends_us <= now_us:
        return ""
    minutes = -(-(ends_us - now_us) // (60 * SECOND_US))
    return f"its probation is not over: {minutes} min more without a miss"
