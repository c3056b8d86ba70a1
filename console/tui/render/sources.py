"""A log file as a row and as a detail: how far it is read, and what stands in the way.

Trouble comes first: what cannot be read, what went away unread, what was refused, what is behind.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from console.tui.figures import numbers
from console.tui.figures.spans import Line, Tone, joined, line, shorten_path
from console.tui.query import Fields
from console.tui.render.grid import Column

if TYPE_CHECKING:
    from console.snapshot.types import Snapshot, SourceView
    from console.tui.render.look import Look

WORD_FIELDS = ("state", "path", "format", "note")
NUMBER_FIELDS = ("lines", "rejected", "behind", "unread", "size")
_ORDER = ("unreadable", "lost", "refused", "behind", "unrecognised", "skipped", "read", "gone")
_MARKS: dict[str, tuple[str, str, Tone]] = {
    "unreadable": ("failed", "UNREADABLE", Tone.ALARM),
    "lost": ("spent", "GONE", Tone.ALARM),
    "refused": ("at_risk", "", Tone.TICKET),
    "behind": ("ticket", "behind", Tone.WATCH),
    "unrecognised": ("no_data", "unrecognised", Tone.UNKNOWN),
    "skipped": ("none", "skipped", Tone.UNKNOWN),
    "read": ("healthy", "read", Tone.OK),
    "gone": ("none", "gone", Tone.MUTED),
}


_UNKNOWN_SHOWN = 3


class LogFile(NamedTuple):
    """A log file; `turn` counts those that had the same path before, as a rotated log does."""

    view: SourceView
    turn: int

    @property
    def key(self) -> str:
        """What tells the file from every other."""
        return f"{self.view.path}\0{self.turn}"


def files_of(snapshot: Snapshot) -> list[LogFile]:
    """Return all log files, those with trouble first."""
    turns: dict[str, int] = {}
    files = []
    for view in snapshot.sources:
        turns[view.path] = turns.get(view.path, 0) + 1
        files.append(LogFile(view, turns[view.path]))
    return sorted(files, key=trouble)


def unread(view: SourceView) -> int:
    """Return how many bytes of a file are not read; what has no known format never will be."""
    return 0 if view.state == "unrecognised" else max(0, view.size - view.offset)


def _share(view: SourceView) -> Fraction:
    return Fraction(unread(view), view.size) if view.size > 0 else Fraction(0)


def _standing(view: SourceView) -> str:
    """Return how a file stands: its state, but what was refused or lost weighs more."""
    if view.state == "gone":
        return "lost" if unread(view) else "gone"
    if view.rejected and view.state in ("read", "behind"):
        return "refused"
    return view.state


def trouble(file: LogFile) -> tuple[int, int, int, str]:
    """Return the place of a file in the list."""
    standing = _standing(file.view)
    place = _ORDER.index(standing) if standing in _ORDER else 0
    return place, -file.view.rejected, -unread(file.view), file.view.path


def _state(file: LogFile, look: Look, _width: int) -> Line:
    unknown = ("no_data", file.view.state, Tone.UNKNOWN)
    glyph, word, tone = _MARKS.get(_standing(file.view), unknown)
    return line((f"{getattr(look.glyphs, glyph)} {word or file.view.state}", tone))


def _path(file: LogFile, look: Look, width: int) -> Line:
    return line((shorten_path(file.view.path, width, look.glyphs.ellipsis), Tone.STRONG))


def _rejected(file: LogFile, _look: Look, _width: int) -> Line:
    tone = Tone.TICKET if file.view.rejected else Tone.MUTED
    return line((numbers.count(file.view.rejected), tone))


def _behind(file: LogFile, look: Look, width: int) -> Line:
    left = unread(file.view)
    if not left:
        return line((look.glyphs.none, Tone.MUTED))
    share = numbers.percent(_share(file.view), "")
    text = f"{numbers.size(left)} {share:>5}"
    tone = Tone.ALARM if _standing(file.view) == "lost" else Tone.WATCH
    return line((text if len(text) <= width else share, tone))


def _last(file: LogFile, look: Look, _width: int) -> Line:
    return line((look.age(file.view.last_event_us), Tone.MUTED))


COLUMNS: tuple[Column[LogFile], ...] = (
    Column("state", "state", (12, 14, 14), 1, _state, trouble),
    Column("path", "file", (15, 20, 200), 2, _path, lambda file: file.view.path),
    Column(
        "format",
        "format",
        (8, 8, 16),
        7,
        lambda file, _look, _width: line(file.view.format),
        lambda file: file.view.format,
    ),
    Column(
        "lines",
        "lines",
        (7, 7, 7),
        5,
        lambda file, _look, _width: line(numbers.count(file.view.lines)),
        lambda file: -file.view.lines,
        "right",
    ),
    Column(
        "rejected",
        "rejected",
        (8, 10, 10),
        3,
        _rejected,
        lambda file: -file.view.rejected,
        "right",
    ),
    Column("behind", "behind", (8, 11, 11), 4, _behind, lambda file: -unread(file.view), "right"),
    Column(
        "last", "last", (6, 6, 6), 6, _last, lambda file: -(file.view.last_event_us or 0), "right"
    ),
)


def fields(file: LogFile) -> Fields:
    """Return a file as the filter sees it; `behind` is in percent, `unread` in bytes."""
    view = file.view
    words = {"state": view.state, "path": view.path, "format": view.format, "note": view.note}
    known: dict[str, Fraction | None] = {
        "lines": Fraction(view.lines),
        "rejected": Fraction(view.rejected),
        "behind": _share(view) * 100,
        "unread": Fraction(unread(view)),
        "size": Fraction(view.size),
    }
    return Fields(words, known)


def totals(snapshot: Snapshot) -> list[Line]:
    """Return what all files come to: lines, what was refused, how much is not read."""
    lines = sum(view.lines for view in snapshot.sources)
    rejected = sum(view.rejected for view in snapshot.sources)
    late = [left for view in snapshot.sources if view.state != "gone" and (left := unread(view))]
    lost = [left for view in snapshot.sources if view.state == "gone" and (left := unread(view))]
    behind = f"{numbers.size(sum(late))} behind in {len(late)}" if late else "nothing behind"
    facts = [
        line(f"{numbers.count(lines)} lines"),
        line((f"{rejected} rejected", Tone.TICKET if rejected else Tone.MUTED)),
        line((behind, Tone.WATCH if late else Tone.MUTED)),
    ]
    if too_late := sum(view.late for view in snapshot.sources):
        facts.append(line((f"{numbers.count(too_late)} too late", Tone.TICKET)))
    if lost:
        facts.append(line((f"{numbers.size(sum(lost))} gone unread", Tone.ALARM)))
    return facts


def detail(file: LogFile, look: Look) -> list[Line]:
    """Return what is known of one file: all of its path, its note, and its numbers in full."""
    view = file.view
    left = f" ({numbers.percent(_share(view), '')} unread)" if unread(view) else ""
    last = "no event read"
    if view.last_event_us is not None:
        last = f"last event {look.stamp(view.last_event_us)} ({look.age(view.last_event_us)} ago)"
    facts = [
        _state(file, look, 0),
        line((view.note, Tone.TICKET)),
        line(f"byte {view.offset} of {view.size}{left}"),
        line(view.format),
        line(f"{view.lines} lines"),
        line((f"{view.rejected} rejected", Tone.TICKET if view.rejected else Tone.MUTED)),
        line((last, Tone.MUTED)),
    ]
    told = view.unknown[:_UNKNOWN_SHOWN]
    unknown = [line((found.words, Tone.TICKET if found.meant else Tone.MUTED)) for found in told]
    if view.late:
        facts.insert(-1, line((f"{view.late} too late", Tone.TICKET)))
    return [line((view.path, Tone.STRONG)), joined(facts, look.separator), *unknown]
