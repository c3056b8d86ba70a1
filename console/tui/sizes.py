"""The sizes of terminals that style sheets tell apart, as classes of a screen."""

from __future__ import annotations

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
    (34, "-tall"),
    (48, "-lofty"),
]
