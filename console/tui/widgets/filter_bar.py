"""The line in which a filter is typed: applied while typing, kept by Enter, cleared by Esc."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

if TYPE_CHECKING:
    from textual import events


class FilterBar(Input):
    """An input that is on screen only while it is used."""

    DEFAULT_CSS = "FilterBar.-closed { display: none; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear filter", id="filter.clear"),
        Binding("enter,down", "keep", "Keep filter", id="filter.keep"),
    ]

    class Left(Message):
        """The operator is done typing."""

    def __init__(self, examples: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(
            placeholder=examples,
            compact=True,
            select_on_focus=False,
            id=id,
            classes="-closed",
        )

    def open(self) -> None:
        """Show the line and put the cursor in it."""
        self.remove_class("-closed")
        self.focus()

    def action_clear(self) -> None:
        """Drop the filter and leave."""
        self.value = ""
        self.action_keep()

    def action_keep(self) -> None:
        """Leave with the filter as it is."""
        self.add_class("-closed")
        self.post_message(self.Left())

    def on_blur(self, _event: events.Blur) -> None:
        """Take the line off the screen when the focus goes elsewhere."""
        self.add_class("-closed")
