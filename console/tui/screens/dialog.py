"""What every dialog has in common: Esc leaves, Enter alone never confirms, one key does.

The confirm key is never the one that opened the dialog. The Confirm button cannot be reached by
Tab, so that a second Enter too many changes nothing; it is there for the mouse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button

from console.tui.figures.spans import Tone, line
from console.tui.host import host
from console.tui.sizes import HEIGHTS, WIDTHS
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Key

ResultT = TypeVar("ResultT")


class Dialog(ModalScreen[ResultT]):
    """A box over the view that ends with a confirmation or without one."""

    ABOUT: ClassVar[str] = ""
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="dialog.cancel"),
        # No priority: it would overtake the characters that a field has not taken in yet.
        Binding("ctrl+y", "confirm", "Confirm", id="dialog.confirm"),
        Binding("ctrl+q", "app.quit", "Quit", show=False, priority=True, id="dialog.quit"),
    ]

    _strayed = False

    def compose(self) -> ComposeResult:
        """Put the fields between the title and the two buttons."""
        with Vertical(id="box"):
            with VerticalScroll(id="form", can_focus=False):
                yield from self.fields()
                yield Prose(id="problem", hide_empty=True)
            with Horizontal(id="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                confirm = Button("Confirm", id="confirm", compact=True, variant="warning")
                confirm.can_focus = False
                yield confirm
                yield Prose(id="hint")

    def fields(self) -> ComposeResult:
        """Compose what is the dialog's own."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Say how to confirm."""
        self.set_class(host(self).ascii_only, "-ascii")
        hint = line(("ctrl+y", Tone.KEY), " confirms, ", ("esc", Tone.KEY), " leaves")
        self.query_one("#hint", Prose).show([hint])

    def stray(self, event: Key) -> None:
        """Note a key that means nothing here: it was meant for something else."""
        self._strayed |= host(self).desk.typed.heard(event, self.active_bindings)

    def typed_blind(self) -> bool:
        """Say whether what confirms may belong to a sentence typed blind; it is asked for again."""
        typed = host(self).desk.typed
        if not (self._strayed or typed.going_on):
            return False
        self._strayed = False
        typed.add()
        self.complain("Keys came that mean nothing here. Look, then ctrl+y once more gives it.")
        return True

    def complain(self, sentence: str) -> None:
        """Say what is wrong, or nothing."""
        problem = self.query_one("#problem", Prose)
        problem.show([line((sentence, Tone.ALARM))] if sentence else [])
        if sentence:
            self.call_after_refresh(problem.scroll_visible, animate=False)

    @on(Button.Pressed, "#cancel")
    def cancel_pressed(self) -> None:
        """Leave without a change."""
        self.action_cancel()

    @on(Button.Pressed, "#confirm")
    def confirm_pressed(self) -> None:
        """Confirm by mouse."""
        self.action_confirm()

    def action_cancel(self) -> None:
        """Leave without a change."""
        self.dismiss(None)

    def action_confirm(self) -> None:
        """Carry out what the dialog is about."""
        raise NotImplementedError
