"""Events of the schema before the tenth, which were lists of values, as those of the tenth."""

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
_NEXT = "select route, run, facts from run where (route, run) > (?, ?) order by route, run limit ?"


def set_apart(connection: Connection) -> None:
    """Move the events of every run, rewritten, to a table of their own; rewrite those to come."""
    last: tuple[int, str] = (-1, "")
    number = 0
    while rows := connection.execute(_NEXT, (*last, _AT_ONCE)).fetchall():
        told = [
            (number + place, facts.encode(facts_of(row[2], "")))
            for place, row in enumerate(rows, 1)
        ]
        connection.executemany("insert into told (id, events) values (?, ?)", told)
        connection.executemany(
            "update run set told = ? where route = ? and run = ?",
            [(number + place, *row[:2]) for place, row in enumerate(rows, 1)],
        )
        number, last = told[-1][0], rows[-1][:2]
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


def facts_of(data: bytes, parent: str) -> facts.Facts:
    """Return the facts of a run that are stored as a list of events, each with its place."""
    marks = msgspec.msgpack.decode(data)
    return facts.Facts({event_of(values): Origin(*origin) for values, origin in marks}, parent)
