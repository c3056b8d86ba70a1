"""The ground on which a route is judged, read from the store."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from console.burn import windows
from console.burn.ground import QUARTER_US, RESCUE_SPAN_US, Ground
from console.burn.lifecycle import EVIDENCE_LIMIT
from console.collector.readings import readings
from console.control.receipts import ENFORCED, reach
from console.ledger.orders import Orders
from console.model import DAY_US, HOUR_US, MINUTE_US, DirectiveKind
from console.store import corrections, desk, grounds, reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.collector.readings import Table
    from console.model import Counts, Directive, Window
    from console.settings import RouteSettings
    from console.store.connect import Connection

_UNORDERED = Orders()
"""What most routes have, and nobody changes."""


class Grounds:
    """The grounds of the routes that are looked at; what the store has is read once for all.

    Args:
        connection: the store.
        looked: the routes, as they were read of and as they are configured.
        table: the counts of all windows that end at `now_us`.
        now_us: the instant at which they are judged.
    """

    def __init__(
        self,
        connection: Connection,
        looked: Sequence[tuple[reader.RouteRow, RouteSettings]],
        table: Table,
        now_us: int,
    ) -> None:
        self._connection = connection
        self._table = table
        self._now_us = now_us
        names = [row.name for row, _ in looked]
        ordered = desk.with_orders(connection, names)
        self._orders = {name: desk.orders_of(connection, name) for name in ordered}
        self._corrections = corrections.of_routes(connection, names)
        since_us = now_us - RESCUE_SPAN_US - MINUTE_US
        self._rescued = grounds.rescued(connection, [row.id for row, _ in looked], since_us)
        self._spans: dict[Window, windows.Span] = {}
        self._unknown: dict[int, int] = {}
        self._handed_off: dict[int, int] = {}
        self._breaches: dict[int, tuple[str, ...]] = {}
        self._gather(looked)

    def _gather(self, looked: Iterable[tuple[reader.RouteRow, RouteSettings]]) -> None:
        """Read what lies in the budget window, for all routes together that ask the same."""
        by_window: dict[Window, list[int]] = {}
        capped: dict[Window, list[int]] = {}
        strict: dict[tuple[Window, tuple[str, ...]], list[int]] = {}
        for row, route in looked:
            by_window.setdefault(route.window, []).append(row.id)
            if route.max_handoff_ppm is not None:
                capped.setdefault(route.window, []).append(row.id)
            if route.zero_tolerance:
                strict.setdefault((route.window, route.zero_tolerance), []).append(row.id)
        connection, spans = self._connection, self._spans
        for window, numbers in by_window.items():
            spans[window] = windows.budget_span(window, self._now_us)
            first_us = spans[window].first * MINUTE_US
            self._unknown |= grounds.unknown(connection, numbers, first_us)
        for window, numbers in capped.items():
            self._handed_off |= grounds.handed_off(connection, numbers, spans[window])
        for (window, classes), numbers in strict.items():
            first_us = spans[window].first * MINUTE_US
            self._breaches |= grounds.unsigned_breaches(connection, numbers, first_us, classes)

    def orders_of(self, route: str) -> Orders:
        """Return the orders of a route with what its agents confirmed."""
        return self._orders.get(route) or _UNORDERED

    def of(self, row: reader.RouteRow, route: RouteSettings, *, catching_up: bool) -> Ground:
        """Return everything that the conditions of a route are judged on."""
        number, table, now_us = row.id, self._table, self._now_us
        experienced, found = readings(route, number, table)
        orders = self.orders_of(route.name)
        standing = orders.directives
        read_us = 0 if catching_up else now_us
        return Ground(
            route=route,
            now_us=now_us,
            readings=found,
            experienced=experienced,
            charged=self._charged(route, number, experienced),
            first_us=row.first_us,
            last_us=row.last_us,
            hour=table.trailing(number, HOUR_US),
            day=table.trailing(number, DAY_US),
            quarter=table.trailing(number, QUARTER_US),
            gap_minutes=row.gap_minutes,
            catching_up=catching_up,
            paused=_paused(self._connection, number, orders, now_us, read_us=read_us),
            resumed_us=_resumed_us(standing.values()),
            unknown=self._unknown.get(number, 0),
            handoffs=self._handed_off.get(number, 0),
            rescued_us=self._rescued.get(number, ()),
            breaches=self._breaches.get(number, ()),
            overdue=_overdue(orders),
            expired=expired(standing.values(), now_us),
            missed_since=partial(_missed_since, self._connection, number),
        )

    def _charged(self, route: RouteSettings, number: int, experienced: Counts) -> Counts:
        """Return the counts of the budget window as experienced, less what was corrected."""
        found = self._corrections.get(route.name)
        if not found:
            return experienced
        span = self._spans[route.window]
        return experienced.minus(corrections.taken_out(self._connection, number, found, span)[0])


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
