"""A list of what is fetched beside the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from console.tui.host import host
from console.tui.screens.table import Table

if TYPE_CHECKING:
    from console.snapshot.types import Snapshot
    from console.tui.frame import Frame
    from console.tui.render.look import Look

RowT = TypeVar("RowT")


class Fetched(Table[RowT]):
    """Asks for its rows when something about them has changed, and shows what came in."""

    def ask(self, snapshot: Snapshot) -> None:
        """Send for the rows, where they have to be asked for now."""
        raise NotImplementedError

    def draw(self, frame: Frame, look: Look) -> None:
        """Show the list, and ask."""
        super().draw(frame, look)
        if frame.shown is not None:
            self.ask(frame.shown)

    def show_fetched(self) -> None:
        """Draw without asking again: an error must not be asked about at once, but later."""
        if self.still_open:
            frame = host(self).frame
            super().draw(frame, host(self).look(frame))
