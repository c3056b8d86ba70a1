"""What could not be read of a log: fetched when it changed, and shown piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import Binding, BindingType

from console.snapshot.types import RefusedView
from console.tui.asking import Asking
from console.tui.host import host
from console.tui.messages import RefusedFetched
from console.tui.render import refused
from console.tui.screens.fetched import Fetched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.snapshot.types import Snapshot, SourceView
    from console.tui.figures.spans import Line
    from console.tui.query import Fields
    from console.tui.render.look import Look

RowT = TypeVar("RowT")
PIECES_READ = 2_000
"""How many pieces are asked for, of all files together."""


class RefusedTable(Fetched[RowT]):
    """A list that needs what was refused: asks for it, and again when more was."""

    def __init__(self) -> None:
        super().__init__()
        self._refused: Asking[tuple[RefusedView, ...]] = Asking((), _refusals)

    def ask(self, snapshot: Snapshot) -> None:
        """Ask for the pieces when something about them has changed."""
        if self._refused.ask(snapshot):
            host(self).errands.refused(self, PIECES_READ)

    def on_refused_fetched(self, message: RefusedFetched) -> None:
        """Show the pieces that came in; after an error, those of before stay."""
        self._refused.came(message.pieces, message.trouble)
        self.call_after_refresh(self.show_fetched)

    def pieces_of(self, path: str) -> list[RefusedView]:
        """Return the pieces of a file, by their place in it."""
        return [piece for piece in self._refused.found if piece.path == path]

    def absence(self, view: SourceView | None) -> list[Line]:
        """Return why no piece of a file is on show."""
        waiting, trouble = self._refused.waiting, self._refused.trouble
        return refused.absence(view, waiting=waiting, trouble=trouble, limit=PIECES_READ)


def _refusals(snapshot: Snapshot) -> object:
    """Return what is another once more was refused."""
    return tuple((view.path, view.rejected) for view in snapshot.sources if view.rejected)


class RefusedScreen(RefusedTable[RefusedView]):
    """One row per piece of a file; `c` copies where it stands."""

    ABOUT = (
        "What could not be read of one log file: line, byte, why, and how it begins. None of it was"
        " counted for any route."
    )
    COLUMNS = refused.COLUMNS
    WORDS = refused.WORD_FIELDS
    NUMBERS = refused.NUMBER_FIELDS
    NOUN = "pieces not read"
    EXAMPLES = 'words, reason:json, !"no route", line>100, byte<4096'
    OPENS = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", tooltip="Copy file:line", id="piece.copy"),
    ]

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def rows(self, snapshot: Snapshot) -> Sequence[RefusedView]:  # noqa: ARG002
        """Return the pieces by their place in the file."""
        return self.pieces_of(self.path)

    def fields(self, item: RefusedView, look: Look) -> Fields:  # noqa: ARG002
        """Return a piece as the filter sees it."""
        return refused.fields(item)

    def key_of(self, item: RefusedView) -> str:
        """Return what a piece is known by."""
        return refused.key_of(item)

    def totals(self, snapshot: Snapshot) -> list[Line]:
        """Name the file, and say where not all of its pieces are on show."""
        return refused.of_file(self.path, self._view(snapshot), len(self.pieces_of(self.path)))

    def detail(self, item: RefusedView, look: Look) -> list[Line]:  # noqa: ARG002
        """Return a piece with nothing cut off."""
        return refused.detail(item)

    def nothing(self, snapshot: Snapshot, look: Look) -> list[Line]:  # noqa: ARG002
        """Return why there is no piece."""
        return self.absence(self._view(snapshot))

    def _view(self, snapshot: Snapshot) -> SourceView | None:
        mine = [view for view in snapshot.sources if view.path == self.path]
        return max(mine, key=lambda view: view.rejected, default=None)

    def action_copy(self) -> None:
        """Copy where the piece under the cursor stands."""
        chosen = self.cursor_list.cursor_row
        if chosen is not None:
            self.copy(refused.place(chosen))
