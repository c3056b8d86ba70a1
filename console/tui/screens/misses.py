"""The misses of all routes: what was charged, when, by which rule, and where it is logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from console.snapshot.types import MissView
from console.tui.host import host
from console.tui.render import empty, misses
from console.tui.screens.evidence import EvidenceScreen
from console.tui.screens.fetched import Fetched
from console.tui.wanted import Wanted
from console.tui.widgets.cursor_list import CursorList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.snapshot.types import Snapshot
    from console.tui.figures.spans import Line
    from console.tui.messages import MissesFetched
    from console.tui.query import Fields
    from console.tui.render.look import Look

MISSES_READ = 1_000
"""How many misses are asked for, of all routes together: the latest."""


class MissesScreen(Fetched[MissView]):
    """One row per miss, the latest first; Enter shows its evidence, `c` copies it."""

    CSS_PATH = "misses.tcss"
    ABOUT = (
        "What was charged on all routes, the latest first, with the rule in words. Filter by"
        " class:trust, route:refunds, run:r-17, age<2h. Enter: the log lines, and the whole run."
    )
    COLUMNS = misses.ALL_COLUMNS
    WORDS = misses.WORD_FIELDS
    NUMBERS = misses.NUMBER_FIELDS
    NOUN = "misses"
    EXAMPLES = "words, class:trust, route:refunds, age<2h, at:14:0, !correction:c"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", tooltip="Copy the evidence", id="miss.copy"),
        Binding("r", "go_to_route", "Route", tooltip="Go to its route", id="miss.route"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.charged: Wanted = Wanted(None, MISSES_READ)

    def rows(self, snapshot: Snapshot) -> Sequence[MissView]:  # noqa: ARG002
        """Return the misses that were fetched, the latest first."""
        return self.charged.found

    def fields(self, item: MissView, look: Look) -> Fields:
        """Return a miss as the filter sees it."""
        return misses.fields(item, look)

    def key_of(self, item: MissView) -> str:
        """Return what tells one miss from another."""
        return misses.key_of(item)

    def nothing(self, snapshot: Snapshot, look: Look) -> list[Line]:
        """Return what it means that there is no miss."""
        if self.charged.waiting or self.charged.trouble:
            return empty.no_misses(self.charged.waiting, self.charged.trouble)
        return empty.no_misses_at_all(snapshot, look)

    def totals(self, snapshot: Snapshot) -> list[Line]:  # noqa: ARG002
        """Say where older misses are not on show, or that what is shown is old."""
        return misses.reach(len(self.charged.found), MISSES_READ, self.charged.trouble)

    def detail(self, item: MissView, look: Look) -> list[Line]:
        """Return a miss with nothing cut off."""
        return misses.brief(item, look)

    def ask(self, snapshot: Snapshot) -> None:
        """Ask for the misses when something about them has changed."""
        if self.charged.ask(snapshot):
            host(self).errands.misses(self, self.charged)

    def on_misses_fetched(self, message: MissesFetched) -> None:
        """Show the misses that came in; after an error, those of before stay."""
        self.charged.came(message.misses, message.trouble)
        self.call_after_refresh(self.show_fetched)

    @on(CursorList.Opened)
    def opened(self) -> None:
        """Show the evidence of the miss under the cursor."""
        if self.cursor_list.cursor_row is not None:
            self.app.push_screen(EvidenceScreen(self.cursor_list.cursor_row))

    def action_copy(self) -> None:
        """Copy the evidence of the miss under the cursor."""
        if self.cursor_list.cursor_row is not None:
            self.copy(misses.copied(self.cursor_list.cursor_row))

    def action_go_to_route(self) -> None:
        """Open the route of the miss under the cursor."""
        if self.cursor_list.cursor_row is not None:
            host(self).open_route(self.cursor_list.cursor_row.route)
