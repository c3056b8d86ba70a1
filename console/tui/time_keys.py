"""The keys that move the console in time, and what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.widgets import Input

from console.model import MINUTE_US

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.widget import Widget

    from console.tui.travel import Travel

TIME_KEYS = (
    Binding("left_square_bracket", "step(-1)", "A minute back", show=False, id="time.back"),
    Binding("right_square_bracket", "step(1)", "A minute on", show=False, id="time.on"),
    Binding("left_curly_bracket", "step(-60)", "An hour back", show=False, id="time.hour_back"),
    Binding("right_curly_bracket", "step(60)", "An hour on", show=False, id="time.hour_on"),
    Binding("t", "go_to", "Go to a time", show=False, id="time.go"),
    Binding("n", "to_alert(True)", "Next alert", show=False, id="time.next_alert"),
    Binding("N", "to_alert(False)", "Previous alert", show=False, id="time.previous_alert"),
    Binding("end", "live", "Live", tooltip="Back to live", priority=True, id="time.live"),
    Binding("plus", "pace(2)", "Faster", show=False, id="time.faster"),
    Binding("minus", "pace(0.5)", "Slower", show=False, id="time.slower"),
)


class TimeActions:
    """What the keys do, as a part of the application."""

    travel: Travel
    pace: Callable[[float], None] | None

    def time_action_offered(self, action: str, focused: Widget | None) -> bool | None:
        """Say whether an action of time makes sense now; None: it is not one of these.

        The way back is offered only from the past, and `end` left to whoever is typing.
        """
        if action == "live":
            return self.travel.at_us is not None and not isinstance(focused, Input)
        return self.pace is not None if action == "pace" else None

    def action_step(self, minutes: int) -> None:
        """Go so many minutes on, or back."""
        self.travel.step(minutes * MINUTE_US)

    def action_go_to(self) -> None:
        """Ask for a time, and go there."""
        self.travel.ask()

    def action_to_alert(self, later: bool) -> None:
        """Go to when the next alert opened, or the previous one."""
        self.travel.to_alert(later)

    def action_live(self) -> None:
        """Come back to the present."""
        self.travel.end()

    def action_pace(self, factor: float) -> None:
        """Let what is replayed go faster, or slower."""
        if self.pace is not None:
            self.pace(factor)
