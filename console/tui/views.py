"""The views that a number leads to, in the order of their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding

from console.tui.screens.alerts import AlertsScreen
from console.tui.screens.approvals import ApprovalsScreen
from console.tui.screens.fleet import FleetScreen
from console.tui.screens.misses import MissesScreen
from console.tui.screens.orders import OrdersScreen
from console.tui.screens.review import ReviewScreen
from console.tui.screens.sources import SourcesScreen

if TYPE_CHECKING:
    from console.tui.screens.view import View

VIEWS: dict[str, type[View]] = {
    "fleet": FleetScreen,
    "alerts": AlertsScreen,
    "misses": MissesScreen,
    "orders": OrdersScreen,
    "sources": SourcesScreen,
    "approvals": ApprovalsScreen,
    "review": ReviewScreen,
}
_TOGETHER = Binding.Group("Views", compact=True)
VIEW_KEYS = tuple(
    Binding(str(number), f"view('{name}')", name.capitalize(), group=_TOGETHER, id=f"app.{name}")
    for number, name in enumerate(VIEWS, start=1)
)
