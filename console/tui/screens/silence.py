"""The dialog in which alerts are silenced: for whom, for how long, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.draft import Missing
from console.tui.figures.spans import Line, Tone, line
from console.tui.host import host
from console.tui.render.answers import alert_lines, subject
from console.tui.screens.answer import AnswerDialog, Asked, lasting

if TYPE_CHECKING:
    from console.snapshot.types import AlertView
    from console.tui.render.look import Look


class SilenceDialog(AnswerDialog):
    """Keeps alerts quiet until an expiry, which is required like the reason."""

    ABOUT = (
        "A silenced alert is still evaluated and shown; only nobody is told. A hard stop is told"
        " all the same. burnline unsilence ends a silence before its time."
    )

    def __init__(self, alert: AlertView) -> None:
        super().__init__()
        self.alert = alert

    def subject(self, look: Look) -> list[Line]:
        """Return the alert that is quiet from now on."""
        head = line(
            ("Silence ", Tone.TICKET),
            (subject(self.alert), Tone.STRONG),
            f" as {host(self).operator}: it stays on screen, nobody is told",
        )
        return [head, *alert_lines(self.alert, look)]

    def asked(self) -> tuple[Asked, ...]:
        """Ask for a reason, an end, and what else the silence is to cover."""
        match = f"route={self.alert.route} severity={self.alert.severity}"
        return (
            ("reason", "reason", "", "required: why may nobody be told?"),
            ("duration", "for", "", "required: 45m, 2h, 1d"),
            ("match", "matches", match, "route=refund* severity=ticket kind=burn class=trust"),
        )

    def missing(self) -> Missing | None:
        """Ask for all three; what the matcher means is judged where the silence is written."""
        if not self.typed("reason"):
            return Missing(
                "reason", "A reason is required, for whoever looks for the page that never came."
            )
        if not lasting(self.typed("duration")):
            return Missing("duration", "A silence needs an end: 45m, 2h, 1h30m or 3d.")
        return None if self.typed("match") else Missing("match", "What shall be silent?")

    def send(self) -> None:
        """Silence."""
        for_us = lasting(self.typed("duration"))
        host(self).desk.quiet(self.typed("match"), for_us, self.typed("reason"))
