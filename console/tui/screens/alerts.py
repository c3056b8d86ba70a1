"""Alerts of all routes: what fires, what somebody owns, what is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from console.snapshot.types import AlertView
from console.tui.host import host
from console.tui.render import alerts, empty
from console.tui.screens.table import Table
from console.tui.widgets.cursor_list import CursorList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.snapshot.types import Snapshot
    from console.tui.figures.spans import Line
    from console.tui.query import Fields
    from console.tui.render.look import Look


class AlertsScreen(Table[AlertView]):
    """One row per alert; `A` owns it, `s` silences, `X` closes, `a` acts, Enter opens its route."""

    CSS_PATH = "alerts.tcss"
    ABOUT = (
        "Alerts of all routes, those that nobody owns first. Below the list: what made the chosen"
        " one fire, with its numbers, its runs, its owner, who was told. Acknowledging puts your"
        " name on it; a silence keeps it quiet for a time; a hard stop is closed by signature."
    )
    COLUMNS = alerts.COLUMNS
    WORDS = alerts.WORD_FIELDS
    NUMBERS = alerts.NUMBER_FIELDS
    NOUN = "alerts"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("A", "acknowledge", "Ack", tooltip="Acknowledge", id="alert.acknowledge"),
        Binding("a", "act", "Act", id="route.act"),
        Binding("s", "silence", "Silence", id="alert.silence"),
        Binding(
            "X", "close", "Close", show=False, tooltip="Sign a hard stop closed", id="alert.close"
        ),
    ]

    def rows(self, snapshot: Snapshot) -> Sequence[AlertView]:
        """Return all alerts, those that need a human first."""
        return alerts.alerts_of(snapshot)

    def fields(self, item: AlertView, look: Look) -> Fields:
        """Return an alert as the filter sees it."""
        return alerts.fields(item, look)

    def key_of(self, item: AlertView) -> str:
        """Return the id of an alert."""
        return item.id

    def nothing(self, snapshot: Snapshot, look: Look) -> list[Line]:
        """Return what it means that there is no alert."""
        return empty.no_alerts(snapshot, look)

    def detail(self, item: AlertView, look: Look) -> list[Line]:
        """Return what made an alert fire."""
        snapshot = host(self).frame.shown
        return alerts.detail(item, look, snapshot.silences if snapshot else ())

    def totals(self, snapshot: Snapshot) -> list[Line]:
        """Return how many silences stand."""
        return alerts.totals(snapshot)

    @on(CursorList.Opened)
    def opened(self) -> None:
        """Go into the route of an alert; that of the control file has none."""
        alert = self.cursor_list.cursor_row
        if alert is not None and alert.route:
            host(self).open_route(alert.route)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the verbs out where the console may not act."""
        if action in ("act", "acknowledge", "silence", "close") and host(self).read_only:
            return None
        return super().check_action(action, parameters)

    def meant_route(self) -> str:
        """Return the route that an order given here is about."""
        alert = self.cursor_list.cursor_row
        return alert.route if alert is not None else ""

    def action_act(self) -> None:
        """Open the menu of orders for the route of the alert under the cursor."""
        if self.meant_route():
            host(self).desk.act_on(self.meant_route())

    def action_acknowledge(self) -> None:
        """Take ownership of the alert under the cursor."""
        if self.cursor_list.cursor_row is not None:
            host(self).desk.take(self.cursor_list.cursor_row)

    def action_silence(self) -> None:
        """Silence what the alert under the cursor is about."""
        if self.cursor_list.cursor_row is not None:
            host(self).desk.hush(self.cursor_list.cursor_row)

    def action_close(self) -> None:
        """Sign the hard stop of the alert under the cursor closed."""
        if self.cursor_list.cursor_row is not None:
            host(self).desk.end(self.cursor_list.cursor_row)
