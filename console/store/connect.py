"""Opening the store: one way for the writer, one for readers.

`synchronous=FULL`, since WAL with NORMAL loses committed transactions in a power cut. SQLite before
3.51.3 has the WAL-reset bug, so that pysqlite3 is used where it is installed.
"""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

try:
    from pysqlite3 import dbapi2 as sqlite3
except ImportError:  # pragma: no cover - platforms without the wheel
    import sqlite3

from console.intake.places import keep_shut
from console.store import mounts
from console.store.holder import alive

if TYPE_CHECKING:
    from collections.abc import Iterable

    Connection = Any

SAFE_VERSION = (3, 51, 3)
APPLICATION_ID = 0x6275726E  # "burn"
SCHEMA_VERSION = 14
_BUSY_MS = 5_000
_CACHE_KIB = 8 * 1024
"""What a transaction writes to is held in memory; SQLite's own 2 MB do not hold it."""
_PAGE_BYTES = 8 * 1024
"""Of a new store. Each page is written by itself, twice, and half as many cost less."""
_AGAIN_S = 0.002
_CODE = 0xFF
"""The part of an error's number that says which it is; the rest says more."""


ASKED = "json_each(?) as asked cross join json_each(asked.value) as one cross join"
"""Of `{"7": [..], ..}` each number with each value of its list, and the rows that they lead to."""

Unwritable = sqlite3.OperationalError
"""The store is locked, the disk is full or fails: what was stored stands."""
Unusable = sqlite3.DatabaseError
"""All of that, and a store that is damaged."""


class StoreError(Exception):
    """The store cannot be used; the message says which, why, and what to do."""


class CorruptError(StoreError):
    """The file is no store any more, or is damaged: `audit --restore` sets it aside."""


class Displaced(StoreError):  # noqa: N818 - a fact about the file
    """The store at the path is not the one that is open any more."""


def is_damage(error: Exception) -> bool:
    """Say whether an error of SQLite means that the file is damaged."""
    words = str(error)
    return isinstance(error, CorruptError) or (
        isinstance(error, Unusable) and ("malformed" in words or "not a database" in words)
    )


def version() -> tuple[int, ...]:
    """Return the version of the SQLite library in use."""
    return tuple(int(part) for part in sqlite3.sqlite_version.split("."))


def create(path: Path) -> Connection:
    """Open the store for writing, made with mode 0600 where it does not exist.

    Raises:
        StoreError: the path cannot be created or is not a store of ours.
    """
    remote = mounts.remote(path)
    if remote:
        raise StoreError(
            f"store {path}: lies on a network file system ({remote}), where SQLite's log is not "
            "safe; name one on a local disk with --store"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path)
    except OSError as error:
        raise StoreError(f"store {path}: {error.strerror}; name another with --store") from error
    return _open(path, f"page_size={_PAGE_BYTES}", "journal_mode=wal")


def _make(path: Path) -> None:
    """Make an empty file where there is none.

    One that is there is not opened: closing it would take from all connections of this process the
    locks by which others know that it is in use, and they would remove its log.
    """
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def attach(path: Path) -> Connection:
    """Open the store for reading.

    A file that a collector is just making is left as it is: were it switched to WAL from two sides,
    SQLite would refuse one of them at once, whatever patience it was told to have.

    Raises:
        StoreError: there is no store at the path, it is not one of ours, or of an older version,
            which a collector brings up to date.
    """
    none = (
        f"store {path}: there is none yet; `burnline collect DIR` makes one "
        "(how to ask the demo's: `burnline demo --help`)"
    )
    if not path.exists():
        raise StoreError(none)
    connection = _open(path)
    known = connection.execute("pragma user_version").fetchone()[0]
    if known != SCHEMA_VERSION:
        connection.close()
        raise StoreError(_outdated(path, known) if known else none)
    connection.execute("pragma query_only=on")
    return connection


def each(connection: Connection, statement: str, rows: Iterable[Any]) -> None:
    """Run a statement for each of some rows; for none at all, nothing is run."""
    if rows:
        connection.executemany(statement, rows)


def _outdated(path: Path, known: int) -> str:
    life = alive(path, time.time())
    if life is not None and life.starting:
        return being_updated(path)
    return (
        f"store {path}: written by an older burnline (schema {known}, this one reads "
        f"{SCHEMA_VERSION}); restart the collector, which brings it up to date"
    )


