"""Marks under a curve: each in the column of its instant, the graver one where two share a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.figures.curve import AXIS
from console.tui.figures.spans import Line, Span, Tone, line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.snapshot.particulars import MarkView
    from console.tui.figures.glyphs import Glyphs

KINDS = ("alert", "order", "lift", "change", "correction")
"""From the gravest to the mildest."""
_TONES: dict[str, Tone] = {
    "alert": Tone.ALARM,
    "order": Tone.STRONG,
    "lift": Tone.OK,
    "change": Tone.TICKET,
    "correction": Tone.UNKNOWN,
}


def glyph(kind: str, glyphs: Glyphs) -> Span:
    """Return the mark of a kind."""
    return Span(str(getattr(glyphs, _GLYPHS.get(kind, "none"))), _TONES.get(kind, Tone.MUTED))


_GLYPHS = {kind: "page" if kind == "alert" else kind for kind in KINDS}


def ticks(marks: Iterable[MarkView], reach: tuple[int, int], width: int, glyphs: Glyphs) -> Line:
    """Return the line of marks under a curve of `width` cells that spans `reach`; () for none.

    A correction of a period is drawn over all of its columns.
    """
    start, end = reach
    plot = width - AXIS - 1
    if end <= start or plot < 1:
        return ()
    cells: dict[int, str] = {}
    for mark in sorted(marks, key=_mildest_first):
        until_us = mark.at_us if mark.until_us is None else mark.until_us
        if until_us < start or mark.at_us > end:
            continue
        first, last = (
            (min(max(at, start), end) - start) * (plot - 1) // (end - start)
            for at in (mark.at_us, until_us)
        )
        cells |= dict.fromkeys(range(first, last + 1), mark.kind)
    if not cells:
        return ()
    spans = [glyph(cells[at], glyphs) if at in cells else Span(" ") for at in range(plot)]
    return line(" " * (AXIS + 1), *spans)


def _mildest_first(mark: MarkView) -> int:
    return -KINDS.index(mark.kind) if mark.kind in KINDS else -len(KINDS)


def legend(marks: Sequence[MarkView], glyphs: Glyphs) -> Line:
    """Return what the marks that are there mean."""
    there = {mark.kind for mark in marks}
    parts: list[Span] = []
    for kind in KINDS:
        if kind in there:
            parts += [Span("   " if parts else ""), glyph(kind, glyphs), Span(f" {kind}")]
    return line(*parts)
