"""The review of one route, whole: the verdict, what next, and everything that it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from console.tui.figures.spans import Line, Tone, joined, line
from console.tui.host import host
from console.tui.render import empty, review
from console.tui.render.paper import MOST_PARTS, parts
from console.tui.screens.reviewing import Reviewing
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from console.review.types import RouteReview
    from console.tui.export import Paper
    from console.tui.frame import Frame
    from console.tui.render.look import Look

_CURVE_HIGH, _CURVE_LOW = 7, 4


class RouteReviewScreen(Reviewing):
    """The page of one route in a review; Tab leads from part to part."""

    CSS_PATH = "route_review.tcss"
    TITLE_WORDS = "review"
    ABOUT = (
        "The verdict on a route with its evidence, what next and the command behind it, what"
        " happened, budget, failures by signature, who answered, what trust cost, objectives, the"
        " five questions."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", show=False, tooltip="Copy the command", id="review.copy"),
        Binding("tab", "part(1)", "Next part", show=False, id="review.next_part"),
        Binding("shift+tab", "part(-1)", "Part before", show=False, id="review.part_before"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="review.down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="review.up"),
        Binding("pagedown,ctrl+d", "scroll(12)", "Page down", show=False, id="review.page_down"),
        Binding("pageup,ctrl+u", "scroll(-12)", "Page up", show=False, id="review.page_up"),
        Binding("home,g", "ends(True)", "Top", show=False, id="review.top"),
        Binding("end,G", "ends(False)", "Bottom", show=False, id="review.bottom"),
    ]

    def body(self) -> ComposeResult:
        """Compose a headline, and as many parts as there can be."""
        yield Prose(id="headline")
        with VerticalScroll(id="page", can_focus=False):
            for _ in range(MOST_PARTS):
                part = Prose(hide_empty=True)
                part.add_class("part")
                yield part

    def meant(self) -> RouteReview | None:
        """Return the route of the page."""
        views = () if self.review is None else self.review.routes
        return next((view for view in views if view.settings.name == self.scope), None)

    def draw(self, frame: Frame, look: Look) -> None:
        """Show the review; have it built where it is not there."""
        self.follow(frame)
        self._show(frame, look)

    def show_review(self) -> None:
        """Draw what came in."""
        frame = host(self).frame
        self._show(frame, host(self).look(frame))

    def _show(self, frame: Frame, look: Look) -> None:
        view = self.meant()
        headline: list[Line] = []
        if frame.shown is None:
            found = [empty.waiting(frame)]
        elif self.review is None:
            found = [review.building(self.wanted, self.trouble)]
        elif view is None:
            found = [empty.route_gone(self.scope)]
        else:
            headline = [self._headline(view, look)]
            high = _CURVE_LOW if self.has_class("-short") else _CURVE_HIGH
            quiet = review.quiet(self.review)
            found = ([quiet] if quiet else []) + parts(view, look, self.size.width - 4, high)
        self.query_one("#headline", Prose).show(headline)
        blank = [()] * (MOST_PARTS - len(found))
        for part, lines in zip(self.query(".part").results(Prose), (*found, *blank), strict=True):
            part.show(lines)

    def _headline(self, view: RouteReview, look: Look) -> Line:
        route = line((view.settings.name, Tone.STRONG), f" {view.settings.tier}")
        if self.review is None:
            return route
        facts = [route, line(self.review.period.label, " UTC")]
        return joined([*facts, review.made(self.review, look, self.trouble)], look.separator)

    def sheet(self) -> Paper | None:
        """Return the review as an export has it."""
        return self.paper()

    def action_part(self, by: int) -> None:
        """Go to the next part, or the one before."""
        page = self.query_one("#page", VerticalScroll)
        tops = [part.virtual_region.y for part in self.query(".part") if part.display]
        now = page.scroll_offset.y
        later = [top for top in tops if (top > now if by > 0 else top < now)]
        if later:
            page.scroll_to(y=min(later) if by > 0 else max(later), animate=False)

    def action_scroll(self, by: int) -> None:
        """Scroll the page."""
        self.query_one("#page", VerticalScroll).scroll_relative(y=by, animate=False)

    def action_ends(self, top: bool) -> None:
        """Go to the top or the bottom of the page."""
        page = self.query_one("#page", VerticalScroll)
        page.scroll_to(y=0 if top else page.max_scroll_y, animate=False)
