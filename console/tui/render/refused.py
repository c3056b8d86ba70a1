"""A piece of a log that could not be read: as a row, as a detail, and as the filter sees it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from console.tui.figures.spans import Line, Tone, line
from console.tui.query import Fields
from console.tui.render.grid import Column, Grid, layout, row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.snapshot.types import RefusedView, SourceView
    from console.tui.render.look import Look

WORD_FIELDS = ("reason", "begins")
NUMBER_FIELDS = ("line", "byte")


COLUMNS: tuple[Column[RefusedView], ...] = (
    Column(
        "line",
        "line",
        (6, 9, 9),
        1,
        lambda piece, _look, _width: line((str(piece.line_number), Tone.STRONG)),
        lambda piece: piece.line_number,
        "right",
    ),
    Column(
        "byte",
        "byte",
        (9, 11, 11),
        3,
        lambda piece, _look, _width: line(str(piece.offset)),
        lambda piece: piece.offset,
        "right",
    ),
    Column(
        "reason",
        "why",
        (16, 24, 60),
        2,
        lambda piece, _look, _width: line((piece.reason, Tone.TICKET)),
        lambda piece: piece.reason,
    ),
    Column(
        "begins",
        "it begins",
        (12, 20, 200),
        4,
        lambda piece, _look, _width: line((piece.begins, Tone.MUTED)),
        lambda piece: piece.begins,
    ),
)


def key_of(piece: RefusedView) -> str:
    """Return what tells a piece of a file from the others."""
    return f"{piece.offset}\0{piece.line_number}\0{piece.reason}"


def place(piece: RefusedView) -> str:
    """Return where a piece stands, in the form that editors and pagers understand."""
    return f"{piece.path}:{piece.line_number}"


def fields(piece: RefusedView) -> Fields:
    """Return a piece as the filter sees it."""
    words = {"reason": piece.reason, "begins": piece.begins}
    return Fields(words, {"line": Fraction(piece.line_number), "byte": Fraction(piece.offset)})


def detail(piece: RefusedView) -> list[Line]:
    """Return a piece with nothing cut off."""
    return [
        line((place(piece), Tone.KEY), f" (byte {piece.offset}) ", (piece.reason, Tone.TICKET)),
        line(("begins ", Tone.MUTED), piece.begins or "with nothing that could be kept"),
    ]


def of_file(path: str, view: SourceView | None, known: int) -> list[Line]:
    """Return which file the pieces are of, and how many were refused where not all are known."""
    more = view is not None and view.rejected > known > 0
    of = line((f"{view.rejected} rejected in all", Tone.TICKET)) if view and more else ()
    return [each for each in (of, line((path.rpartition("/")[2], Tone.STRONG))) if each]


def some(pieces: Sequence[RefusedView], look: Look, size: tuple[int, int]) -> list[Line]:
    """Return the first pieces in `size` = (width, rows) cells, with how many there are."""
    width, rows = size
    grid = layout(COLUMNS, width)
    shown = pieces[:rows]
    head = line(
        ("could not be read", Tone.HEADING),
        (f"  {len(shown)} of {len(pieces)}, enter shows each", Tone.MUTED),
    )
    return [head, *(_row(grid, each, look) for each in shown)]


def _row(grid: Grid[RefusedView], piece: RefusedView, look: Look) -> Line:
    return row(grid, lambda column, room: column.draw(piece, look, room), look.glyphs.ellipsis)


def absence(view: SourceView | None, *, waiting: bool, trouble: str, limit: int) -> list[Line]:
    """Return why no piece of a file is on show."""
    if trouble:
        return [line(("What was refused cannot be read: ", Tone.ALARM), trouble)]
    if waiting:
        return [line(("Reading what was refused.", Tone.MUTED))]
    if view is None or not view.rejected:
        return [line(("Nothing of this file was refused.", Tone.MUTED))]
    text = f"{view.rejected} pieces were refused; none of them is among the first {limit} that are"
    return [line((f"{text} read here, file by file.", Tone.UNKNOWN))]
