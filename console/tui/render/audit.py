"""The audit as rows, as a detail, and as the filter sees it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from console.model import SECOND_US
from console.tui.figures.spans import Line, Tone, joined, line, shorten
from console.tui.query import Fields
from console.tui.render.grid import Column

if TYPE_CHECKING:
    from console.snapshot.particulars import AuditView, TrailView
    from console.tui.render.look import Look

WORD_FIELDS = ("who", "what", "route", "detail")
NUMBER_FIELDS = ("row", "age")
_HASH = 12


def key_of(act: AuditView) -> str:
    """Return the number of a row."""
    return str(act.seq)


def _row(act: AuditView, _look: Look, _width: int) -> Line:
    return line((str(act.seq), Tone.MUTED))


def _at(act: AuditView, look: Look, _width: int) -> Line:
    return line(look.stamp(act.at_us))


def _who(act: AuditView, look: Look, width: int) -> Line:
    return line((shorten(act.actor, width, look.glyphs.ellipsis), Tone.STRONG))


def _what(act: AuditView, _look: Look, _width: int) -> Line:
    return line(act.verb)


def _route(act: AuditView, look: Look, width: int) -> Line:
    return line(shorten(act.route, width, look.glyphs.ellipsis))


def _detail(act: AuditView, _look: Look, _width: int) -> Line:
    return line((act.detail, Tone.MUTED))


COLUMNS: tuple[Column[AuditView], ...] = (
    Column("row", "row", (5, 5, 7), 5, _row, lambda act: -act.seq, "right"),
    Column("at", "at", (6, 12, 12), 1, _at, lambda act: -act.at_us),
    Column("who", "who", (8, 10, 14), 3, _who, lambda act: act.actor),
    Column("what", "what", (12, 14, 16), 2, _what, lambda act: act.verb),
    Column("route", "route", (10, 14, 20), 4, _route, lambda act: act.route),
    Column("detail", "with", (16, 16, 200), 6, _detail, lambda act: act.detail),
)


def fields(act: AuditView, look: Look) -> Fields:
    """Return a row as the filter sees it; `age` is in seconds."""
    words = {"who": act.actor, "what": act.verb, "route": act.route, "detail": act.detail}
    age = Fraction(look.as_of_us - act.at_us, SECOND_US)
    return Fields(words, {"row": Fraction(act.seq), "age": age})


def detail(act: AuditView, look: Look) -> list[Line]:
    """Return a row with nothing cut off."""
    facts = [
        line((f"{act.actor}: {act.verb}", Tone.STRONG)),
        line(act.route) if act.route else (),
        line(look.exact(act.at_us)),
        line((f"row {act.seq}, hash {act.hash[:_HASH]}", Tone.MUTED)),
    ]
    return [joined(facts, look.separator), line(act.detail)]


def state(trail: TrailView | None, trouble: str) -> list[Line]:
    """Return what the chain proves; a broken one is never said quietly."""
    if trouble:
        return [line((f"not read anew: {trouble}", Tone.ALARM))]
    if trail is None:
        return []
    if not trail.whole:
        return [line((f"BROKEN: {trail.words}", Tone.HARD_STOP))]
    facts = [line(("chain whole", Tone.OK)), line((trail.words, Tone.MUTED))]
    more = trail.total - len(trail.rows)
    return [*facts, line((f"{more} older rows: burnline audit", Tone.MUTED))] if more else facts
