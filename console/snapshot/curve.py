"""The curve of the remaining budget over its window."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.burn import arithmetic, windows
from console.burn.windows import MINUTES_PER_HOUR, Span
from console.model import MINUTE_US
from console.store import counting

if TYPE_CHECKING:
    from fractions import Fraction

    from console.collector.readings import Windows
    from console.model import Window
    from console.settings import RouteSettings
    from console.store.connect import Connection

POINTS = 120


class _Grid(NamedTuple):
    """A budget window cut into stretches, the same for all routes that have it.

    `ends` are (stretch, the instant at which it ends) of those that are over, oldest first; `bad`
    is how many runs missed, by route and stretch.
    """

    hours: Span
    ends: tuple[tuple[int, int], ...]
    bad: dict[int, dict[int, int]]


class Curves:
    """The curves of all routes at one instant; each budget window is read once."""

    def __init__(self, connection: Connection, table: Windows, now_us: int) -> None:
        self._connection = connection
        self._table = table
        self._now_us = now_us
        self._grids: dict[Window, _Grid] = {}

    def remaining(
        self, route: RouteSettings, number: int, left: Fraction | None
    ) -> tuple[tuple[int, Fraction], ...]:
        """Return (instant, budget remaining), oldest first, at most `POINTS`.

        The budget is that of the runs of the whole window as it stands now, so that the curve only
        falls: 1 - bad so far / (B * total). The last point is `left`, what remains now, to the
        minute.
        """
        grid = self._grid(route.window)
        total = self._table.over(number, grid.hours).total
        if not total or left is None:
            return ()
        missed = grid.bad.get(number, {})
        points, bad = [], 0
        point = arithmetic.remaining(0, total, route.budget_ppm)
        for stretch, at_us in grid.ends:
            if stretch in missed:
                bad += missed[stretch]
                point = arithmetic.remaining(bad, total, route.budget_ppm)
            if point is not None:
                points.append((at_us, point))
        return (*points[1 - POINTS :], (self._now_us, left))

    def _grid(self, window: Window) -> _Grid:
        if window not in self._grids:
            self._grids[window] = self._read(windows.budget_span(window, self._now_us))
        return self._grids[window]

    def _read(self, span: Span) -> _Grid:
        """Cut a span into at most `POINTS` stretches of whole hours, which its edges touch."""
        width = max(1, -(-(span.end - span.first) // (MINUTES_PER_HOUR * POINTS)))
        first, end = span.first // MINUTES_PER_HOUR, -(-span.end // MINUTES_PER_HOUR)
        stretch_us = width * MINUTES_PER_HOUR * MINUTE_US
        stretches = range(first // width, (end - 1) // width + 1)
        ends = ((stretch, (stretch + 1) * stretch_us) for stretch in stretches)
        return _Grid(
            Span(first * MINUTES_PER_HOUR, end * MINUTES_PER_HOUR),
            tuple((stretch, at_us) for stretch, at_us in ends if at_us < self._now_us),
            counting.bad_by_stretch(self._connection, span, width),
        )
