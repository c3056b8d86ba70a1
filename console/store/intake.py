"""What intake keeps in the store: files, parked events, and what is measured since when."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import msgspec

from console.intake.places import PassedOver
from console.intake.position import Position
from console.ledger.sequence import Sequence
from console.model import Event, Origin
from console.settings import Measured
from console.store.connect import each

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from console.store.connect import Connection

_POSITION = (
    "select id, path, device, inode, incarnation, offset, lines, marker, size, format, reader, "
    "latest_us, routes, rejected, state, note, whole, mtime_ns, late, marked, generation, packed "
    "from file order by id"
)

_MEASURED = msgspec.json.Decoder(Measured)
_FILE = (
    "insert or replace into file (id, path, device, inode, incarnation, offset, lines, marker, "
    "size, format, reader, latest_us, routes, rejected, state, note, whole, mtime_ns, late, "
    "kept_us, marked, generation, packed) values (" + ", ".join("?" * 23) + ")"
)


def redaction_key(connection: Connection) -> bytes:
    """Return the key under which secrets are hashed, made when there is none yet.

    It belongs to the store and to nothing else: whoever has an export must not be able to guess.
    """
    connection.execute(
        "insert or ignore into fact (key, value) values ('redaction_key', ?)",
        (secrets.token_hex(32),),
    )
    row = connection.execute("select value from fact where key = 'redaction_key'").fetchone()
    return bytes.fromhex(row[0])


def positions(connection: Connection) -> list[Position]:
    """Return how far every file is read."""
    found = []
    for row in connection.execute(_POSITION):
        fields = dict(zip(Position.__struct_fields__, row, strict=True))
        fields["whole"] = bool(fields["whole"])
        fields["routes"] = set(msgspec.json.decode(fields["routes"], type=list[str]))
        found.append(Position(**fields))
    return found


def save_files(connection: Connection, files: Iterable[Position], now_us: int) -> None:
    """Store how far files are read."""
    each(
        connection,
        _FILE,
        [
            (
                file.id, file.path, file.device, file.inode, file.incarnation, file.offset,
                file.lines, file.marker, file.size, file.format, file.reader, file.latest_us,
                msgspec.json.encode(sorted(file.routes)).decode(), file.rejected, file.state,
                file.note, int(file.whole), file.mtime_ns, file.late, now_us, file.marked,
                file.generation, file.packed,
            )
            for file in files
        ],
    )  # fmt: skip


def last_file(connection: Connection) -> int:
    """Return the highest file number given out."""
    return int(connection.execute("select coalesce(max(id), 0) from file").fetchone()[0])


def save_passed(connection: Connection, passed: Iterable[PassedOver]) -> None:
    """Keep what the last sweep passed over, instead of what an earlier one did."""
    connection.execute("delete from passed")
    connection.executemany(
        "insert into passed (path, why, entries, words) values (?, ?, ?, ?)",
        [(item.path, item.why, item.entries, item.words) for item in passed],
    )


def passed_over(connection: Connection) -> list[PassedOver]:
    """Return what the last sweep passed over."""
    rows = connection.execute("select why, path, entries, words from passed order by why, path")
    return [PassedOver(*row) for row in rows]


def park(connection: Connection, events: Iterable[tuple[int, Origin, int, Event]]) -> None:
    """Keep events that lie in the future until their time: (due, origin, place, event)."""
    each(
        connection,
        "insert or ignore into future (due_us, file, offset, place, number, event) "
        "values (?, ?, ?, ?, ?, ?)",
        [
            (due_us, origin.file, origin.offset, place, origin.line, msgspec.msgpack.encode(event))
            for due_us, origin, place, event in events
        ],
    )


def due(connection: Connection, now_us: int) -> list[tuple[Event, Origin]]:
    """Take out and return the parked events whose time has come."""
    rows = connection.execute(
        "delete from future where due_us <= ? returning file, offset, number, event", (now_us,)
    ).fetchall()
    return [
        (msgspec.msgpack.decode(event, type=Event), Origin(file, offset, number))
        for file, offset, number, event in sorted(rows)
    ]


def measured_versions(connection: Connection) -> dict[str, list[tuple[int, Measured]]]:
    """Return (since, what is measured) of every route of which it is kept, oldest first."""
    found: dict[str, list[tuple[int, Measured]]] = {}
    for route, since_us, body in connection.execute(
        "select route, since_us, body from measured order by route, since_us"
    ):
        found.setdefault(route, []).append((since_us, _MEASURED.decode(body)))
    return found


def save_measured(connection: Connection, versions: Iterable[tuple[str, int, Measured]]) -> None:
    """Keep what is measured on routes from an instant on: (route, since, what)."""
    each(
        connection,
        "insert or replace into measured (route, since_us, body) values (?, ?, ?)",
        [
            (route, since_us, msgspec.json.encode(measured).decode())
            for route, since_us, measured in versions
        ],
    )


def sequences(connection: Connection) -> dict[tuple[str, str, str], Sequence]:
    """Return the running numbers seen, by (route, agent, boot)."""
    rows = connection.execute("select route, agent, boot, ranges from sequence")
    return {
        (route, agent, boot): Sequence(msgspec.json.decode(ranges, type=list[tuple[int, int]]))
        for route, agent, boot, ranges in rows
    }


def save_sequences(
    connection: Connection, changed: Mapping[tuple[str, str, str], Sequence]
) -> None:
    """Keep the running numbers seen."""
    each(
        connection,
        "insert or replace into sequence (route, agent, boot, ranges, missing) "
        "values (?, ?, ?, ?, ?)",
        [
            (*key, msgspec.json.encode(seen.ranges).decode(), seen.missing)
            for key, seen in changed.items()
        ],
    )


def lost_lines(connection: Connection) -> dict[str, int]:
    """Return how many lines were destroyed before they could be read, by route."""
    rows = connection.execute(
        "select route, sum(missing) from sequence where missing > 0 group by route"
    )
    return dict(rows.fetchall())
