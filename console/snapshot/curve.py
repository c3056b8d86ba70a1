"""The curve of the remaining budget over its window."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from console.burn import arithmetic, windows
from console.burn.windows import MINUTES_PER_HOUR, Span
from console.model import HOUR_US
from console.snapshot.remaining import POINTS, Curve
from console.store import counting

if TYPE_CHECKING:
    from console.collector.readings import Windows
    from console.model import Window
    from console.settings import RouteSettings
    from console.store.connect import Connection


class _Grid(NamedTuple):
    """A budget window cut into stretches, the same for all routes that have it.

    `first` is the number of the oldest stretch, each `width` hours long, `ends` the instants at
    which they end, of those that are over; `missed` has (hour, how many runs missed in it) by
    route, oldest first. The stretches reach over the window by the minutes in `edges`.
    """

    first: int
    width: int
    ends: tuple[int, ...]
    missed: dict[int, list[tuple[int, int]]]
    edges: tuple[Span, ...]


class Curves:
    """The curves of all routes at one instant; each budget window is read once."""

    def __init__(self, connection: Connection, table: Windows, now_us: int) -> None:
        self._connection = connection
        self._table = table
        self._now_us = now_us
        self._grids: dict[Window, _Grid] = {}

    def remaining(self, route: RouteSettings, number: int, left: Fraction | None) -> Curve:
        """Return the curve of a route, of which `left` remains now."""
        grid = self._grid(route.window)
        total = self._table.budget(number, route.window).total
        total += sum(self._table.over(number, edge).total for edge in grid.edges)
        if not total or left is None:
            return Curve()
        allowed = Fraction(total * route.budget_ppm, arithmetic.PPM)
        missed = tuple(grid.missed.get(number, ()))
        return Curve(grid.first, grid.width, grid.ends, missed, allowed, self._now_us, left)

    def _grid(self, window: Window) -> _Grid:
        if window not in self._grids:
            self._grids[window] = self._read(windows.budget_span(window, self._now_us))
        return self._grids[window]

    def _read(self, span: Span) -> _Grid:
        """Cut a span into at most `POINTS` stretches of whole hours, which its edges touch."""
        width = max(1, -(-(span.end - span.first) // (MINUTES_PER_HOUR * POINTS)))
        first, end = span.first // MINUTES_PER_HOUR, -(-span.end // MINUTES_PER_HOUR)
        stretches = range(first // width, (end - 1) // width + 1)
        ends = ((stretch + 1) * width * HOUR_US for stretch in stretches)
        return _Grid(
            first=stretches.start,
            width=width,
            ends=tuple(at_us for at_us in ends if at_us < self._now_us),
            missed=counting.missed_by_hour(self._connection, span),
            edges=(
                Span(first * MINUTES_PER_HOUR, span.first),
                Span(span.end, end * MINUTES_PER_HOUR),
            ),
        )
