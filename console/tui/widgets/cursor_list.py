"""A list of any length with a cursor that stays on its row: the line API, no cell widgets.

Only the rows in sight are drawn. The cursor belongs to the row's key, so when a refresh sorts the
row to another place the cursor goes with it, and what the operator is about to act on stays put.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.text import clean
from console.tui.figures.spans import Line, Tone, fit
from console.tui.host import host
from console.tui.theme import style_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events

RowT = TypeVar("RowT")
_MARKER = 2


class CursorList(ScrollView, Generic[RowT], can_focus=True, inherit_bindings=False):
    """Rows with a cursor. `show` gives it rows; it says `Moved` and `Opened` with the row's key."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"list--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="list.open"),
        Binding("up,k", "move(-1)", "Up", show=False, id="list.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="list.down"),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False, id="list.page_up"),
        Binding("pagedown,ctrl+d", "page(1)", "Page down", show=False, id="list.page_down"),
        Binding("home,g", "jump(0)", "First", show=False, id="list.first"),
        Binding("end,G", "jump(-1)", "Last", show=False, id="list.last"),
    ]

    class Moved(Message):
        """The cursor is on another row."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Opened(Message):
        """A row was opened, by Enter or a click on the row under the cursor."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(
        self,
        key_of: Callable[[RowT], str],
        draw: Callable[[RowT, int], Line],
        marker: str,
        *,
        opens: bool = True,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._key_of = key_of
        self._draw = draw
        self._marker = marker
        self._opens = opens
        self._rows: tuple[RowT, ...] = ()
        self._keys: list[str] = []
        self._at = 0
        self._kept = False
        self._clicked = ""
        self._styles: dict[tuple[Tone, bool], Style] = {}

    @property
    def room(self) -> int:
        """How many cells a row has beside the cursor mark."""
        return max(1, self.scrollable_content_region.width - _MARKER)

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor, or None where there is no row."""
        return self._keys[self._at] if self._keys else None

    @property
    def cursor_row(self) -> RowT | None:
        """The row under the cursor."""
        return self._rows[self._at] if self._rows else None

    @property
    def position(self) -> tuple[int, int]:
        """Where the cursor is, from 1, and how many rows there are."""
        return (self._at + 1 if self._rows else 0), len(self._rows)

    def show(self, rows: Sequence[RowT], *, settling: bool = False) -> None:
        """Show `rows`; the cursor stays with its key, else with its place.

        Until the numbers have settled once after a start, a cursor that nobody has used stays on
        the first row instead: the order is not yet worth keeping.
        """
        before = self.cursor_key
        self._rows = tuple(rows)
        self._keys = [self._key_of(row) for row in rows]
        if not self._kept:
            self._at = 0
            self._kept = bool(rows) and not settling
        elif before in self._keys:
            self._at = self._keys.index(before)
        else:
            self._at = max(0, min(self._at, len(rows) - 1))
        self.virtual_size = Size(self.scrollable_content_region.width, len(rows))
        if self.cursor_key != before:
            self._tell()
        self._keep_in_sight()
        self.refresh()

    def select(self, key: str) -> None:
        """Put the cursor on the row of that key, if there is one."""
        if key in self._keys:
            self._go(self._keys.index(key))

    def render_line(self, y: int) -> Strip:
        """Draw one row: cursor mark, cells, and the cursor's background over all of it."""
        width = self.size.width
        index = self.scroll_offset.y + y
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        under = index == self._at
        mark = self._marker if under and self.has_focus else " "
        ellipsis = host(self).glyphs.ellipsis
        cells = fit(self._draw(self._rows[index], self.room), self.room, ellipsis)
        segments = [Segment(mark.ljust(_MARKER), self._style(Tone.KEY, under))]
        for tone, spans in groupby(cells, itemgetter(1)):  # fewer pieces are sooner drawn
            text = "".join([clean(span.text) for span in spans])
            segments.append(Segment(text, self._style(tone, under)))
        return Strip(segments).adjust_cell_length(width, self._style(Tone.PLAIN, under))

    def notify_style_update(self) -> None:
        """Forget drawn styles when the theme changes."""
        self._styles.clear()
        super().notify_style_update()

    def _style(self, tone: Tone, under: bool) -> Style:
        known = self._styles.get((tone, under))
        if known is None:
            base = self.get_component_rich_style("list--cursor") if under else self.rich_style
            text = style_of(tone, self.app.no_color)
            known = base + self.app.stylesheet.parse_style(text).rich_style if text else base
            self._styles[tone, under] = known
        return known

    def _go(self, index: int) -> None:
        if not self._rows:
            return
        self._kept = True
        before, self._at = self._at, max(0, min(index, len(self._rows) - 1))
        if before != self._at:
            self._tell()
            # The others look as they did: to draw them all is most of what a key would take.
            self.refresh_line(before)
            self.refresh_line(self._at)
        self._keep_in_sight()

    def _tell(self) -> None:
        if self.cursor_key is not None:
            self.post_message(self.Moved(self.cursor_key))

    def _keep_in_sight(self) -> None:
        if self._rows and self.size.height:
            row = Region(0, self._at, 1, 1)
            self.scroll_to_region(row, animate=False, x_axis=False, force=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no way in where rows do not open."""
        return (self._opens or action != "open") and super().check_action(action, parameters)

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self._go(self._at + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by screenfuls."""
        self._go(self._at + by * max(1, self.size.height - 1))

    def action_jump(self, to: int) -> None:
        """Move the cursor to the first (0) or last (-1) row."""
        self._go(to if to >= 0 else len(self._rows) - 1)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.cursor_key is not None:
            self._kept = True
            self.post_message(self.Opened(self.cursor_key))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the clicked row; open it where the cursor was there already."""
        index = self.scroll_offset.y + event.y
        if index >= len(self._rows):
            return
        again = index == self._at and self._clicked == self._keys[index]
        self._clicked = self._keys[index]
        self._go(index)
        if again:
            self.action_open()
