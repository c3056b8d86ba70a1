"""A miss as a row and, with its evidence, as a page: rule in words, raw lines, where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.tui.figures.spans import Align, Line, Tone, joined, line, shorten

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.snapshot.types import Evidence, MissView
    from console.tui.render.look import Look


class Column(NamedTuple):
    """One column. `widths`: on a narrow screen, least, most; `keep`: 1 is dropped last."""

    key: str
    title: str
    widths: tuple[int, int, int]
    keep: int
    draw: Callable[[MissView, Look, int], Line]
    align: Align = "left"


def key_of(miss: MissView) -> str:
    """Return what tells one miss from another: a run misses at most once per class."""
    return f"{miss.route}\0{miss.run}\0{miss.error_class}"


def place(evidence: Evidence) -> str:
    """Return where a line stands, in the form that editors and pagers understand."""
    return f"{evidence.file}:{evidence.line_number} (byte {evidence.offset})"


def _where(miss: MissView, _look: Look, _width: int) -> Line:
    if not miss.evidence:
        return line(("no line kept", Tone.MUTED))
    first = miss.evidence[0]
    name = first.file.rpartition("/")[2]
    return line((f"{name}:{first.offset}", Tone.MUTED))


def _rule(miss: MissView, _look: Look, _width: int) -> Line:
    corrected = f"corrected {miss.correction}: " if miss.correction else ""
    return line((corrected, Tone.WATCH), miss.rule)


def _run(miss: MissView, look: Look, width: int) -> Line:
    return line(shorten(miss.run, width, look.glyphs.ellipsis))


COLUMNS: tuple[Column, ...] = (
    Column("at", "at", (6, 12, 12), 1, lambda miss, look, _: line(look.stamp(miss.at_us))),
    Column(
        "class",
        "class",
        (10, 10, 10),
        2,
        lambda miss, _look, _width: line((miss.error_class, Tone.STRONG)),
    ),
    Column("run", "run", (12, 12, 24), 3, _run),
    Column("rule", "rule", (20, 20, 200), 4, _rule),
    Column("where", "evidence", (14, 20, 30), 5, _where),
)


EXPIRED = "The raw line has expired: it was kept for as long as the settings say."


def evidence(miss: MissView, look: Look) -> list[Line]:
    """Return a miss with all its evidence."""
    facts = [
        line((miss.error_class, Tone.ALARM), " miss on ", (miss.route, Tone.STRONG)),
        line("run ", (miss.run, Tone.STRONG)),
        line(f"at {look.stamp(miss.at_us)} ({look.age(miss.at_us)} ago)"),
    ]
    lines = [joined(facts, look.separator), (), line(("Rule", Tone.HEADING)), line(miss.rule)]
    if miss.correction:
        lines.append(line((f"Corrected by {miss.correction}: not charged.", Tone.WATCH)))
    lines += [(), line(("Events", Tone.HEADING)), line(", ".join(miss.events) or "none named")]
    lines += [(), line(("Lines as they were logged", Tone.HEADING))]
    if not miss.evidence:
        text = "No line is kept: it is older than the retention, or the event was not there to log."
        return [*lines, line((text, Tone.UNKNOWN))]
    for each in miss.evidence:
        words = line((EXPIRED, Tone.UNKNOWN)) if each.expired else line(each.line)
        lines += [line((place(each), Tone.KEY)), words, ()]
    return lines


def copied(miss: MissView) -> str:
    """Return what `c` puts on the clipboard: the miss, and each line with its place."""
    head = f"{miss.error_class} miss on {miss.route}, run {miss.run}: {miss.rule}"
    lines = (f"{place(each)}\n{EXPIRED if each.expired else each.line}" for each in miss.evidence)
    return "\n".join([head, *lines])
