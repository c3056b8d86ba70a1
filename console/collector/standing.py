"""Taking over what operators said since the last turn: orders, grants, and what they hold back.

Any process may give or lift an order, also while no collector runs. What the counts rest on is
therefore stored with them, so that whatever changed since is judged again, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.collector.history import History
from console.ledger.orders import Orders
from console.store import desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.ledger.book import Ledger
    from console.model import Directive
    from console.settings import Settings
    from console.store.writer import Writer


class Standing:
    """The orders and the settings that runs are judged by, as the collector knows them."""

    def __init__(self, writer: Writer, settings: Settings) -> None:
        self.history = History(writer, settings)
        self._connection = writer.connection
        self._orders: dict[str, Orders] = {}
        self._stored = desk.with_orders(self._connection)
        self._mark = -1
        self._settings_mark: int | None = None
        self._taken, self._granted = desk.orders_taken(self._connection)
        self._remeasured: dict[str, int] = {}

    def orders_of(self, route: str) -> Orders:
        """Return the orders of a route with what its agents confirmed."""
        known = self._orders.get(route)
        if known is None:
            stored = route in self._stored
            known = desk.orders_of(self._connection, route) if stored else Orders()
            self._orders[route] = known
        return known

    def directives(self) -> Iterator[Directive]:
        """Yield every order that is known."""
        for orders in self._orders.values():
            yield from orders.directives.values()

    def take_orders(self, ledger: Ledger) -> None:
        """Take over what was ordered, lifted or granted since the last time.

        Before reading, so that what is read is judged by it; and again in the transaction.
        """
        mark = desk.directives_mark(self._connection)
        if mark == self._mark:
            return
        self._mark = mark
        self._stored = desk.with_orders(self._connection)
        for route in desk.ordered_routes(self._connection):
            orders = self.orders_of(route)
            fresh = desk.directives_of(self._connection, route)
            grants = desk.grants_of(self._connection, route)
            changed = [item for item in fresh if self._taken.get(item.id) != item]
            granted = [item for item in grants if item.id not in self._granted]
            if changed or granted:
                self._taken |= {item.id: item for item in changed}
                self._granted |= {item.id for item in granted}
                orders.replace(fresh, grants)
                since = [item.issued_us for item in changed] + [item.from_us for item in granted]
                ledger.reorder(route, min(since))

    def take_settings(self, ledger: Ledger, now_us: int) -> None:
        """Let settings count that may, inside the caller's transaction; an order may hold them."""
        if self._settings_mark == self._mark:
            return
        self._settings_mark = self._mark
        self.history.review(now_us)
        self._remeasured = self.history.changed()
        for route, since_us in self._remeasured.items():
            ledger.review(route, since_us)

    def keep(self) -> None:
        """Store on what the counts rest now, in the transaction that stores the counts."""
        desk.keep_orders_taken(self._connection, self._taken, self._granted)
        if self._remeasured:
            self.history.judged()
            self._remeasured = {}
