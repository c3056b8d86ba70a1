"""Every order: how far each got, who has not confirmed it, what it takes to lift it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from console.tui.host import host
from console.tui.render import desk, empty
from console.tui.render.desk import Given
from console.tui.screens.audit import AuditScreen
from console.tui.screens.table import Table
from console.tui.widgets.cursor_list import CursorList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.snapshot.types import Snapshot
    from console.tui.figures.spans import Line
    from console.tui.query import Fields
    from console.tui.render.look import Look


class OrdersScreen(Table[Given]):
    """One row per order, what agents ignore first; `u` shows the audit behind them."""

    CSS_PATH = "orders.tcss"
    ABOUT = (
        "Every order, standing or over: durable once it is written, seen by n of m agents, enforced"
        " when nothing was done against it. An order that nobody confirmed is only a claim. Below"
        " the list: who has not confirmed it, and what it takes to lift it."
    )
    COLUMNS = desk.COLUMNS
    WORDS = desk.WORD_FIELDS
    NUMBERS = desk.NUMBER_FIELDS
    NOUN = "orders"
    EXAMPLES = "words, route:refunds, order:paused, stage:overdue, by:dana, age<2h"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "act", "Act", id="route.act"),
        Binding("u", "audit", "Audit", id="orders.audit"),
    ]

    def rows(self, snapshot: Snapshot) -> Sequence[Given]:
        """Return all orders, those that need a human first."""
        return desk.orders_of(snapshot)

    def fields(self, item: Given, look: Look) -> Fields:
        """Return an order as the filter sees it."""
        return desk.fields(item, look)

    def key_of(self, item: Given) -> str:
        """Return the id of an order."""
        return desk.key_of(item)

    def nothing(self, snapshot: Snapshot, look: Look) -> list[Line]:  # noqa: ARG002
        """Return how the first order is given."""
        return empty.no_orders(look)

    def totals(self, snapshot: Snapshot) -> list[Line]:
        """Return how many stand, and where the audit ends."""
        return desk.totals(snapshot)

    def detail(self, item: Given, look: Look) -> list[Line]:
        """Return an order in full."""
        return desk.detail(item, look)

    @on(CursorList.Opened)
    def opened(self) -> None:
        """Go into the route of an order."""
        if self.cursor_list.cursor_row is not None:
            host(self).open_route(self.cursor_list.cursor_row.directive.route)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the verbs out where the console may not act."""
        if action == "act" and host(self).read_only:
            return None
        return super().check_action(action, parameters)

    def meant_route(self) -> str:
        """Return the route that an order given here is about."""
        row = self.cursor_list.cursor_row
        return row.directive.route if row is not None else ""

    def action_act(self) -> None:
        """Open the menu of orders for the route of the order under the cursor."""
        if self.meant_route():
            host(self).desk.act_on(self.meant_route())

    def action_audit(self) -> None:
        """Show who did what, and whether the record of it is whole."""
        self.app.push_screen(AuditScreen())
