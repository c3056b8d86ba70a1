"""The journal of the session: errors, answers and pages, also those whose toast is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from console.tui.figures.spans import Line, Tone, cropped, line
from console.tui.host import host
from console.tui.journal import Entry
from console.tui.screens.view import View
from console.tui.widgets.cursor_list import CursorList
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from console.tui.frame import Frame
    from console.tui.render.look import Look

_GRAVE = {"error": Tone.ALARM, "warning": Tone.TICKET}


class JournalScreen(View):
    """One row per thing that was said, the latest first; `c` copies it."""

    CSS_PATH = "journal.tcss"
    TITLE_WORDS = "journal"
    ABOUT = (
        "What the console said in this session: errors, warnings, answers, orders, and pages that"
        " opened. What was done by anybody stands in the audit."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", id="journal.copy"),
    ]

    def body(self) -> ComposeResult:
        """Compose title, list, and the whole of what is under the cursor."""
        yield Prose(id="title")
        marker = host(self).glyphs.cursor
        yield CursorList(_key_of, self._draw_entry, marker, opens=False, id="list")
        yield Prose(id="detail", hide_empty=True)

    @property
    def cursor_list(self) -> CursorList[Entry]:
        """The list."""
        return self.query_one("#list", CursorList)

    def draw(self, frame: Frame, look: Look) -> None:  # noqa: ARG002
        """Show what was said so far."""
        entries = host(self).journal.entries
        self.cursor_list.show(entries)
        said = line(("Journal", Tone.HEADING), f" {len(entries)}", (" in this session", Tone.MUTED))
        nothing = line(("Nothing was said in this session yet.", Tone.MUTED))
        self.query_one("#title", Prose).show([said] if entries else [said, nothing])
        self._show_detail(look)

    @on(CursorList.Moved)
    def cursor_moved(self) -> None:
        """Keep the detail with the cursor."""
        self._show_detail(host(self).look(host(self).frame))

    def _show_detail(self, look: Look) -> None:
        entry = self.cursor_list.cursor_row
        lines: list[Line] = []
        if entry is not None:
            times = f", {entry.times} times" if entry.times > 1 else ""
            head = f"{entry.gravity} at {look.exact(entry.at_us)}{times}"
            lines = [line((head, Tone.MUTED)), line(entry.text)]
        self.query_one("#detail", Prose).show(lines)

    def _draw_entry(self, entry: Entry, width: int) -> Line:
        look = host(self).look(host(self).frame)
        times = f" ({entry.times} times)" if entry.times > 1 else ""
        words = line(
            (f"{look.exact(entry.at_us)} ", Tone.MUTED),
            (f"{entry.gravity:<12}", _GRAVE.get(entry.gravity, Tone.PLAIN)),
            entry.text,
            (times, Tone.MUTED),
        )
        return cropped(words, width, look.glyphs.ellipsis)

    def action_copy(self) -> None:
        """Copy what is under the cursor."""
        if self.cursor_list.cursor_row is not None:
            self.copy(self.cursor_list.cursor_row.text)


def _key_of(entry: Entry) -> str:
    return str(entry.number)
