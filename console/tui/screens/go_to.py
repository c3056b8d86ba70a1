"""Where in time to go: one line of input, answered with the instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from console.tui.figures.spans import Tone, line
from console.tui.figures.times import instant_us
from console.tui.host import host
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from datetime import tzinfo

    from textual.app import ComposeResult


class GoTo(ModalScreen[int | None]):
    """A time of the past; Enter goes there. Nothing is changed by it, so nothing is confirmed."""

    CSS_PATH = "go_to.tcss"
    ABOUT = (
        "A clock time is the last such time; -2h is two hours before now. Counts are kept by the"
        " minute, so that the picture is that of the end of the minute."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="goto.leave"),
        Binding("ctrl+q", "app.quit", "Quit", show=False, priority=True, id="goto.quit"),
    ]

    def __init__(self, now_us: int, zone: tzinfo | None) -> None:
        super().__init__()
        self._now_us = now_us
        self._zone = zone

    def compose(self) -> ComposeResult:
        """Put the line below what may be typed in it."""
        with Vertical(id="box"):
            yield Prose(id="goto-title")
            yield Input(placeholder="14:02", compact=True, select_on_focus=False, id="goto-time")
            yield Prose(id="goto-problem", hide_empty=True)

    def on_mount(self) -> None:
        """Say what may be typed."""
        self.set_class(host(self).ascii_only, "-ascii")
        title = line(
            ("Go to a time", Tone.STRONG), (": 14:02, 2026-11-24T14:02:00Z or -2h", Tone.MUTED)
        )
        self.query_one("#goto-title", Prose).show([title])
        self.query_one("#goto-time", Input).focus()

    @on(Input.Submitted)
    def typed(self, event: Input.Submitted) -> None:
        """Go, or say how to write it."""
        try:
            at_us = instant_us(event.value, self._now_us, self._zone)
        except ValueError as error:
            problem = line((str(error), Tone.ALARM))
            self.query_one("#goto-problem", Prose).show([problem])
        else:
            self.dismiss(at_us)

    def action_leave(self) -> None:
        """Stay where the console is."""
        self.dismiss(None)
