"""A miss as a row and, with its evidence, as a page: rule in words, raw lines, where they stand."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from console.model import SECOND_US
from console.tui.figures.spans import Line, Tone, joined, line, shorten
from console.tui.query import Fields
from console.tui.render.grid import Column

if TYPE_CHECKING:
    from console.snapshot.particulars import MomentView
    from console.snapshot.types import Evidence, MissView
    from console.tui.render.look import Look

WORD_FIELDS = ("route", "run", "class", "rule", "file", "correction", "at")
NUMBER_FIELDS = ("age",)


def key_of(miss: MissView) -> str:
    """Return what tells one miss from another: a run misses at most once per class."""
    return f"{miss.route}\0{miss.run}\0{miss.error_class}"


def place(evidence: Evidence) -> str:
    """Return where a line stands, in the form that editors and pagers understand."""
    return f"{evidence.file}:{evidence.line_number} (byte {evidence.offset})"


def _where(miss: MissView, look: Look, width: int) -> Line:
    if not miss.evidence:
        return line(("no line kept", Tone.MUTED))
    first = miss.evidence[0]
    name = first.file.rpartition("/")[2]
    return line((shorten(f"{name}:{first.line_number}", width, look.glyphs.ellipsis), Tone.MUTED))


def _rule(miss: MissView, _look: Look, _width: int) -> Line:
    corrected = f"corrected {miss.correction}: " if miss.correction else ""
    return line((corrected, Tone.WATCH), miss.rule)


def _run(miss: MissView, look: Look, width: int) -> Line:
    return line(shorten(miss.run, width, look.glyphs.ellipsis))


def _at(miss: MissView, look: Look, _width: int) -> Line:
    return line(look.stamp(miss.at_us))


def _class(miss: MissView, _look: Look, _width: int) -> Line:
    return line((miss.error_class, Tone.STRONG))


def _route(miss: MissView, look: Look, width: int) -> Line:
    return line((shorten(miss.route, width, look.glyphs.ellipsis), Tone.STRONG))


_AT = Column("at", "at", (6, 12, 12), 1, _at, lambda miss: -miss.at_us)
_CLASS = Column("class", "class", (10, 10, 10), 2, _class, lambda miss: miss.error_class)
_RUN = Column("run", "run", (12, 12, 18), 4, _run, lambda miss: miss.run)
_RULE = Column("rule", "rule", (20, 20, 200), 5, _rule, lambda miss: miss.rule)
_WHERE = Column("where", "evidence", (14, 20, 26), 6, _where, lambda miss: miss.evidence[:1] == ())
COLUMNS: tuple[Column[MissView], ...] = (_AT, _CLASS, _RUN, _RULE, _WHERE)
"""The columns of the misses of one route."""
ALL_COLUMNS: tuple[Column[MissView], ...] = (
    _AT,
    _CLASS,
    Column("route", "route", (12, 16, 22), 3, _route, lambda miss: miss.route),
    _RUN,
    _RULE,
    _WHERE,
)
"""The columns of the misses of all routes."""


def fields(miss: MissView, look: Look) -> Fields:
    """Return a miss as the filter sees it; `age` is in seconds."""
    words = {
        "route": miss.route,
        "run": miss.run,
        "class": miss.error_class,
        "rule": miss.rule,
        "file": " ".join(each.file for each in miss.evidence),
        "correction": miss.correction,
        "at": look.stamp(miss.at_us),
    }
    return Fields(words, {"age": Fraction(look.as_of_us - miss.at_us, SECOND_US)})


def reach(known: int, most: int, trouble: str) -> list[Line]:
    """Return where a list of misses ends, and whether it is old."""
    facts = [line((f"the latest {most}: older ones are in their route", Tone.MUTED))]
    facts = facts if known >= most else []
    return [*facts, line((f"not read anew: {trouble}", Tone.ALARM))] if trouble and known else facts


def brief(miss: MissView, look: Look) -> list[Line]:
    """Return what stands below a list of misses: the rule in full, and where its lines stand."""
    lines = [line((miss.error_class, Tone.ALARM), f" {look.age(miss.at_us)} ago: ", miss.rule)]
    if miss.correction:
        lines.append(line((f"Corrected by {miss.correction}: not charged.", Tone.WATCH)))
    return [*lines, *(line((place(each), Tone.KEY)) for each in miss.evidence)]


EXPIRED = "The raw line has expired: it was kept for as long as the settings say."


def evidence(miss: MissView, look: Look, happened: list[Line]) -> list[Line]:
    """Return a miss with all its evidence; `happened` is the timeline of its run."""
    facts = [
        line((miss.error_class, Tone.ALARM), " miss on ", (miss.route, Tone.STRONG)),
        line("run ", (miss.run, Tone.STRONG)),
        line(f"at {look.stamp(miss.at_us)} ({look.age(miss.at_us)} ago)"),
    ]
    lines = [joined(facts, look.separator), (), line(("Rule", Tone.HEADING)), line(miss.rule)]
    if miss.correction:
        lines.append(line((f"Corrected by {miss.correction}: not charged.", Tone.WATCH)))
    lines.append(line(("events ", Tone.MUTED), ", ".join(miss.events) or "none named"))
    lines += [(), line(("Lines as they were logged", Tone.HEADING))]
    lines += _logged(miss)
    return [*lines, (), line(("What happened in this run", Tone.HEADING)), *happened]


def _logged(miss: MissView) -> list[Line]:
    if not miss.evidence:
        text = "No line is kept: it is older than the retention, or the event was not there to log."
        return [line((text, Tone.UNKNOWN))]
    lines: list[Line] = []
    for each in miss.evidence:
        words = line((EXPIRED, Tone.UNKNOWN)) if each.expired else line(each.line)
        lines += [line((place(each), Tone.KEY)), words]
    return lines


def timeline(miss: MissView, moments: tuple[MomentView, ...], look: Look) -> list[Line]:
    """Return what a run logged, oldest first; the miss stands at its own instant."""
    charged = line(
        (f"{look.exact(miss.at_us)}  ", Tone.MUTED),
        (f"{look.glyphs.failed} {miss.error_class} miss", Tone.ALARM),
        f" {miss.rule}",
    )
    lines: list[Line] = []
    done = False
    for each in moments:
        if each.at_us > miss.at_us and not done:
            lines.append(charged)
            done = True
        lines.append(_moment(each, miss.run, look))
    return lines if done else [*lines, charged]


def _moment(moment: MomentView, run: str, look: Look) -> Line:
    child = f" ({moment.run})" if moment.run != run else ""
    return line(
        (f"{look.exact(moment.at_us)}  ", Tone.MUTED),
        (moment.event, Tone.STRONG),
        (child, Tone.KEY),
        f" {moment.words}" if moment.words else "",
        (f"  {moment.agent}" if moment.agent else "", Tone.MUTED),
        (f"  line {moment.line_number}", Tone.MUTED),
    )


def copied(miss: MissView) -> str:
    """Return what `c` puts on the clipboard: the miss, and each line with its place."""
    head = f"{miss.error_class} miss on {miss.route}, run {miss.run}: {miss.rule}"
    lines = (f"{place(each)}\n{EXPIRED if each.expired else each.line}" for each in miss.evidence)
    return "\n".join([head, *lines])
