"""What a view shows as a sheet of rows, and the sheet as CSV, JSON or Markdown.

Nothing that an agent wrote may act where the export is opened: no cell of the CSV is a formula for
a spreadsheet, no cell of the Markdown is markup or HTML.
"""

from __future__ import annotations

import csv
import io
import re
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.text import clean, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Cell = str | Fraction | int | None
CELL_LIMIT = 32_000
"""Longest text in a cell; spreadsheets cut at about as much."""
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#|!&~$])")
KINDS = {"csv": "csv", "json": "json", "markdown": "md", "html": "html", "svg": "svg"}
"""The kinds of export with their files' endings."""


class Sheet(NamedTuple):
    """Rows of equal length under names: text, numbers (exact), or None where there is no data."""

    title: str
    names: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of file that it can be written as."""
        return ("csv", "json", "markdown")

    def write(self, kind: str) -> bytes:
        """Return the sheet as a file of that kind, in UTF-8."""
        return {"csv": _csv, "json": _json, "markdown": _markdown}[kind](self).encode()


class Paper(NamedTuple):
    """A text that is written whole, in kinds of its own, such as a review."""

    title: str
    writers: Mapping[str, Callable[[], str]]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of file that it can be written as."""
        return tuple(kind for kind in self.writers if kind in KINDS)

    def write(self, kind: str) -> bytes:
        """Return the text as a file of that kind, in UTF-8."""
        return self.writers[kind]().encode()


def sheet_of(title: str, names: Iterable[str], rows: Iterable[Mapping[str, Cell]]) -> Sheet:
    """Return the sheet of rows by name; a name that is given twice has one column."""
    columns = tuple(dict.fromkeys(names))
    return Sheet(title, columns, tuple(tuple(row.get(name) for name in columns) for row in rows))


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe before what begins one."""
    return inert(clean(text, CELL_LIMIT))


def _csv(sheet: Sheet) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(sheet.names)
    for row in sheet.rows:
        writer.writerow(
            [harmless(cell) if isinstance(cell, str) else _number(cell) for cell in row]
        )
    return out.getvalue()


def _json(sheet: Sheet) -> str:
    rows = [dict(zip(sheet.names, map(_value, row), strict=True)) for row in sheet.rows]
    encoded = msgspec.json.encode({"view": sheet.title, "rows": rows})
    return msgspec.json.format(encoded, indent=2).decode() + "\n"


def _markdown(sheet: Sheet) -> str:
    lines = [f"# {_plain(sheet.title)}", ""]
    lines.append(f"| {' | '.join(map(_plain, sheet.names))} |")
    lines.append(f"|{' --- |' * len(sheet.names)}")
    for row in sheet.rows:
        cells = (_plain(cell) if isinstance(cell, str) else str(_number(cell)) for cell in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Return text in which nothing is markup."""
    return _MARKUP.sub(r"\\\1", clean(text, CELL_LIMIT).replace("\n", " "))


def _number(cell: Cell) -> str | int:
    if cell is None or isinstance(cell, str):
        return ""
    return cell if isinstance(cell, int) else f"{float(cell):.6g}"


def _value(cell: Cell) -> object:
    if isinstance(cell, Fraction):
        return int(cell) if cell.denominator == 1 else float(cell)
    return clean(cell, CELL_LIMIT) if isinstance(cell, str) else cell
