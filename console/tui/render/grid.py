"""Columns on a screen of some width: which stay, and how wide each is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from console.tui.figures.spans import Line, Span, Tone, fit, line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from console.tui.figures.spans import Align

NARROW = 60
"""Below this many cells columns take their tight width."""
_GAP = 1


class Shaped(Protocol):
    """What a grid needs to know of a column."""

    @property
    def title(self) -> str:
        """The heading."""

    @property
    def widths(self) -> tuple[int, int, int]:
        """The width on a narrow screen, the least on a wide one, and the most."""

    @property
    def keep(self) -> int:
        """The priority: 1 is dropped last."""

    @property
    def align(self) -> Align:
        """On which side the text stands."""


ColumnT = TypeVar("ColumnT", bound=Shaped)
Grid = tuple[tuple[ColumnT, int], ...]


def layout(columns: Sequence[ColumnT], width: int) -> Grid[ColumnT]:
    """Return the columns that fit into `width` cells, in their order, with their widths.

    Columns come in by priority until one does not fit; what is left over widens them evenly.
    """
    least = 0 if width < NARROW else 1
    chosen: list[ColumnT] = []
    used = -_GAP
    for column in sorted(columns, key=lambda each: each.keep):
        need = column.widths[least] + _GAP
        if chosen and used + need > width:
            break
        chosen.append(column)
        used += need
    widths = {id(column): column.widths[least] for column in chosen}
    _widen(sorted(chosen, key=lambda each: each.keep), widths, width - used)
    return tuple((column, widths[id(column)]) for column in columns if id(column) in widths)


def _widen(columns: Sequence[Shaped], widths: dict[int, int], spare: int) -> None:
    while spare > 0:
        growing = [each for each in columns if widths[id(each)] < each.widths[2]]
        if not growing:
            return
        for each in growing[:spare]:
            widths[id(each)] += 1
        spare -= min(spare, len(growing))


def row(grid: Grid[ColumnT], draw: Callable[[ColumnT, int], Line], ellipsis: str) -> Line:
    """Return one line of a grid; `draw` gives the spans of a cell."""
    spans: list[Span] = []
    for column, width in grid:
        if spans:
            spans.append(Span(" " * _GAP))
        spans.extend(fit(draw(column, width), width, ellipsis, column.align))
    return tuple(spans)


def heading(grid: Grid[ColumnT], mark: Callable[[ColumnT], str], ellipsis: str) -> Line:
    """Return the line of titles; `mark` gives what follows a title, such as a sort arrow."""
    return row(grid, lambda column, _: line((column.title + mark(column), Tone.HEADING)), ellipsis)
