"""Events whose name nobody knows, counted per log file, and values that a mapping ignores.

The first are kept as signs of life; the second are read, and mean nothing to anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.store.connect import Connection

NAMES_A_FILE = 50
"""A file may have so many unknown names; lines of further ones are counted under the name ""."""


_MAPPED = "generic"
"""The format of files that are read by a mapping: it knows no unknown events."""


class UnknownEvents(NamedTuple):
    """How many lines of a file have an event of this name ("" stands for further names)."""

    path: bytes
    event: str
    lines: int


def add(connection: Connection, file: int, counts: Mapping[str, int]) -> None:
    """Add to the lines with unknown events of a file, by name."""
    rows = connection.execute("select event from unknown_event where file = ?", (file,))
    known = {row[0] for row in rows}
    for event, lines in counts.items():
        fits = event in known or len(known) < NAMES_A_FILE
        known.add(event if fits else "")
        connection.execute(
            "insert into unknown_event (file, event, lines) values (?, ?, ?) "
            "on conflict (file, event) do update set lines = lines + excluded.lines",
            (file, event if fits else "", lines),
        )


def found(connection: Connection) -> list[UnknownEvents]:
    """Return all unknown events, file by file, those of most lines first."""
    return _rows(connection, "<>")


def ignored(connection: Connection) -> list[UnknownEvents]:
    """Return the values that mappings take for nothing, file by file, most lines first."""
    return _rows(connection, "=")


def _rows(connection: Connection, mapped: str) -> list[UnknownEvents]:
    rows = connection.execute(
        "select file.path, event, unknown_event.lines from unknown_event "
        f"join file on file.id = unknown_event.file where file.format {mapped} ? "
        "order by file.path, unknown_event.lines desc, event",
        (_MAPPED,),
    )
    return [UnknownEvents(*row) for row in rows]
