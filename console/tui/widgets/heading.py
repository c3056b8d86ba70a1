"""The line of column titles over a list: shows how it is sorted, and sorts by a click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual import events

    from console.tui.figures.spans import Line

_INDENT = 2


class Heading(Prose):
    """Column titles, in step with the list below it."""

    class Chosen(Message):
        """A column title was clicked."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._edges: tuple[tuple[int, str], ...] = ()

    def titles(self, titles: Line, columns: tuple[tuple[str, int], ...]) -> None:
        """Show `titles`; `columns` are the key and width of each, from the left."""
        edges, end = [], _INDENT
        for key, width in columns:
            end += width + 1
            edges.append((end, key))
        self._edges = tuple(edges)
        self.show([titles])

    def on_click(self, event: events.Click) -> None:
        """Say which column was clicked."""
        for end, key in self._edges:
            if _INDENT <= event.x < end:
                self.post_message(self.Chosen(key))
                return
