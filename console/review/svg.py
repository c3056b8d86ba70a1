"""The chart of the budget left, as inline SVG with a text for who does not see it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from console.review import words

if TYPE_CHECKING:
    from console.review.page import Chart
    from console.review.types import Mark

_WIDTH, _HEIGHT = 600, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 92, 8, 26, 30
_DAY_US = 86_400_000_000
_FULL = 1_000_000


def drawn(chart: Chart) -> str:
    """Return the chart: the curve, the lines of a full and a spent budget, and the marks."""
    if not chart.points:
        return "<p>No data.</p>"
    low = min(0, *(left for _, left in chart.points))
    first, last = _ends(chart)

    def across(day: float) -> float:
        return _LEFT + (day - first) * (_WIDTH - _LEFT - _RIGHT) / (last - first)

    def down(left: int) -> float:
        return _TOP + (_FULL - left) * (_HEIGHT - _TOP - _BOTTOM) / (_FULL - low)

    parts = [_axis(down(level), words.share(level)) for level in sorted({_FULL, 0, low})]
    for number, mark in enumerate(marks_of(chart), 1):
        parts.append(_mark(across(mark.at_us / _DAY_US), number, mark))
    line = " ".join(f"{across(day + 1):.1f},{down(left):.1f}" for day, left in chart.points)
    start = f"{across(first):.1f},{down(_FULL):.1f}"
    parts.append(f'<polyline class="curve" points="{start} {line}"/>')
    for day, anchor in ((first, "start"), (last, "end")):
        parts.append(
            f'<text x="{across(day):.1f}" y="{_HEIGHT - 8}" text-anchor="{anchor}">'
            f"{words.day(day)}</text>"
        )
    left = words.share(chart.points[-1][1])
    label = escape(f"{chart.title}: {left} at the end", quote=True)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">'
        f"{''.join(parts)}</svg>"
    )


def marks_of(chart: Chart) -> list[Mark]:
    """Return the marks that lie within the chart, by time: the first is numbered 1."""
    if not chart.points:
        return []
    first, last = _ends(chart)
    return [mark for mark in chart.marks if first <= mark.at_us / _DAY_US <= last]


def _ends(chart: Chart) -> tuple[int, int]:
    """Return the first day, and the end of the last one."""
    return chart.points[0][0], chart.points[-1][0] + 1


def _axis(y: float, label: str) -> str:
    return (
        f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{_LEFT - 4}" y="{y + 4:.1f}" text-anchor="end">{escape(label)}</text>'
    )


def _mark(x: float, number: int, mark: Mark) -> str:
    said = escape(f"{words.instant(mark.at_us)} {mark.kind}: {mark.words}")
    return (
        f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}">'
        f"<title>{said}</title></line>"
        f'<text x="{x:.1f}" y="{_TOP - 6}" text-anchor="middle">{number}</text>'
    )
