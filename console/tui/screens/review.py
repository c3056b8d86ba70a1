"""The review of the fleet: a row per route, its verdict, what it rests on, what next."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from console.review.types import RouteReview
from console.tui.export import Paper
from console.tui.host import host
from console.tui.render import review
from console.tui.screens.reviewing import Reviewing
from console.tui.screens.route_review import RouteReviewScreen
from console.tui.screens.table import Table
from console.tui.widgets.cursor_list import CursorList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.snapshot.types import Snapshot
    from console.tui.export import Sheet
    from console.tui.figures.spans import Line
    from console.tui.frame import Frame
    from console.tui.query import Fields
    from console.tui.render.look import Look


class ReviewScreen(Table[RouteReview], Reviewing):
    """One row per route, the structural ones first; Enter shows the whole review of a route."""

    CSS_PATH = "review.tcss"
    ABOUT = (
        "What became of each route in the period, and what next. Charged is the share of the"
        " period's budget that was spent, experienced that with what corrections take out. Noise"
        " came from outside, structural is the route's own. y opens the dialog that carries out"
        " what is proposed, s the one that signs it. burnline review prints the same."
    )
    COLUMNS = review.COLUMNS
    WORDS = review.WORD_FIELDS
    NUMBERS = review.NUMBER_FIELDS
    NOUN = "reviewed"
    EXAMPLES = "words, verdict:structural, next:freeze, !ready:not, charged>100%"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", show=False, tooltip="Copy the command", id="review.copy"),
        # The footer of a small terminal has room for the acts only.
        Binding("slash", "filter", "Filter", show=False, key_display="/", id="table.filter"),
    ]

    def meant(self) -> RouteReview | None:
        """Return the route under the cursor."""
        return self.cursor_list.cursor_row if self.is_mounted else None

    def rows(self, snapshot: Snapshot) -> Sequence[RouteReview]:  # noqa: ARG002
        """Return the routes of the review: structural first, then what is spent most."""
        return () if self.review is None else self.review.routes

    def fields(self, item: RouteReview, look: Look) -> Fields:  # noqa: ARG002
        """Return a route as the filter sees it."""
        return review.fields(item)

    def key_of(self, item: RouteReview) -> str:
        """Return the name of a route."""
        return review.key_of(item)

    def nothing(self, snapshot: Snapshot, look: Look) -> list[Line]:  # noqa: ARG002
        """Return why there is no row."""
        if self.review is None:
            return review.building(self.wanted, self.trouble)
        return review.nothing(self.review)

    def totals(self, snapshot: Snapshot) -> list[Line]:  # noqa: ARG002
        """Return the period, and how old the review is."""
        look = host(self).look(host(self).frame)
        return [] if self.review is None else review.totals(self.review, look, self.trouble)

    def detail(self, item: RouteReview, look: Look) -> list[Line]:
        """Return a verdict with its evidence, and what next."""
        quiet = [] if self.review is None else review.quiet(self.review)
        return quiet + review.detail(item, look)

    def draw(self, frame: Frame, look: Look) -> None:
        """Show the rows; have the review built where it is not there."""
        self.follow(frame)
        super().draw(frame, look)

    def show_review(self) -> None:
        """Draw what came in."""
        frame = host(self).frame
        super().draw(frame, host(self).look(frame))

    def sheet(self) -> Sheet | Paper:
        """Return the review whole; as CSV, its rows."""
        rows, whole = super().sheet(), self.paper()
        if whole is None:
            return rows
        csv = {"csv": lambda: rows.write("csv").decode()}
        return Paper(whole.title, {**csv, **whole.writers})

    def action_copy(self) -> None:
        """Copy the command that the review proposes."""
        Reviewing.action_copy(self)

    @on(CursorList.Opened)
    def opened(self, event: CursorList.Opened) -> None:
        """Show the whole review of a route."""
        self.app.push_screen(RouteReviewScreen(event.key, self.period, self.review))
