"""The ground on which a route is judged, read from the store."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from console.burn import windows
from console.burn.ground import QUARTER_US, RESCUE_SPAN_US, Ground
from console.burn.lifecycle import EVIDENCE_LIMIT
from console.collector.readings import charged, readings
from console.control.receipts import ENFORCED, reach
from console.model import DAY_US, HOUR_US, MINUTE_US, DirectiveKind
from console.store import alerts, desk, reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.collector.readings import Table
    from console.ledger.orders import Orders
    from console.model import Directive
    from console.settings import RouteSettings
    from console.store.connect import Connection


def ground_of(
    connection: Connection,
    route: RouteSettings,
    row: reader.RouteRow,
    table: Table,
    now_us: int,
    *,
    catching_up: bool,
) -> Ground:
    """Return everything that the conditions of a route are judged on."""
    number = row.id
    experienced, found = readings(route, number, table)
    span = windows.budget_span(route.window, now_us)
    first_us = span.first * MINUTE_US
    orders = desk.orders_of(connection, route.name)
    most = route.max_handoff_ppm
    return Ground(
        route=route,
        now_us=now_us,
        readings=found,
        experienced=experienced,
        charged=charged(connection, route, number, experienced, now_us),
        first_us=row.first_us,
        last_us=row.last_us,
        hour=table.trailing(number, HOUR_US),
        day=table.trailing(number, DAY_US),
        quarter=table.trailing(number, QUARTER_US),
        gap_minutes=row.gap_minutes,
        catching_up=catching_up,
        paused=_paused(connection, number, orders, now_us, read_us=0 if catching_up else now_us),
        resumed_us=_resumed_us(orders.directives.values()),
        unknown=reader.unknown_runs(connection, number, first_us),
        handoffs=0 if most is None else reader.handed_off(connection, number, *span),
        rescued_us=reader.rescued(connection, number, now_us - RESCUE_SPAN_US - MINUTE_US),
        breaches=alerts.unsigned_breaches(connection, number, first_us, route.zero_tolerance),
        overdue=_overdue(orders),
        expired=expired(orders.directives.values(), now_us),
        missed_since=partial(_missed_since, connection, number),
    )


def _missed_since(connection: Connection, number: int, since_us: int) -> tuple[str, ...]:
    return tuple(reader.runs_missed(connection, number, since_us, EVIDENCE_LIMIT))


def _paused(
    connection: Connection, number: int, orders: Orders, now_us: int, *, read_us: int
) -> bool:
    """Say whether a pause stands that every live agent confirmed and none went against."""
    pauses = [
        item
        for item in orders.directives.values()
        if item.kind is DirectiveKind.PAUSE and item.stands(now_us)
    ]
    if not pauses:
        return False
    agents = reader.agents(connection, number)
    broken = {item.id: reader.charged_against(connection, number, item.id) for item in pauses}
    return any(
        reach(item, orders, agents, broken[item.id], read_us).stage == ENFORCED for item in pauses
    )


def _resumed_us(orders: Iterable[Directive]) -> int:
    """Return when the last pause of a route was lifted, 0 for never."""
    lifted = (item.lifted_us for item in orders if item.kind is DirectiveKind.PAUSE)
    return max((at_us for at_us in lifted if at_us is not None), default=0)


def _overdue(orders: Orders) -> tuple[str, ...]:
    return tuple(
        f"{order.id} not confirmed by {', '.join(agents)}"
        for order in orders.directives.values()
        if order.lifted_us is None and (agents := orders.unconfirmed(order))
    )


def expired(orders: Iterable[Directive], now_us: int) -> tuple[str, ...]:
    """Return the orders that stand although their time is over (semantics 7), in words."""
    return tuple(
        f"{order.id} by {order.by} should have ended; a {order.kind.value} stands until it is "
        "lifted"
        for order in orders
        if order.until_us is not None and order.until_us <= now_us and order.stands(now_us)
    )
