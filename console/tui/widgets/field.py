"""A labelled line of input in a dialog. Enter in it goes on to the next field, never confirms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input, Static

from console.text import clean
from console.tui.widgets.form_field import FormField

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Field(FormField):
    """A label and an input; `id` is the name of the field."""

    DEFAULT_CSS = """
    Field { height: 1; }
    Field Static { width: 12; color: $tone-muted; }
    Field Input { width: 1fr; background: $surface; }
    Field Input:focus { background: $row-cursor; }
    Field Input:nocolor { text-style: underline; }
    """

    def __init__(self, name: str, label: str, value: str, placeholder: str = "") -> None:
        super().__init__(id=f"field-{name}")
        self._label = label
        self._input = Input(
            clean(value),
            placeholder=placeholder,
            compact=True,
            select_on_focus=False,
            id=f"input-{name}",
        )

    def compose(self) -> ComposeResult:
        """Put the label before the input."""
        yield Static(self._label, markup=False)
        yield self._input

    @property
    def value(self) -> str:
        """What is typed."""
        return self._input.value

    def on_input_submitted(self) -> None:
        """Go on to the next field."""
        self.screen.focus_next()

    def take_focus(self) -> None:
        """Put the cursor in the input."""
        self._input.focus()

    @property
    def has_the_cursor(self) -> bool:
        """Whether the cursor is in the input."""
        return self._input.has_focus

    def take(self, character: str) -> None:
        """Take in what was typed while the input was still being put in place."""
        self._input.insert_text_at_cursor(character)
