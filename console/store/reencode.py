"""Events of the schema before the eighth, which were lists of values, as those of the eighth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from console.ledger import facts
from console.model import Event, Origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.store.connect import Connection

_FIELDS = (
    "ts_us", "route", "event", "run", "id", "agent", "boot", "seq", "parent", "sla_s", "trusted",
    "reason", "by", "check", "minutes", "discarded", "confidence", "to", "preventable", "action",
    "scope", "grant", "rule", "directive", "kind", "change", "version", "generation", "elapsed_s",
)  # fmt: skip
_AT_ONCE = 1_000
_NEXT = (
    "select route, run, facts from run where (route, run) > (?, ?) order by route, run limit ?"
)


def by_name(connection: Connection) -> None:
    """Rewrite the events of every run, and those that wait for their time."""
    last: tuple[int, str] = (-1, "")
    while rows := connection.execute(_NEXT, (*last, _AT_ONCE)).fetchall():
        connection.executemany(
            "update run set facts = ? where route = ? and run = ?",
            [(_facts(data), route, run) for route, run, data in rows],
        )
        last = rows[-1][:2]
    key = "due_us = ? and file = ? and offset = ? and place = ?"
    waiting = connection.execute("select event, due_us, file, offset, place from future").fetchall()
    connection.executemany(
        f"update future set event = ? where {key}",
        [
            (msgspec.msgpack.encode(event_of(msgspec.msgpack.decode(data))), *place)
            for data, *place in waiting
        ],
    )


def event_of(values: Sequence[Any]) -> Event:
    """Return the event that a list of values stands for; what came after the list is unset."""
    return Event(**dict(zip(_FIELDS, values, strict=False)))


def _facts(data: bytes) -> bytes:
    marks = msgspec.msgpack.decode(data)
    return facts.encode(
        facts.Facts({event_of(values): Origin(*origin) for values, origin in marks})
    )
