"""What the store holds of alerts, orders and routes, cut at an instant of the past.

Events, misses, orders and alerts carry their own instants, and so can be cut exactly. What the
store keeps only as it is now is shown so: the log files, what is lost of them, the settings, and
the words and runs of an alert, which are the latest that it had. One that was *contained* for a
while is shown as firing. Counts are kept by the minute, so that a look back is exact at its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.model import DirectiveKind
from console.store import desk, reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.burn.lifecycle import Alert
    from console.burn.silences import Silence
    from console.ledger.orders import Orders
    from console.model import Directive
    from console.store.connect import Connection


def route_at(row: reader.RouteRow, heard_us: int | None, at_us: int) -> reader.RouteRow | None:
    """Return a route as it was known at an instant; None where nothing of it had happened yet."""
    if row.last_us <= at_us:
        return row
    return None if heard_us is None else row._replace(last_us=heard_us)


def alert_at(
    alert: Alert, silences: Iterable[Silence], orders: Iterable[Directive], at_us: int
) -> Alert:
    """Return an alert as it stood at an instant after it opened.

    What joined, was acknowledged, fell silent or ended later had not happened yet.
    """
    known = tuple(
        msgspec.structs.replace(held, over_us=None)
        if held.over_us is not None and held.over_us > at_us
        else held
        for held in alert.conditions
        if held.since_us <= at_us
    )
    quiet = any(item.id == alert.silence and item.stands(at_us) for item in silences)
    paused = any(item.kind is DirectiveKind.PAUSE and item.stands(at_us) for item in orders)
    ended = alert.resolved_us is not None and alert.resolved_us <= at_us
    alert = msgspec.structs.replace(
        alert,
        conditions=known or alert.conditions,
        resolved_us=alert.resolved_us if ended else None,
        silence=alert.silence if quiet else "",
        contained=alert.contained and paused,
    )
    if alert.acknowledged_us is None or alert.acknowledged_us <= at_us:
        return alert
    return msgspec.structs.replace(
        alert, state="firing", acknowledged_by="", acknowledged_us=None, note=""
    )


def order_at(order: Directive, at_us: int) -> Directive:
    """Return an order without what became of it after an instant."""
    if order.lifted_us is None or order.lifted_us <= at_us:
        return order
    return msgspec.structs.replace(
        order,
        lifted_us=None,
        lifted_by="",
        lift_reason="",
        lift_generation=None,
        overridden=False,
        replaced_by="",
    )


def orders_at(orders: Orders, at_us: int) -> Orders:
    """Return the orders of a route with what their agents had confirmed by an instant."""
    given = (item for item in orders.directives.values() if item.issued_us <= at_us)
    cut = type(orders)([order_at(item, at_us) for item in given], orders.grants)
    cut.receipts = {key: seen_us for key, seen_us in orders.receipts.items() if seen_us <= at_us}
    cut.late = {key: late_us for key, late_us in orders.late.items() if late_us <= at_us}
    return cut


def generation_at(connection: Connection, at_us: int) -> int:
    """Return the newest generation that was written by an instant: at the start, or by an order."""
    found = [int(desk.begun(connection, at_us))]
    for route in desk.ordered_routes(connection, until_us=at_us):
        for order in desk.directives_of(connection, route):
            if order.issued_us <= at_us:
                found.append(order.generation)
                found.append(order_at(order, at_us).lift_generation or 0)
    return max(found)