def being_updated(path: Path) -> str:
    """Say that another process brings the store up to date, and which, where that is known.

    A collector that has just taken the store does so before anything else.
    """
    life = alive(path, time.time())
    does = "another process is writing it, or bringing it up to date"
    if life is not None and life.starting and life.pid not in {0, os.getpid()}:
        does = f"process {life.pid} is bringing it up to date"
    return f"store {path}: {does}; wait until that is done, then run this again"


def is_busy(error: Exception) -> bool:
    """Say whether an error of SQLite means that another has kept the store for too long."""
    return bool(getattr(error, "sqlite_errorcode", 0) & _CODE == sqlite3.SQLITE_BUSY)


def _open(path: Path, *pragmas: str) -> Connection:
    keep_shut(path)
    uri = f"file:{_quoted(path)}?mode=rw"
    try:
        connection = sqlite3.connect(
            uri, uri=True, timeout=_BUSY_MS / 1000, isolation_level=None, check_same_thread=False
        )
        try:
            _recognise(connection, path)
            for pragma in (*pragmas, "synchronous=full", f"cache_size=-{_CACHE_KIB}"):
                _set(connection, pragma)
        except BaseException:
            connection.close()
            raise
    except sqlite3.OperationalError as error:
        raise StoreError(f"store {path}: {error}; move it aside or name another") from error
    except sqlite3.DatabaseError as error:
        raise CorruptError(
            f"store {path}: {error}; `burnline audit --restore` sets it aside and begins a new one "
            "with the audit restored, or name another"
        ) from error
    return connection


def _set(connection: Connection, pragma: str) -> None:
    """Set something of a connection; of two who switch a store to a log at once, one waits.

    SQLite itself refuses one of them at once, whatever patience it was told to have.
    """
    until_s = time.monotonic() + _BUSY_MS / 1_000
    while True:
        try:
            connection.execute(f"pragma {pragma}")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > until_s:
                raise
            time.sleep(_AGAIN_S)
        else:
            return


def _recognise(connection: Connection, path: Path) -> None:
    """Refuse a SQLite file of another program, or of a newer version, before it is touched."""
    connection.execute("begin")  # A collector may be making it meanwhile.
    found = connection.execute("pragma application_id").fetchone()[0]
    used = connection.execute("select count(*) from sqlite_master").fetchone()[0]
    connection.execute("commit")
    if found not in {0, APPLICATION_ID} or (found == 0 and used):
        raise StoreError(f"store {path}: this SQLite file is not burnline's; name another")
    require_known(connection, path)


def require_known(connection: Connection, path: Path) -> None:
    """See that no newer version has brought the store up to date, perhaps while it was open.

    Raises:
        StoreError: one has.
    """
    known = connection.execute("pragma user_version").fetchone()[0]
    if known > SCHEMA_VERSION:
        raise StoreError(
            f"store {path}: written by a newer burnline (schema {known}, this one reads "
            f"{SCHEMA_VERSION}); update burnline"
        )


def damage(path: Path) -> str:
    """Say how a store is damaged, "" where it is whole.

    Raises:
        StoreError: it is not one of ours, or cannot be used now.
    """
    try:
        connection = _open(path)
        try:
            found = str(connection.execute("pragma quick_check(1)").fetchone()[0])
        finally:
            connection.close()
    except (CorruptError, sqlite3.DatabaseError) as error:
        if isinstance(error, sqlite3.OperationalError):
            raise StoreError(f"store {path}: {error}") from error
        return str(error)
    return "" if found == "ok" else found


def set_aside(path: Path, stamp: str) -> Path:
    """Move a store with its log out of the way, to `<store>.corrupt-<stamp>`; return that path.

    Nothing is deleted. Its audit's mirror stays, so that the next store begins with the audit. The
    log goes first: once the store is gone another may be made there, with a log of the same name.
    """
    aside = path.with_name(f"{path.name}.corrupt-{stamp}")
    for suffix in ("-shm", "-wal", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside


def place_of(path: Path) -> tuple[int, int] | None:
    """Return device and inode of a store, None where there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def mode_of(path: Path) -> int:
    """Return the permission bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(os.fspath(path.absolute()))
