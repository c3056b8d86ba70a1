"""A view that is a list: filtered by `/`, sorted by any column, the cursor on its row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from console.tui.export import Paper, Sheet, sheet_of
from console.tui.figures.spans import Line, line
from console.tui.host import host
from console.tui.query import LONGEST, Fields, Query, QueryError, parse
from console.tui.render import empty
from console.tui.render.grid import Grid, heading, layout, row
from console.tui.render.titles import Chosen, title
from console.tui.screens.remembered import Remembered
from console.tui.widgets.cursor_list import CursorList
from console.tui.widgets.filter_bar import FilterBar
from console.tui.widgets.heading import Heading
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from console.snapshot.types import Snapshot
    from console.tui.frame import Frame
    from console.tui.render.look import Look

RowT = TypeVar("RowT")


class Table(Remembered, Generic[RowT]):
    """Rows of a snapshot in columns. Subclasses say which rows, and what they are called."""

    COLUMNS: ClassVar[Sequence[Any]] = ()
    WORDS: ClassVar[Sequence[str]] = ()
    NUMBERS: ClassVar[Sequence[str]] = ()
    SCALES: ClassVar[dict[str, dict[str, int]]] = {}
    NOUN: ClassVar[str] = "rows"
    OPENS: ClassVar[bool] = True
    """Whether Enter leads from a row to somewhere."""
    EXAMPLES: ClassVar[str] = "words, owner:name, !healthy, burn>6, left<25%, tier>=high"
    """What the filter's line shows before anything is typed."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/", id="table.filter"),
        Binding("o", "sort(1)", "Sort", show=False, id="table.sort"),
        Binding("O", "reverse", "Reverse", show=False, id="table.reverse"),
        Binding("c", "copy", "Copy", show=False, id="table.copy"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._query = Query()
        self._query_text = ""
        self._query_error = ""
        self._sort = 0
        self._reversed = False
        self._rows: list[RowT] = []
        self._total = 0
        self._totals: list[Line] = []
        self._laid_out: tuple[int, Grid[Any]] = (-1, ())

    def rows(self, snapshot: Snapshot) -> Sequence[RowT]:
        """Return all rows of a snapshot in the order that needs a human first."""
        raise NotImplementedError

    def fields(self, item: RowT, look: Look) -> Fields:
        """Return a row as the filter sees it."""
        raise NotImplementedError

    def key_of(self, item: RowT) -> str:
        """Return what a row is known by."""
        raise NotImplementedError

    def nothing(self, snapshot: Snapshot, look: Look) -> list[Line]:
        """Return what to say where there is no row at all."""
        raise NotImplementedError

    def totals(self, snapshot: Snapshot) -> list[Line]:  # noqa: ARG002
        """Return facts about all rows together, for the title."""
        return []

    def detail(self, item: RowT, look: Look) -> list[Line]:  # noqa: ARG002
        """Return what to say below the list of the row under the cursor."""
        return []

    def body(self) -> ComposeResult:
        """Compose title, filter, headings, list, the text that stands in for it, and a detail."""
        yield Prose(id="title")
        yield FilterBar(self.EXAMPLES, id="filter")
        yield Prose(id="empty", hide_empty=True)
        yield Heading(id="heading")
        marker = host(self).glyphs.cursor
        yield CursorList(self.key_of, self._draw_row, marker, opens=self.OPENS, id="list")
        yield Prose(id="detail", hide_empty=True)

    @property
    def cursor_list(self) -> CursorList[RowT]:
        """The list itself."""
        return self.query_one("#list", CursorList)

    def draw(self, frame: Frame, look: Look) -> None:
        """Show the rows that pass the filter, sorted, or say why there are none."""
        snapshot = frame.shown
        every = [] if snapshot is None else list(self.rows(snapshot))
        self._rows = self._sorted([each for each in every if self._passes(each, look)])
        self.query_one("#empty", Prose).show(self._absence(frame, look, len(every)))
        self._headings()
        settled = snapshot is not None and snapshot.store.settled
        self.cursor_list.show(self._rows, settling=not settled)
        self._total = len(every)
        self._totals = [] if snapshot is None else self.totals(snapshot)
        self._retitle()
        self._show_detail(look)

    def sheet(self) -> Sheet | Paper:
        """Return the rows on show, in their order, with all the fields that a filter knows."""
        look = host(self).look(host(self).frame)
        each = (self.fields(item, look) for item in self._rows)
        known = ({**fields.numbers, **fields.words} for fields in each)
        return sheet_of(self.NOUN.capitalize(), (*self.WORDS, *self.NUMBERS), known)

    def action_copy(self) -> None:
        """Put what the row under the cursor is known by on the clipboard."""
        if self.cursor_list.cursor_key is not None:
            self.copy(self.cursor_list.cursor_key)

    def memento(self) -> dict[str, object]:
        """Return sort and filter."""
        by = self.COLUMNS[self._sort].key
        return {"sort": by, "reversed": self._reversed, "filter": self._query_text}

    def recall(self, known: dict[str, object]) -> None:
        """Sort and filter as the last session did."""
        keys = [column.key for column in self.COLUMNS]
        self._sort = keys.index(known["sort"]) if known.get("sort") in keys else 0
        self._reversed = known.get("reversed") is True
        text = known.get("filter")
        if isinstance(text, str) and len(text) <= LONGEST:
            self.query_one(FilterBar).value = text

    def _show_detail(self, look: Look) -> None:
        chosen = self.cursor_list.cursor_row
        lines = [] if chosen is None else self.detail(chosen, look)
        self.query_one("#detail", Prose).show(lines)

    def _absence(self, frame: Frame, look: Look, total: int) -> list[Line]:
        if frame.shown is None:
            return empty.waiting(frame)
        if not total:
            return self.nothing(frame.shown, look)
        return [] if self._rows else empty.no_match(self._query_text, total, self.NOUN)

    def _passes(self, item: RowT, look: Look) -> bool:
        return not self._query.terms or self._query.holds(self.fields(item, look))

    def _sorted(self, rows: list[RowT]) -> list[RowT]:
        if self._sort or self._reversed:
            rows.sort(key=self.COLUMNS[self._sort].order, reverse=self._reversed)
        return rows

    def _retitle(self) -> None:
        order = " reversed" if self._reversed else ""
        by = " ".join(self.COLUMNS[self._sort].title.split()) + order
        query = (bool(self._query.terms), self._query_text, self._query_error)
        by = by if self._sort or self._reversed else ""
        chosen = Chosen(len(self._rows), self._total, *query, by, self.cursor_list.position[0])
        separator = host(self).look(host(self).frame).separator
        self.query_one("#title", Prose).show([title(self.NOUN, chosen, self._totals, separator)])

    def _headings(self) -> None:
        grid = self._grid(self.cursor_list.room)
        arrow = host(self).glyphs.upward if self._reversed else host(self).glyphs.downward
        by = self.COLUMNS[self._sort]
        ellipsis = host(self).glyphs.ellipsis
        titles = heading(grid, lambda column: f" {arrow}" if column is by else "", ellipsis)
        columns = tuple((column.key, width) for column, width in grid)
        self.query_one(Heading).titles(line("  ", *titles) if self._rows else (), columns)

    def _grid(self, width: int) -> Grid[Any]:
        """Return the columns for a width, laid out once per width."""
        if self._laid_out[0] != width:
            self._laid_out = (width, layout(self.COLUMNS, width))
        return self._laid_out[1]

    def _draw_row(self, item: RowT, width: int) -> Line:
        look = host(self).look(host(self).frame)
        grid = self._grid(width)
        return row(grid, lambda column, room: column.draw(item, look, room), look.glyphs.ellipsis)

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterBar).open()

    def action_sort(self, by: int) -> None:
        """Sort by the next column."""
        self._sort = (self._sort + by) % len(self.COLUMNS)
        self._reversed = False
        self.remember()
        self.redraw()

    def action_reverse(self) -> None:
        """Turn the order round."""
        self._reversed = not self._reversed
        self.remember()
        self.redraw()

    async def action_escape(self) -> None:
        """Clear the filter where there is one; else leave the view."""
        if self._query_text:
            self.query_one(FilterBar).value = ""
        else:
            await super().action_escape()

    @on(Input.Changed, "#filter")
    def filter_typed(self, event: Input.Changed) -> None:
        """Apply what is typed at once; what cannot be understood hides nothing."""
        self._query_text = event.value.strip()
        try:
            self._query = parse(self._query_text, self.WORDS, self.NUMBERS, self.SCALES)
            self._query_error = ""
        except QueryError as error:
            self._query = Query()
            self._query_error = str(error)
        self.remember()
        self.redraw()

    @on(FilterBar.Left)
    def filter_left(self) -> None:
        """Go back to the list."""
        self.cursor_list.focus()

    @on(Heading.Chosen)
    def column_chosen(self, event: Heading.Chosen) -> None:
        """Sort by the clicked column; a second click turns the order round."""
        at = next(at for at, column in enumerate(self.COLUMNS) if column.key == event.key)
        if at == self._sort:
            self.action_reverse()
        else:
            self.action_sort(at - self._sort)

    @on(CursorList.Moved)
    def cursor_moved(self) -> None:
        """Keep the place in the title right, and the detail with the cursor."""
        self._retitle()
        self._show_detail(host(self).look(host(self).frame))
