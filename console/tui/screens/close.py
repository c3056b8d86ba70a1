"""The dialog in which a hard stop is signed closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.draft import Missing
from console.tui.figures.spans import Line, Tone, line
from console.tui.host import host
from console.tui.render.answers import alert_lines, subject
from console.tui.screens.answer import AnswerDialog, Asked

if TYPE_CHECKING:
    from console.snapshot.types import AlertView
    from console.tui.render.look import Look


class CloseDialog(AnswerDialog):
    """Closes a hard stop in the name of whoever answers for the route."""

    ABOUT = (
        "A hard stop never resolves on data. Its route's owner or deputy closes it, with a reason;"
        " what else stands in the alert goes on standing."
    )

    def __init__(self, alert: AlertView, owner: str) -> None:
        super().__init__()
        self.alert = alert
        self._owner = owner

    def subject(self, look: Look) -> list[Line]:
        """Return what is closed, for which runs, and who may sign."""
        who = f"{self._owner}, or the deputy, signs" if self._owner else "nobody owns it: you sign"
        runs = ", ".join(self.alert.runs) or "none named"
        return [
            line(("Close the hard stop of ", Tone.ALARM), (subject(self.alert), Tone.STRONG)),
            *alert_lines(self.alert, look),
            line(("runs ", Tone.MUTED), runs),
            line(("signature ", Tone.MUTED), who),
        ]

    def asked(self) -> tuple[Asked, ...]:
        """Ask why it is over, and who says so."""
        return (
            ("note", "reason", "", "required: why is it over?"),
            ("by", "signed by", host(self).operator, "the owner or the deputy"),
        )

    def missing(self) -> Missing | None:
        """Ask for a reason and a name; whether the name may sign is known where it is written."""
        if not self.typed("note"):
            return Missing("note", "A reason is required: it is kept with the signature.")
        return None if self.typed("by") else Missing("by", "Who signs?")

    def send(self) -> None:
        """Sign."""
        host(self).desk.sign(self.alert, self.typed("by"), self.typed("note"))
