"""Columns on a screen of some width: which stay, and how wide each is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from console.tui.figures.spans import Line, Span, Tone, fit, line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from console.tui.figures.spans import Align
    from console.tui.render.look import Look

NARROW = 60
"""Below this many cells columns take their tight width."""
_GAP = 1


RowT = TypeVar("RowT")


class Column(NamedTuple, Generic[RowT]):
    """One column of a list of rows.

    `widths` are in cells: on a narrow screen, the least on a wide one, and the most. `keep` is its
    priority: 1 is dropped last. `draw` gives a row's cell of a width, `order` what rows sort by.
    `tight` is a width, and the title for it, in which it stays where its least does not fit.
    """

    key: str
    title: str
    widths: tuple[int, int, int]
    keep: int
    draw: Callable[[RowT, Look, int], Line]
    order: Callable[[RowT], Any]
    align: Align = "left"
    tight: tuple[int, str] | None = None

    def title_for(self, width: int) -> str:
        """Return the title that stands over so many cells."""
        narrow = self.tight is not None and width <= self.tight[0]
        return self.tight[1] if narrow and self.tight else self.title


Grid = tuple[tuple[Column[RowT], int], ...]


def layout(columns: Sequence[Column[RowT]], width: int) -> Grid[RowT]:
    """Return the columns that fit into `width` cells, in their order, with their widths.

    Columns come in by priority until one does not fit; what is left over widens them evenly.
    """
    least = 0 if width < NARROW else 1
    widths: dict[int, int] = {}
    growing: list[Column[RowT]] = []
    room = width + _GAP
    for column in sorted(columns, key=lambda each: each.keep):
        need = column.widths[least]
        if widths and need + _GAP > room:
            if column.tight is None or column.tight[0] + _GAP > room:
                break
            need = column.tight[0]
        else:
            growing.append(column)
        widths[id(column)] = need
        room -= need + _GAP
    _widen(growing, widths, room)
    return tuple((column, widths[id(column)]) for column in columns if id(column) in widths)


def _widen(columns: Sequence[Column[RowT]], widths: dict[int, int], spare: int) -> None:
    while spare > 0:
        growing = [each for each in columns if widths[id(each)] < each.widths[2]]
        if not growing:
            return
        for each in growing[:spare]:
            widths[id(each)] += 1
        spare -= min(spare, len(growing))


def row(grid: Grid[RowT], draw: Callable[[Column[RowT], int], Line], ellipsis: str) -> Line:
    """Return one line of a grid; `draw` gives the spans of a cell."""
    spans: list[Span] = []
    for column, width in grid:
        if spans:
            spans.append(Span(" " * _GAP))
        spans.extend(fit(draw(column, width), width, ellipsis, column.align))
    return tuple(spans)


def heading(grid: Grid[RowT], mark: Callable[[Column[RowT]], str], ellipsis: str) -> Line:
    """Return the line of titles; `mark` gives what follows a title, such as a sort arrow."""
    return row(
        grid,
        lambda column, width: line((column.title_for(width) + mark(column), Tone.HEADING)),
        ellipsis,
    )
