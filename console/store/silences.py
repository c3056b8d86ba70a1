"""Silences in the store: made and ended, never changed or deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.burn.silences import Silence

if TYPE_CHECKING:
    from console.store.connect import Connection


def read(connection: Connection, *, since_us: int | None = None) -> list[Silence]:
    """Return silences, the oldest first; `since_us` leaves out those that were over by then."""
    rows = connection.execute(
        "select body from silence where end_us > ? order by number",
        (-1 if since_us is None else since_us,),
    )
    return [msgspec.json.decode(row[0], type=Silence) for row in rows]


def find(connection: Connection, name: str) -> Silence | None:
    """Return the silence of an id such as `S3`, or None."""
    digits = name.upper().removeprefix("S")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 18:
        return None
    row = connection.execute("select body from silence where number = ?", (int(digits),)).fetchone()
    return None if row is None else msgspec.json.decode(row[0], type=Silence)


def next_id(connection: Connection) -> str:
    """Return the id of the next silence: `S` and a running number."""
    row = connection.execute("select coalesce(max(number), 0) + 1 from silence").fetchone()
    return f"S{row[0]}"


def save(connection: Connection, silence: Silence) -> None:
    """Store a silence, new or ended."""
    connection.execute(
        "insert or replace into silence (number, end_us, body) values (?, ?, ?)",
        (int(silence.id[1:]), silence.end_us, msgspec.json.encode(silence).decode()),
    )
