"""What people are to be told: each notice is kept once, in the transaction that caused it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.model import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.store.connect import Connection


def post(connection: Connection, notices: Iterable[Notice]) -> None:
    """Keep notices inside the caller's transaction; of two with one key the first stands."""
    connection.executemany(
        "insert into notice (key, at_us, body) values (?, ?, ?) on conflict (key) do nothing",
        [(item.key, item.at_us, msgspec.json.encode(item).decode()) for item in notices],
    )


def posted(connection: Connection) -> list[Notice]:
    """Return all notices in the order in which they were posted."""
    rows = connection.execute("select body from notice order by number")
    return [msgspec.json.decode(row[0], type=Notice) for row in rows]
