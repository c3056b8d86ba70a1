"""The log files behind every number: which are read, which are not, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from console.tui.render import empty, refused, sources
from console.tui.render.sources import LogFile
from console.tui.screens.refused import RefusedScreen, RefusedTable
from console.tui.widgets.cursor_list import CursorList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.snapshot.types import RefusedView, Snapshot
    from console.tui.figures.spans import Line
    from console.tui.query import Fields
    from console.tui.render.look import Look

_DETAIL_SHARE = 5
"""One part in so many of the screen's rows is for pieces."""


class SourcesScreen(RefusedTable[LogFile]):
    """One row per log file; Enter shows what was refused of it, `c` copies where that stands."""

    ABOUT = (
        "Every log file, those with trouble first: UNREADABLE, GONE before all of it was read, with"
        " lines rejected, behind, unrecognised. Behind is what is not read yet, in bytes and as a"
        " share of the file; last is the age of its last event. Below the list: what was refused."
    )
    COLUMNS = sources.COLUMNS
    WORDS = sources.WORD_FIELDS
    NUMBERS = sources.NUMBER_FIELDS
    NOUN = "log files"
    EXAMPLES = "words, state:behind, format:native, !gone, rejected>0, behind>25%"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", tooltip="Copy file:line", id="source.copy"),
    ]

    def rows(self, snapshot: Snapshot) -> Sequence[LogFile]:
        """Return all log files, those with trouble first."""
        return sources.files_of(snapshot)

    def fields(self, item: LogFile, look: Look) -> Fields:  # noqa: ARG002
        """Return a log file as the filter sees it."""
        return sources.fields(item)

    def key_of(self, item: LogFile) -> str:
        """Return what a log file is known by."""
        return item.key

    def nothing(self, snapshot: Snapshot, look: Look) -> list[Line]:  # noqa: ARG002
        """Return what to do where there is no log file."""
        return empty.no_sources(snapshot)

    def totals(self, snapshot: Snapshot) -> list[Line]:
        """Return what all files come to."""
        return sources.totals(snapshot)

    def detail(self, item: LogFile, look: Look) -> list[Line]:
        """Return a file's numbers in full, and the first of what was refused of it."""
        lines = sources.detail(item, look)
        pieces = self._refused_of(item)
        if pieces:
            room = (self.size.width - 2, max(1, self.size.height // _DETAIL_SHARE))
            return lines + refused.some(pieces, look, room)
        return lines + (self.absence(item.view) if item.view.rejected else [])

    def _refused_of(self, item: LogFile) -> list[RefusedView]:
        """Return what was refused of a file; an earlier one of its path may have had more."""
        return self.pieces_of(item.view.path) if item.view.rejected else []

    @on(CursorList.Opened)
    def opened(self) -> None:
        """Show every piece that was refused of the file under the cursor."""
        chosen = self.cursor_list.cursor_row
        if chosen is not None:
            self.app.push_screen(RefusedScreen(chosen.view.path))

    def action_copy(self) -> None:
        """Copy the path of the file under the cursor, with the first line that was refused."""
        chosen = self.cursor_list.cursor_row
        if chosen is not None:
            pieces = self._refused_of(chosen)
            self.copy(refused.place(pieces[0]) if pieces else chosen.view.path)
