"""The budget gauge: what is left, the ladder's steps, and an overspent budget drawn as such.

An empty gauge and an overspent one look different: below zero the bar is hatched, grows with the
overspend from the left, and opens with an arrow once it is past the end of the gauge. The number
always stands beside it.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from console.tui.figures.spans import Line, Span, Tone, line

if TYPE_CHECKING:
    from fractions import Fraction

    from console.tui.figures.glyphs import Glyphs

_LOW = (1, 4)
_HALF = (1, 2)


def gauge(
    left: Fraction | None,
    width: int,
    steps_ppm: tuple[int, ...],
    glyphs: Glyphs,
    *,
    trusted: bool = True,
) -> Line:
    """Return a bar of `width` cells for the signed share `left` of the budget.

    `trusted` is False where the number is not backed by live data: then no colour says how well
    it stands.
    """
    if left is None:
        return line(("no data".ljust(width)[:width], Tone.UNKNOWN))
    tone = tone_of(left) if trusted else Tone.UNKNOWN
    if left.numerator < 0:
        cells = _overspent(left, width, glyphs, tone)
    else:
        cells = _remaining(left, width, glyphs, tone)
    for ppm in steps_ppm:
        at = ppm * width // 1_000_000
        if at < width and cells[at].text == glyphs.rest:
            cells[at] = Span(glyphs.step, Tone.MUTED)
    return _merged(cells)


def tone_of(left: Fraction | None) -> Tone:
    """Return the tone of a share of budget left, on the review's own marks of 50 % and 25 %."""
    if left is None:
        return Tone.UNKNOWN
    part, whole = left.numerator, left.denominator
    if part <= 0:
        return Tone.ALARM
    if part * _LOW[1] < _LOW[0] * whole:
        return Tone.TICKET
    return Tone.WATCH if part * _HALF[1] < _HALF[0] * whole else Tone.OK


def _remaining(left: Fraction, width: int, glyphs: Glyphs, tone: Tone) -> list[Span]:
    """Return the cells of a budget that is not spent; the least rest still shows a sliver."""
    halves = min(width * 2, left.numerator * width * 2 // left.denominator)
    if left.numerator:
        halves = max(1, halves)
    full, part = divmod(halves, 2)
    cells = [Span(glyphs.bar[2], tone)] * full + [Span(glyphs.bar[1], tone)] * part
    return cells + [Span(glyphs.rest, Tone.MUTED)] * (width - len(cells))


def _overspent(left: Fraction, width: int, glyphs: Glyphs, tone: Tone) -> list[Span]:
    over = max(1, min(width, -(left.numerator * width // left.denominator)))
    cells = [Span(glyphs.over, tone)] * over
    if left.numerator < -left.denominator:
        cells[0] = Span(glyphs.beyond, tone)
    return cells + [Span(glyphs.rest, Tone.MUTED)] * (width - over)


def _merged(cells: list[Span]) -> Line:
    """Return neighbouring cells of one tone as one span, so that drawing stays cheap."""
    groups = groupby(cells, itemgetter(1))
    return tuple([Span("".join([cell.text for cell in group]), tone) for tone, group in groups])
