"""The four lines around every view: totals, banners, the order being followed, the machinery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical

from console.tui.figures.spans import Tone, line
from console.tui.placed import over
from console.tui.render import masthead
from console.tui.render.orders import followed
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from console.tui.frame import Frame
    from console.tui.render.look import Look
    from console.tui.render.masthead import Badges


class Top(Vertical):
    """Fleet totals in one line; below it what the operator must not overlook."""

    def compose(self) -> ComposeResult:
        """Put the lines in place."""
        yield Prose(id="masthead")
        yield Prose(id="banner", hide_empty=True)
        yield Prose(id="past", hide_empty=True)
        yield Prose(id="hold", hide_empty=True)

    def draw(self, frame: Frame, look: Look, badges: Badges, banner: str) -> None:
        """Show the totals, the start-up banner and what HOLD hides."""
        top = masthead.masthead(frame, look, badges, self.size.width)
        self.query_one("#masthead", Prose).show([top])
        self.query_one("#banner", Prose).show([line((banner, Tone.TICKET))] if banner else [])
        past = masthead.past_banner(frame, look)
        self.query_one("#past", Prose).show([past] if past else [])
        held = masthead.hold_banner(frame, look)
        self.query_one("#hold", Prose).show([held] if held else [])


class Bottom(Vertical):
    """The order being followed, and the state of collector, store and feed."""

    def compose(self) -> ComposeResult:
        """Put the lines in place."""
        yield Prose(id="followed", hide_empty=True)
        yield Prose(id="status")

    def draw(self, frame: Frame, look: Look, *, awaited: bool) -> None:
        """Show how far the last order got, on live data, and the status line."""
        placed = frame.placed
        gone = placed is None or over(placed, frame.live, frame.wall_us)
        lines = [] if gone or placed is None else [followed(placed, frame.live, look)]
        self.query_one("#followed", Prose).show(lines)
        state = masthead.status(frame, look, self.size.width - 2, awaited=awaited)
        self.query_one("#status", Prose).show([state])
