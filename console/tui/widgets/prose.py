"""Lines of text in tones: the one way in which words of agents reach the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from console.tui.theme import content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.tui.figures.spans import Line


class Prose(Static):
    """Shows lines; nothing in them is markup. An empty one can be taken off the screen."""

    DEFAULT_CSS = "Prose.-empty { display: none; }"

    def __init__(self, *, hide_empty: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__("", markup=False, id=id)
        self._lines: tuple[Line, ...] | None = None
        self._hide_empty = hide_empty
        self.set_class(hide_empty, "-empty")

    def show(self, lines: Sequence[Line]) -> None:
        """Show `lines`; the same lines as before cost nothing."""
        wanted = tuple(lines)
        if wanted == self._lines:
            return
        self._lines = wanted
        self.update(content(wanted, self.app.no_color))
        if self._hide_empty:
            self.set_class(not any(wanted), "-empty")
