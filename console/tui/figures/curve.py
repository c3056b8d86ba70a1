"""The curve of the budget left over its window, with the line of an even burn beside it.

The raster is made once per change of data, in braille dots (two by four a cell) or, in ASCII, one
character a cell. The even-burn line runs from all of the budget at the start of the window to none
at its end: a curve below it is spending too fast.
"""

from __future__ import annotations

import calendar
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from console.model import DAY_US
from console.tui.figures.numbers import percent
from console.tui.figures.spans import Line, Span, Tone, line
from console.tui.figures.times import local

if TYPE_CHECKING:
    from datetime import tzinfo

    from console.model import Window
    from console.tui.figures.glyphs import Glyphs

Points = tuple[tuple[int, Fraction], ...]
AXIS = 6
"""How many cells the labels of the axis take."""
_BRAILLE = 0x2800
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_SAMPLE_US = 1_000
_FLOOR = Fraction(-1)
"""What lies below is drawn at the bottom: a budget spent thirty times over would leave no curve."""


class _Canvas(NamedTuple):
    """Which dots are set, of the curve and of the reference lines; `x` and `y` are dots a cell."""

    width: int
    height: int
    x: int
    y: int
    data: set[tuple[int, int]]
    even: set[tuple[int, int]]


def window_us(window: Window, at_us: int, zone: tzinfo | None) -> int:
    """Return the length of a budget window; a calendar month has the length of the one at hand."""
    if window.days is not None:
        return window.days * DAY_US
    when = local(at_us, zone)
    month = calendar.monthrange(when.year, when.month)[1]
    return {"day": 1, "week": 7}.get(window.unit or "", month) * DAY_US


def curve(points: Points, length_us: int, size: tuple[int, int], glyphs: Glyphs) -> list[Line]:
    """Return `size` = (width, height) cells of chart for points that are oldest first."""
    width, height = size
    plot = width - AXIS - 1
    if len(points) < 2 or plot < 8 or height < 3:
        return [line(("no curve yet: the window holds less than two readings", Tone.MUTED))]
    dots = (2, 4) if glyphs.braille else (1, 1)
    lowest = min(Fraction(0), *(left for _, left in points))
    low = max(_FLOOR, lowest)
    high = max(Fraction(1), *(left for _, left in points))
    canvas = _Canvas(plot, height, *dots, set(), set())
    start, end = points[0][0], points[-1][0]
    _trace(canvas, points, (start, end), (low, high))
    _even(canvas, length_us, (start, end), (low, high))
    zero_row = _row(canvas, Fraction(0), low, high) // canvas.y
    below = "<" if lowest < low else ""
    labels = {zero_row: "0%", 0: percent(high, ""), height - 1: below + percent(low, "")}
    return [
        line(
            (f"{labels.get(row, ''):>{AXIS}} ", Tone.MUTED), *_cells(canvas, row, zero_row, glyphs)
        )
        for row in range(height)
    ]


def _row(canvas: _Canvas, value: Fraction, low: Fraction, high: Fraction) -> int:
    rows = canvas.height * canvas.y - 1
    return min(rows, max(0, round((high - value) / (high - low) * rows)))


def _trace(
    canvas: _Canvas, points: Points, reach: tuple[int, int], scale: tuple[Fraction, Fraction]
) -> None:
    """Set the dots of the curve; a step between two columns is joined by a vertical stroke."""
    columns = canvas.width * canvas.x
    start, end = reach
    index, previous = 0, None
    for column in range(columns):
        at = start + (end - start) * column // max(1, columns - 1)
        while index + 1 < len(points) and points[index + 1][0] <= at:
            index += 1
        row = _row(canvas, points[index][1], *scale)
        first = row if previous is None else previous
        for dot in range(min(first, row), max(first, row) + 1):
            canvas.data.add((column, dot))
        previous = row


def _even(
    canvas: _Canvas, length_us: int, reach: tuple[int, int], scale: tuple[Fraction, Fraction]
) -> None:
    columns = canvas.width * canvas.x
    start, end = reach
    gap = 3 if canvas.x > 1 else 2
    for column in range(0, columns, gap):
        passed = (end - start) * column // max(1, columns - 1)
        left = 1 - Fraction(passed // _SAMPLE_US, max(1, length_us // _SAMPLE_US))
        if left >= scale[0]:
            canvas.even.add((column, _row(canvas, left, *scale)))


def _cells(canvas: _Canvas, row: int, zero_row: int, glyphs: Glyphs) -> list[Span]:
    spans: list[Span] = []
    for cell in range(canvas.width):
        mark, tone = _mark(canvas, cell, row, glyphs)
        if mark == " " and row == zero_row:
            mark, tone = glyphs.rule, Tone.MUTED
        if spans and spans[-1].tone is tone:
            spans[-1] = Span(spans[-1].text + mark, tone)
        else:
            spans.append(Span(mark, tone))
    return spans


def _mark(canvas: _Canvas, cell: int, row: int, glyphs: Glyphs) -> tuple[str, Tone]:
    """Return the character of one cell: the curve over the even-burn line over nothing."""
    places = [
        (x, y, cell * canvas.x + x, row * canvas.y + y)
        for y in range(canvas.y)
        for x in range(canvas.x)
    ]
    for dots, point, tone in (
        (canvas.data, glyphs.point, Tone.KEY),
        (canvas.even, glyphs.even, Tone.WATCH),
    ):
        bits = sum(_DOTS[y][x] for x, y, column, dot in places if (column, dot) in dots)
        if bits:
            return (chr(_BRAILLE + bits) if glyphs.braille else point), tone
    return " ", Tone.PLAIN
