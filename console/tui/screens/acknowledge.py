"""The dialog in which an operator takes ownership of an alert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.figures.spans import Line, Tone, line
from console.tui.host import host
from console.tui.render.answers import alert_lines, subject
from console.tui.screens.answer import AnswerDialog, Asked

if TYPE_CHECKING:
    from console.snapshot.types import AlertView
    from console.tui.render.look import Look


class AcknowledgeDialog(AnswerDialog):
    """Puts a name, and a note for the next on call, on an alert."""

    ABOUT = "Acknowledging is ownership with a name. It lapses when nothing follows it."

    def __init__(self, alert: AlertView) -> None:
        super().__init__()
        self.alert = alert

    def subject(self, look: Look) -> list[Line]:
        """Return whose alert it will be."""
        head = line(
            ("Acknowledge ", Tone.STRONG),
            (subject(self.alert), Tone.STRONG),
            f" as {host(self).operator}",
        )
        return [head, *alert_lines(self.alert, look)]

    def asked(self) -> tuple[Asked, ...]:
        """Ask for a note."""
        return (("note", "note", "", "what you are about to do; may stay empty"),)

    def missing(self) -> None:
        """Let an empty note pass: owning an alert is quick."""

    def send(self) -> None:
        """Take ownership."""
        host(self).desk.own(self.alert, self.typed("note"))
