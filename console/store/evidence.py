"""The raw lines behind misses, and how that begins which could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.store.connect import ASKED, each

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.intake.reading import Rejected
    from console.store.connect import Connection

_KNOWN = (
    f"select file, offset from {ASKED} line on file = cast(asked.key as integer) "
    "and offset = one.value"
)


def quarantine(
    connection: Connection, file: int, rejected: Iterable[Rejected], now_us: int
) -> None:
    """Keep what could not be read: where it is, why, and how it begins."""
    each(
        connection,
        "insert or ignore into quarantine (file, offset, number, reason, excerpt, kept_us) "
        "values (?, ?, ?, ?, ?, ?)",
        [
            (file, piece.offset, piece.line, piece.reason, piece.excerpt, now_us)
            for piece in rejected
        ],
    )


def save(connection: Connection, lines: Iterable[tuple[int, int, int, bytes]]) -> None:
    """Keep the raw lines behind misses: (file, offset, line number, bytes)."""
    each(
        connection,
        "insert or ignore into line (file, offset, number, raw) values (?, ?, ?, ?)",
        lines,
    )


def renew(connection: Connection, lines: Iterable[tuple[int, int, int]], now_us: int) -> None:
    """Keep lines and their files anew: (file, offset, bits of the classes it is behind)."""
    rows = [(now_us, classes, file, offset) for file, offset, classes in lines]
    each(
        connection,
        "update line set kept_us = ?, classes = classes | ? where file = ? and offset = ?",
        rows,
    )
    each(
        connection,
        "update file set kept_us = ? where id = ?",
        [(now_us, file) for file in sorted({row[2] for row in rows})],
    )


def known(connection: Connection, origins: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return which (file, offset) of `origins` are kept already."""
    asked: dict[int, list[int]] = {}
    for file, offset in origins:
        asked.setdefault(file, []).append(offset)
    return set(connection.execute(_KNOWN, (msgspec.json.encode(asked).decode(),)))
