"""The audit's mirror: the same rows in an append-only file beside the store (semantics 8).

The table decides. A row goes to the mirror right after the commit of the transaction that holds it;
what a crash kept from getting there is added when the store is next opened for writing. So after a
start the mirror never lacks a row of the table, and a row that the mirror has and the table has not
was taken out of the table. Nothing in the mirror is ever written over: a torn line stays, followed
by the whole one. Where the table is empty and the mirror is not, the store was lost, and the audit
is restored from the mirror.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import struct
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.store.desk import GENESIS, AuditRow, audit_hash
from console.store.reader import audit_since

if TYPE_CHECKING:
    from pathlib import Path

    from console.store.connect import Connection

_TAIL_BYTES = 262_144
_GET_FLAGS, _SET_FLAGS, _APPEND_ONLY = 0x80086601, 0x40086602, 0x20
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class Line(NamedTuple):
    """One line of the mirror: its number from 1, and the row, None where it is none."""

    number: int
    row: AuditRow | None


def mirror_path(store: Path) -> Path:
    """Return the path of a store's mirror."""
    return store.with_name(store.name + ".audit.jsonl")


class Mirror:
    """Appends to the mirror of one store; several processes may, each under a lock."""

    def __init__(self, store: Path) -> None:
        self.path = mirror_path(store)
        self._known_seq = -1

    def complete(self, connection: Connection) -> None:
        """Add the rows of the table that the mirror has not; called after every commit.

        Raises:
            OSError: the mirror cannot be written; what is missing is added the next time.
        """
        last = connection.execute("select max(seq) from audit").fetchone()[0]
        if last is None or last == self._known_seq:
            return
        descriptor = os.open(self.path, _FLAGS, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            tail, whole = _tail(descriptor)
            kept = {row.hash for row in tail}
            # At the start, rows further back than the tail that was read are taken as mirrored. A
            # table that has become shorter goes on beside what the mirror has: that is evidence.
            first = min(self._known_seq, int(last) - 1)
            if self._known_seq < 0:
                first = min((row.seq for row in tail), default=0) - 1
            wanted = [row for row in audit_since(connection, first) if row.hash not in kept]
            if wanted:
                os.write(descriptor, (b"" if whole else b"\n") + b"".join(map(_line, wanted)))
                os.fsync(descriptor)
            self._known_seq = int(last)
        finally:
            os.close(descriptor)


def read(path: Path) -> list[Line]:
    """Return the lines of a mirror; none where there is no mirror."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return []
    return [Line(number, _row(line)) for number, line in enumerate(raw.splitlines(), 1)]


def whole_chain(lines: list[Line]) -> list[AuditRow]:
    """Return the rows of a mirror from the first on, as far as each follows from the one before."""
    rows: list[AuditRow] = []
    previous = GENESIS
    for line in lines:
        row = line.row
        if row is None or (rows and row.hash == rows[-1].hash):
            continue
        if (row.seq, row.previous) != (len(rows) + 1, previous) or audit_hash(row) != row.hash:
            break
        rows.append(row)
        previous = row.hash
    return rows


def restore(connection: Connection, path: Path) -> int:
    """Fill an empty audit from its mirror inside the caller's transaction; return how many rows."""
    if connection.execute("select 1 from audit limit 1").fetchone():
        return 0
    rows = whole_chain(read(path))
    connection.executemany(
        "insert into audit (seq, at_us, actor, verb, route, detail, previous, hash) "
        "values (?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    return len(rows)


def seal(path: Path) -> str:
    """Let the system refuse anything but appending (chattr +a); return "" or why it does not.

    Only on request: a sealed file can be neither moved nor deleted until root takes the seal off.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        return error.strerror or str(error)
    try:
        flags = _flags(descriptor)
        fcntl.ioctl(descriptor, _SET_FLAGS, struct.pack("@l", flags | _APPEND_ONLY))
    except OSError as error:
        if error.errno in {errno.EPERM, errno.EACCES}:
            return "it takes root (CAP_LINUX_IMMUTABLE)"
        return f"the file system does not know it ({error.strerror})"
    finally:
        os.close(descriptor)
    return ""


def sealed(path: Path) -> bool:
    """Say whether the system lets nobody do anything but append to the mirror."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return bool(_flags(descriptor) & _APPEND_ONLY)
        finally:
            os.close(descriptor)
    return False


def _flags(descriptor: int) -> int:
    room = struct.pack("@l", 0)
    return int(struct.unpack("@l", fcntl.ioctl(descriptor, _GET_FLAGS, room))[0])


def _tail(descriptor: int) -> tuple[list[AuditRow], bool]:
    """Return the latest rows of the mirror, and whether its last line is whole."""
    size = os.fstat(descriptor).st_size
    start = max(0, size - _TAIL_BYTES)
    raw = os.pread(descriptor, size - start, start)
    rows = [row for row in map(_row, raw.splitlines()) if row is not None]
    return rows, not raw or raw.endswith(b"\n")


def _line(row: AuditRow) -> bytes:
    return msgspec.json.encode(row._asdict()) + b"\n"


def _row(line: bytes) -> AuditRow | None:
    try:
        return AuditRow(**msgspec.json.decode(line, type=dict[str, int | str]))  # type: ignore[arg-type]
    except (msgspec.DecodeError, TypeError):
        return None
