"""The dialog in which an operator takes ownership of an alert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.figures.spans import Tone, line
from console.tui.host import host
from console.tui.render.answers import alert_lines, subject
from console.tui.screens.dialog import Dialog
from console.tui.widgets.field import Field
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from console.snapshot.types import AlertView
    from console.tui.messages import Acknowledged


class AcknowledgeDialog(Dialog[None]):
    """Puts a name, and a note for the next on call, on an alert."""

    CSS_PATH = "acknowledge.tcss"
    ABOUT = "Acknowledging is ownership with a name. It lapses when nothing follows it."

    def __init__(self, alert: AlertView) -> None:
        super().__init__()
        self.alert = alert
        self._asked = False

    def fields(self) -> ComposeResult:
        """Compose the alert and the note."""
        yield Prose(id="subject")
        yield Field("note", "note", "", "what you are about to do; may stay empty")

    def on_mount(self) -> None:
        """Show whose alert it will be."""
        super().on_mount()
        app = host(self)
        head = line(
            ("Acknowledge ", Tone.STRONG),
            (subject(self.alert), Tone.STRONG),
            f" as {app.operator}",
        )
        lines = [head, *alert_lines(self.alert, app.look(app.frame))]
        self.query_one("#subject", Prose).show(lines)
        self.query_one("#field-note", Field).take_focus()

    def action_confirm(self) -> None:
        """Take ownership."""
        if not self._asked:
            self._asked = True
            self.complain("Writing.")
            note = self.query_one("#field-note", Field).value.strip()
            host(self).desk.own(self.alert, note)

    def outcome(self, message: Acknowledged) -> None:
        """Close when it counts, else say why it does not."""
        self._asked = False
        if message.done:
            self.dismiss(None)
        else:
            self.complain(message.sentence)
