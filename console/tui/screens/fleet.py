"""The fleet: every route in one row, the one that needs a human first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from console.snapshot.types import RouteView
from console.tui.host import host
from console.tui.render import empty, fleet
from console.tui.screens.table import Table
from console.tui.widgets.cursor_list import CursorList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.snapshot.types import Snapshot
    from console.tui.figures.spans import Line
    from console.tui.query import Fields
    from console.tui.render.look import Look


class FleetScreen(Table[RouteView]):
    """One row per route; Enter opens it, `a` acts on it."""

    CSS_PATH = "fleet.tcss"
    ABOUT = (
        "Every route, worst first. Burn is that of the rule nearest to firing, long/short window;"
        " L T E P R count the misses per class: latency, trust, escalation, permission, recovery."
        " Control shows the strictest order and how many agents have seen it."
    )
    COLUMNS = fleet.COLUMNS
    WORDS = fleet.WORD_FIELDS
    NUMBERS = fleet.NUMBER_FIELDS
    SCALES: ClassVar[dict[str, dict[str, int]]] = {"tier": fleet.TIERS}
    NOUN = "routes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "act", "Act", id="route.act"),
        Binding("q", "app.say_quit", "How to quit", show=False, id="fleet.how_to_quit"),
    ]

    def rows(self, snapshot: Snapshot) -> Sequence[RouteView]:
        """Return the routes as the snapshot orders them: worst first."""
        return snapshot.routes

    def fields(self, item: RouteView, look: Look) -> Fields:
        """Return a route as the filter sees it."""
        return fleet.fields(item, look)

    def key_of(self, item: RouteView) -> str:
        """Return the name of a route."""
        return item.route

    def nothing(self, snapshot: Snapshot, look: Look) -> list[Line]:
        """Return the first-run text."""
        return empty.no_routes(snapshot, look)

    @on(CursorList.Opened)
    def opened(self, event: CursorList.Opened) -> None:
        """Go into a route."""
        host(self).open_route(event.key)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the verbs out where the console may not act."""
        if action == "act" and host(self).read_only:
            return None
        return super().check_action(action, parameters)

    def meant_route(self) -> str:
        """Return the route that an order given here is about."""
        return self.cursor_list.cursor_key or ""

    def action_act(self) -> None:
        """Open the menu of orders for the route under the cursor."""
        if self.meant_route():
            host(self).desk.act_on(self.meant_route())
