"""What the dialogs have in common that answer an alert, or a run that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.draft import Missing
from console.tui.figures.spans import Line
from console.tui.figures.times import duration_us
from console.tui.host import host
from console.tui.screens.dialog import Dialog
from console.tui.widgets.field import Field
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from console.tui.messages import Answered
    from console.tui.render.look import Look

Asked = tuple[str, str, str, str]
"""A field of the form: name, label, first value, placeholder."""


class AnswerDialog(Dialog[None]):
    """Says what it is about, asks for words, and stays open until the answer counts."""

    CSS_PATH = "answer.tcss"

    def __init__(self) -> None:
        super().__init__()
        self._sent = False

    def subject(self, look: Look) -> list[Line]:
        """Return what is answered, and what the answer does."""
        raise NotImplementedError

    def asked(self) -> tuple[Asked, ...]:
        """Return the fields, the one to begin with first."""
        raise NotImplementedError

    def missing(self) -> Missing | None:
        """Return what keeps the answer from being given, or None."""
        raise NotImplementedError

    def send(self) -> None:
        """Give the answer."""
        raise NotImplementedError

    def fields(self) -> ComposeResult:
        """Compose the subject over the fields."""
        yield Prose(id="subject")
        for each in self.asked():
            yield Field(*each)

    def on_mount(self) -> None:
        """Show the subject, with the cursor in the first field."""
        super().on_mount()
        app = host(self)
        self.query_one("#subject", Prose).show(self.subject(app.look(app.frame)))
        self.query(Field).first().take_focus()

    def typed(self, name: str) -> str:
        """Return what stands in a field."""
        return self.query_one(f"#field-{name}", Field).value.strip()

    def action_confirm(self) -> None:
        """Give the answer, if nothing is missing."""
        if self._sent:
            return
        lack = self.missing()
        if lack is not None:
            self.complain(lack.sentence)
            self.query_one(f"#field-{lack.field}", Field).take_focus()
            return
        self._sent = True
        self.complain("Writing.")
        self.send()

    def outcome(self, message: Answered) -> None:
        """Close when it counts, else say why it does not."""
        self._sent = False
        if message.done:
            self.dismiss(None)
        else:
            self.complain(message.sentence)


def lasting(text: str) -> int:
    """Return what was typed as a duration, in microseconds; 0 where it is none."""
    try:
        return duration_us(text)
    except ValueError:
        return 0
