"""A review as plain text for a terminal or a pipe."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from console.review import words
from console.review.page import Bullets, Chart, Command, Grid, Heading, Prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.review.page import Block

_WIDTH = 100
_BARS = "▁▂▃▄▅▆▇█"
_RULES = {1: "=", 2: "-"}


def render(blocks: Sequence[Block]) -> str:
    """Return the blocks as text."""
    return "\n".join(line for block in blocks for line in _lines(block)) + "\n"


def _lines(block: Block) -> list[str]:
    match block:
        case Heading(level, text):
            rule = _RULES.get(level)
            return ["", text, *([rule * len(text)] if rule else [])]
        case Prose(text, _):
            return textwrap.wrap(text, _WIDTH)
        case Command(text):
            return [f"    $ {text}"]
        case Bullets(items):
            return [line for item in items for line in _bullet(item)]
        case Grid(header, rows):
            return _grid(header, rows)
        case Chart():
            return _chart(block)


def _bullet(item: str) -> list[str]:
    return textwrap.wrap(item, _WIDTH, initial_indent="  - ", subsequent_indent="    ")


def _grid(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    table = [header, *rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(header))]
    if sum(widths) + 2 * len(widths) > _WIDTH:
        return _stacked(header, rows)
    return [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]


def _stacked(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table that is too wide: its rows as lists, the first cell leading."""
    lines = []
    for row in rows:
        lines += _bullet(f"{header[0]}: {row[0]}")
        for name, cell in zip(header[1:], row[1:], strict=True):
            lines += textwrap.wrap(
                f"{name}: {cell}", _WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 6
            )
    return lines


def _chart(chart: Chart) -> list[str]:
    """Return one bar a day; a budget that is spent has the lowest."""
    if not chart.points:
        return [f"{chart.title}: no data"]
    top = len(_BARS) - 1
    bars = "".join(_BARS[max(0, min(top, left * top // 1_000_000))] for _, left in chart.points)
    first, last = chart.points[0], chart.points[-1]
    ends = f"{words.day(first[0])} {words.share(first[1])} .. "
    lines = [f"{chart.title}:", f"  {bars}  {ends}{words.day(last[0])} {words.share(last[1])}"]
    return lines + [
        f"  {words.instant(mark.at_us)} {mark.kind}: {mark.words}" for mark in chart.marks
    ]
