"""The menu of exports: what is on the screen, as a file of some kind."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from console.tui.figures.spans import Line, Tone, line
from console.tui.host import host
from console.tui.widgets.cursor_list import CursorList
from console.tui.widgets.prose import Prose

_KINDS = (
    ("c", "csv", "CSV", "the rows, for a spreadsheet"),
    ("o", "json", "JSON", "for a program"),
    ("m", "markdown", "Markdown", "for a page or a ticket"),
    ("h", "html", "HTML", "one page, for a browser or to print"),
    ("p", "svg", "SVG", "a picture of the screen"),
)


class ExportMenu(ModalScreen[str | None]):
    """Which kind of file? A letter, Enter or a click writes it."""

    CSS_PATH = "export.tcss"
    ABOUT = "Files go where the console was started, readable by you alone, and never over another."
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(key, f"choose('{kind}')", name, id=f"export.{kind}")
            for key, kind, name, _ in _KINDS
        ),
        Binding("escape,q", "leave", "Back", id="export.leave"),
        Binding("ctrl+q", "app.quit", "Quit", show=False, priority=True, id="export.quit"),
    ]

    def __init__(self, kinds: tuple[str, ...]) -> None:
        super().__init__()
        self._kinds = tuple(each for each in _KINDS if each[1] in (*kinds, "svg"))

    def compose(self) -> ComposeResult:
        """Show the kinds in a box."""
        with Vertical(id="box"):
            yield Prose(id="menu-title")
            yield CursorList(lambda each: each[1], _draw, host(self).glyphs.cursor, id="list")

    def on_mount(self) -> None:
        """Fill the menu."""
        self.set_class(host(self).ascii_only, "-ascii")
        title = line(("Export this view", Tone.STRONG), (" as", Tone.MUTED))
        self.query_one("#menu-title", Prose).show([title])
        menu = self.query_one("#list", CursorList)
        menu.show(self._kinds)
        menu.focus()

    @on(CursorList.Opened)
    def opened(self, event: CursorList.Opened) -> None:
        """Write the kind under the cursor."""
        self.action_choose(event.key)

    def action_choose(self, kind: str) -> None:
        """Write that kind."""
        if any(kind == each[1] for each in self._kinds):
            self.dismiss(kind)

    def action_leave(self) -> None:
        """Write nothing."""
        self.dismiss(None)


def _draw(each: tuple[str, str, str, str], _width: int) -> Line:
    key, _, name, what = each
    return line((f"{key}  ", Tone.KEY), (f"{name:<11}", Tone.STRONG), (what, Tone.MUTED))
