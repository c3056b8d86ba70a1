"""The title over a list: what it lists, how many of them, and how they were chosen and sorted."""

from __future__ import annotations

from typing import NamedTuple

from console.tui.figures.spans import Line, Span, Tone, joined, line


class Chosen(NamedTuple):
    """How rows are chosen and sorted: filter, what is wrong with it, column ("" for none)."""

    shown: int
    total: int
    filtered: bool
    query: str
    error: str
    sorted_by: str
    at: int


def title(noun: str, chosen: Chosen, totals: list[Line], separator: Span) -> Line:
    """Return the title: `Routes 7 of 23`, the filter, facts, the sort, the row of the cursor."""
    of = f" of {chosen.total}" if chosen.filtered else ""
    count = chosen.shown if chosen.filtered else chosen.total
    facts = [line((noun.capitalize(), Tone.HEADING), f" {count}{of}")]
    if chosen.error:
        facts.append(line((chosen.error, Tone.ALARM)))
    elif chosen.query:
        facts.append(line(("filter ", Tone.MUTED), (chosen.query, Tone.TICKET)))
    facts += totals
    if chosen.sorted_by:
        facts.append(line((f"by {chosen.sorted_by}", Tone.MUTED)))
    if chosen.shown:
        facts.append(line((f"row {chosen.at}", Tone.MUTED)))
    return joined(facts, separator)
