"""One miss with its evidence: the rule in words, the raw lines, and all that its run logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from console.tui import pager
from console.tui.host import host
from console.tui.render import empty, misses
from console.tui.screens.view import View
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from console.snapshot.particulars import MomentView
    from console.snapshot.types import MissView
    from console.tui.figures.spans import Line
    from console.tui.frame import Frame
    from console.tui.messages import TimelineFetched
    from console.tui.render.look import Look


class EvidenceScreen(View):
    """Why a run was charged, down to the byte; `c` copies it, `o` opens the log there."""

    CSS_PATH = "evidence.tcss"
    TITLE_WORDS = "evidence"
    ABOUT = (
        "A miss with its rule in words, the log lines behind it as file:line and byte, and all that"
        " its run logged. Opening shows the log at that line in $PAGER, read-only."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", id="evidence.copy"),
        Binding("o", "open_log", "Open log", id="evidence.open"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="evidence.down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="evidence.up"),
        Binding("pagedown,ctrl+d", "scroll(12)", "Page down", show=False, id="evidence.page_down"),
        Binding("pageup,ctrl+u", "scroll(-12)", "Page up", show=False, id="evidence.page_up"),
    ]

    def __init__(self, miss: MissView) -> None:
        super().__init__()
        self._miss = miss
        self._moments: tuple[MomentView, ...] | None = None
        self._trouble = ""

    def body(self) -> ComposeResult:
        """Compose a page that scrolls."""
        with VerticalScroll(id="page"):
            yield Prose(id="evidence")

    def on_mount(self) -> None:
        """Ask what the run logged."""
        super().on_mount()
        host(self).errands.timeline(self, self._miss.route, self._miss.run)

    def on_timeline_fetched(self, message: TimelineFetched) -> None:
        """Show what the run logged."""
        self._moments, self._trouble = message.moments, message.trouble
        self.call_after_refresh(self.redraw)

    def draw(self, frame: Frame, look: Look) -> None:  # noqa: ARG002
        """Show the miss; it does not change any more."""
        lines = misses.evidence(self._miss, look, self._happened(look))
        self.query_one("#evidence", Prose).show(lines)

    def _happened(self, look: Look) -> list[Line]:
        if not self._moments:
            return empty.no_moments(waiting=self._moments is None, trouble=self._trouble)
        return misses.timeline(self._miss, self._moments, look)

    def action_copy(self) -> None:
        """Put the evidence on the clipboard of the operator's terminal."""
        self.copy(misses.copied(self._miss))

    def action_open_log(self) -> None:
        """Show the first line of the evidence in its file; where that fails, say where it is."""
        if not self._miss.evidence:
            self.notify("No line of this miss is kept, so there is nothing to open.", markup=False)
            return
        place = self._miss.evidence[0]
        trouble = pager.open_at(self.app, place.file, place.line_number)
        if trouble:
            self.notify(f"{trouble} It is {misses.place(place)}", severity="warning", markup=False)

    def action_scroll(self, by: int) -> None:
        """Scroll the page."""
        self.query_one("#page", VerticalScroll).scroll_relative(y=by, animate=False)
