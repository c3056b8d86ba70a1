"""The review of one route as parts that a screen scrolls through, each under its heading.

It renders the same blocks as the terminal, Markdown and HTML do; the curve is the console's own.
"""

from __future__ import annotations

import re
import textwrap
from fractions import Fraction
from typing import TYPE_CHECKING

from rich.cells import cell_len

from console.model import DAY_US
from console.review import words
from console.review.layout import of_route
from console.review.page import Bullets, Chart, Command, Grid, Heading, Prose
from console.text import clean
from console.tui.figures.curve import curve
from console.tui.figures.spans import Line, Tone, line
from console.tui.render.review import verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.review.page import Block
    from console.review.types import RouteReview
    from console.tui.render.look import Look

MOST_PARTS = 12
"""The verdict, and every heading that a route can have."""
_INDENT = 2
_NUMBER = re.compile(r"-?[\d.]+( %)?|no data")


def parts(view: RouteReview, look: Look, width: int, high: int) -> list[list[Line]]:
    """Return the parts of a route's review in `width` cells, its curve `high` rows high."""
    found: list[list[Line]] = [[line(("Verdict ", Tone.HEADING), *verdict(view))]]
    for block in of_route(view):
        if isinstance(block, Heading):
            if block.level > 2:
                found.append([line((block.text, Tone.HEADING))])
        elif not (isinstance(block, Prose) and block.text.startswith("Verdict:")):
            found[-1] += _lines(block, look, width - _INDENT, high)
    return found


def _lines(block: Block, look: Look, width: int, high: int) -> list[Line]:
    match block:
        case Prose(text, strong):
            return _wrapped(text, width, "", Tone.TICKET if strong else Tone.PLAIN)
        case Bullets(items):
            lead = f"{look.glyphs.dot} "
            return [one for item in items for one in _wrapped(item, width, lead, Tone.PLAIN)]
        case Command(text):
            return _wrapped(text, width, "$ ", Tone.KEY)
        case Grid(header, rows):
            return _grid(header, rows, look, width)
        case Chart():
            return _chart(block, look, width, high)
        case _:
            return [line((block.text, Tone.HEADING))]


def _wrapped(text: str, width: int, lead: str, tone: Tone) -> list[Line]:
    """Return a text in lines; those after the first hang under the text of the first."""
    room = max(8, width - len(lead))
    pieces = textwrap.wrap(clean(text), room, break_on_hyphens=False) or [""]
    begin, rest = " " * _INDENT + lead, " " * (_INDENT + len(lead))
    return [
        line((begin if at == 0 else rest, Tone.MUTED), (piece, tone))
        for at, piece in enumerate(pieces)
    ]


def _grid(
    header: Sequence[str], rows: Sequence[Sequence[str]], look: Look, width: int
) -> list[Line]:
    """Return a table; one that is too wide as lists, the first cell leading."""
    rows = [[clean(cell) for cell in row] for row in rows]
    columns = list(zip(*rows, strict=True))
    widths = [
        max(cell_len(cell) for cell in (title, *cells))
        for title, cells in zip(header, columns, strict=True)
    ]
    if sum(widths) + 2 * len(widths) > width:
        return [one for row in rows for one in _stacked(header, row, look, width)]
    right = [all(map(_NUMBER.fullmatch, cells)) for cells in columns]
    lead = " " * _INDENT
    titles = line((lead + _row(header, widths, right), Tone.MUTED))
    return [titles, *(line(lead + _row(row, widths, right)) for row in rows)]


def _row(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for cell, width, numbers in zip(cells, widths, right, strict=True):
        gap = " " * (width - cell_len(cell))
        padded.append(gap + cell if numbers else cell + gap)
    return "  ".join(padded).rstrip()


def _stacked(header: Sequence[str], row: Sequence[str], look: Look, width: int) -> list[Line]:
    lines: list[Line] = []
    for name, cell in zip(header, row, strict=True):
        lead = f"{look.glyphs.dot} " if not lines else "  "
        lines += _wrapped(f"{name}: {cell}" if name else cell, width, lead, Tone.PLAIN)
    return lines


def _chart(chart: Chart, look: Look, width: int, high: int) -> list[Line]:
    lead = " " * _INDENT
    if not chart.points:
        return [line((f"{lead}{chart.title}: no run closed in it", Tone.UNKNOWN))]
    points = tuple(((day + 1) * DAY_US, Fraction(left, 1_000_000)) for day, left in chart.points)
    first, last = chart.points[0], chart.points[-1]
    ends = f"{words.day(first[0])} {words.share(first[1])}"
    if last != first:
        ends += f" {look.glyphs.arrow} {words.day(last[0])} {words.share(last[1])}"
    lines = [line((f"{lead}{chart.title}", Tone.MUTED))]
    lines += curve(points, points[-1][0] - points[0][0], (width, high), look.glyphs)
    lines.append(line((f"{lead}{ends}", Tone.MUTED)))
    for mark in chart.marks:
        text = f"{words.instant(mark.at_us)} {mark.kind}: {mark.words}"
        lines += _wrapped(text, width, f"{look.glyphs.dot} ", Tone.PLAIN)
    return lines
