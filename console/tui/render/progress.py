"""Stages in a row: how far an order got, or its exit rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.figures.spans import Line, Span, Tone, joined, line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.tui.placed import Stage
    from console.tui.render.look import Look


def progress(steps: Iterable[Stage], look: Look) -> Line:
    """Return stages in a row, each marked as reached, waited for, or failing."""
    return joined(
        (_stage(each, look) for each in steps), Span(f" {look.glyphs.arrow} ", Tone.MUTED)
    )


def _stage(stage: Stage, look: Look) -> Line:
    glyphs = look.glyphs
    mark, tone = (glyphs.done, Tone.OK) if stage.reached else (glyphs.waiting, Tone.TICKET)
    if stage.alarm:
        mark, tone = glyphs.failed, Tone.ALARM
    return line((f"{mark} {stage.name}", tone), f" {stage.detail}" if stage.detail else "")
