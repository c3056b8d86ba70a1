"""One miss with its evidence: the rule in words, the raw lines, and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from console.tui.render import misses
from console.tui.screens.view import View
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from console.snapshot.types import MissView
    from console.tui.frame import Frame
    from console.tui.render.look import Look


class EvidenceScreen(View):
    """Why a run was charged, down to the byte; `c` copies it."""

    CSS_PATH = "evidence.tcss"
    TITLE_WORDS = "evidence"
    ABOUT = "A miss with its rule in words and the log lines behind it, as file:line and byte."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", id="evidence.copy"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="evidence.down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="evidence.up"),
    ]

    def __init__(self, miss: MissView) -> None:
        super().__init__()
        self._miss = miss

    def body(self) -> ComposeResult:
        """Compose a page that scrolls."""
        with VerticalScroll(id="page"):
            yield Prose(id="evidence")

    def draw(self, frame: Frame, look: Look) -> None:  # noqa: ARG002
        """Show the miss; it does not change any more."""
        self.query_one("#evidence", Prose).show(misses.evidence(self._miss, look))

    def action_copy(self) -> None:
        """Put the evidence on the clipboard of the operator's terminal."""
        self.copy(misses.copied(self._miss))

    def action_scroll(self, by: int) -> None:
        """Scroll the page."""
        self.query_one("#page", VerticalScroll).scroll_relative(y=by, animate=False)
