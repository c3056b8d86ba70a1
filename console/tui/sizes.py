"""The sizes of terminals that style sheets tell apart, as classes of a screen."""

from __future__ import annotations

TALL, LOFTY = 34, 48
"""Rows from which a terminal is tall, and from which it is very tall."""
WIDTHS: list[tuple[int, str]] = [
    (0, "-tiny"),
    (20, "-slim"),
    (60, "-narrow"),
    (100, "-wide"),
]
HEIGHTS: list[tuple[int, str]] = [
    (0, "-flat"),
    (6, "-short"),
    (18, "-medium"),
    (TALL, "-tall"),
    (LOFTY, "-lofty"),
]
