"""The blocks that a review is made of; each renderer says how one looks.

A review is laid out once (`layout`) and rendered many times, so that the terminal, Markdown and
HTML say the same. Texts in blocks are clean, and escaped by nobody yet.
"""

from __future__ import annotations

from typing import NamedTuple

from console.review.types import Mark
from console.store.figures import Rows


class Heading(NamedTuple):
    """A heading of level 1 (the review), 2 (a route) or 3 (a part of it).

    `name` is what a table refers to it by.
    """

    level: int
    text: str
    name: str = ""


class Prose(NamedTuple):
    """A paragraph; `strong` where it must not be overlooked."""

    text: str
    strong: bool = False


class Bullets(NamedTuple):
    """A list."""

    items: tuple[str, ...]


class Command(NamedTuple):
    """A command to copy."""

    text: str


class Grid(NamedTuple):
    """A table; the first column names the row, where `refers` that of a heading."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    refers: bool = False


class Chart(NamedTuple):
    """The budget left over time: (day since the epoch, ppm of the budget left), with marks."""

    title: str
    points: tuple[tuple[int, int], ...]
    marks: tuple[Mark, ...]


Block = Heading | Prose | Bullets | Command | Grid | Chart


def budget_left(rows: Rows, budget_ppm: int) -> tuple[tuple[int, int], ...]:
    """Return (day, ppm of the budget left at its end): 1 - bad so far / (B * total), signed.

    The budget is that of all runs of the chart, so that the curve only falls.
    """
    total = sum(closed for _, closed, _ in rows.rows)
    points, bad = [], 0
    for day, _, missed in rows.rows:
        bad += missed
        points.append((day, 1_000_000 - bad * 10**12 // (total * budget_ppm)))
    return tuple(points)
