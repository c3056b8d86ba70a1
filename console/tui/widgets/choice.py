"""One of a few values in a dialog, each in words: no checkbox to misread."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Static

from console.tui.figures.spans import Tone, line
from console.tui.widgets.form_field import FormField
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class Picker(Prose, can_focus=True):
    """The value that is chosen, and how many there are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "turn(1)", "Next value", id="choice.next"),
        Binding("left", "turn(-1)", "Previous value", show=False, id="choice.previous"),
        Binding("enter", "leave", "Next field", show=False, id="choice.leave"),
    ]

    class Turned(Message):
        """Another value is chosen."""

    def __init__(self, values: Sequence[tuple[str, str]], chosen: str) -> None:
        super().__init__()
        self._values = tuple(values)
        keys = [key for key, _ in values]
        self._at = keys.index(chosen) if chosen in keys else 0

    @property
    def value(self) -> str:
        """The key of the value that is chosen."""
        return self._values[self._at][0] if self._values else ""

    def on_mount(self) -> None:
        """Show the first choice."""
        self._draw()

    def _draw(self) -> None:
        if not self._values:
            self.show([line(("nothing to choose from", Tone.UNKNOWN))])
            return
        place = f"  {self._at + 1} of {len(self._values)}, space changes" * (len(self._values) > 1)
        words = self._values[self._at][1]
        self.show([line((words, Tone.STRONG), (place, Tone.MUTED))])

    def action_turn(self, by: int) -> None:
        """Choose the next or the previous value."""
        if len(self._values) > 1:
            self._at = (self._at + by) % len(self._values)
            self._draw()
            self.post_message(self.Turned())

    def action_leave(self) -> None:
        """Go on to the next field."""
        self.screen.focus_next()

    def on_click(self) -> None:
        """Choose the next value."""
        self.action_turn(1)


class Choice(FormField):
    """A label and a picker; `id` is the name of the field."""

    DEFAULT_CSS = """
    Choice { height: auto; }
    Choice Static { width: 12; color: $tone-muted; }
    Choice Picker { width: 1fr; height: auto; color: $foreground; background: $surface; }
    Choice Picker:focus { background: $row-cursor; }
    Choice Picker:nocolor { text-style: underline; }
    """

    def __init__(
        self, name: str, label: str, values: Sequence[tuple[str, str]], chosen: str
    ) -> None:
        super().__init__(id=f"field-{name}")
        self._label = label
        self._picker = Picker(values, chosen)

    def compose(self) -> ComposeResult:
        """Put the label before the picker."""
        yield Static(self._label, markup=False)
        yield self._picker

    @property
    def value(self) -> str:
        """The key of the value that is chosen."""
        return self._picker.value

    def take_focus(self) -> None:
        """Focus the picker."""
        self._picker.focus()
