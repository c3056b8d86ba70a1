"""Runs that wait for a human grant, the one that waits longest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from console.snapshot.types import ApprovalView
from console.tui.host import host
from console.tui.render import approvals, empty
from console.tui.screens.table import Table
from console.tui.widgets.cursor_list import CursorList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.snapshot.types import Snapshot
    from console.tui.figures.spans import Line
    from console.tui.query import Fields
    from console.tui.render.look import Look


class ApprovalsScreen(Table[ApprovalView]):
    """One row per run that waits; `y` opens the dialog that grants it, Enter its route."""

    CSS_PATH = "approvals.tcss"
    ABOUT = (
        "Runs that wait until a human grants an action. Where an order demands the grant, the run's"
        " clock stands still; where the settings do, it goes on."
    )
    COLUMNS = approvals.COLUMNS
    WORDS = approvals.WORD_FIELDS
    NUMBERS = approvals.NUMBER_FIELDS
    NOUN = "waiting for a grant"
    EXAMPLES = "words, route:refunds, action:refund.send, age>10m"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "grant", "Grant", tooltip="Grant the action", id="approval.grant"),
    ]

    def rows(self, snapshot: Snapshot) -> Sequence[ApprovalView]:
        """Return what waits, longest first."""
        return sorted(snapshot.approvals, key=lambda asked: (asked.at_us, asked.route, asked.run))

    def fields(self, item: ApprovalView, look: Look) -> Fields:
        """Return a request as the filter sees it."""
        return approvals.fields(item, look)

    def key_of(self, item: ApprovalView) -> str:
        """Return what a request is known by."""
        return approvals.key_of(item)

    def nothing(self, snapshot: Snapshot, look: Look) -> list[Line]:  # noqa: ARG002
        """Return what it means that nothing waits."""
        return empty.no_approvals(snapshot)

    def detail(self, item: ApprovalView, look: Look) -> list[Line]:
        """Return since when a run waits, and what demands it."""
        return approvals.waiting_for(item, look)

    @on(CursorList.Opened)
    def opened(self) -> None:
        """Go into the route of a request."""
        if self.cursor_list.cursor_row is not None:
            host(self).open_route(self.cursor_list.cursor_row.route)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the verb out where the console may not act."""
        if action == "grant" and host(self).read_only:
            return None
        return super().check_action(action, parameters)

    def action_grant(self) -> None:
        """Open the dialog that grants what the run under the cursor waits for."""
        if self.cursor_list.cursor_row is not None:
            host(self).desk.answer(self.cursor_list.cursor_row)
