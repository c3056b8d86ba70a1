"""When storing fails, nothing of the turn is stored, and memory is what the store says again."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

try:
    import pysqlite3 as sqlite3
except ImportError:
    import sqlite3

from console.collector import intake, runloop
from console.store import connect
from tests.collector.running import DAY, HOUR, MINUTE, Station, event, good, route

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLES = ["route", "run", "miss", "line", "minute", "hour", "day", "file", "quarantine", "future"]
TABLES += ["agent", "receipt", "fact", "measured"]


def lines() -> list[bytes]:
    """Return lines that change every table."""
    return [
        event("run.started", "late", 0, agent="w1", sla_s=MINUTE),
        event("run.failed", "bad", 1, agent="w1"),
        event("control.seen", "", 2, agent="w1", generation=1),
        good("r1", 3),
        good("tomorrow", DAY),
        b"not JSON\n",
    ]


@pytest.fixture
def undisturbed(tmp_path: Path) -> Iterator[Station]:
    """A station that reads the same lines without any failure."""
    (tmp_path / "undisturbed").mkdir()
    station = Station(tmp_path / "undisturbed", route())
    yield station
    station.close()


@pytest.fixture
def disturbed(tmp_path: Path) -> Iterator[Station]:
    (tmp_path / "disturbed").mkdir()
    station = Station(tmp_path / "disturbed", route())
    yield station
    station.close()


def contents(station: Station) -> list[Any]:
    """Return all that the store holds, without what differs between any two stores."""
    connection = connect.attach(station.store)
    found = []
    for table in TABLES:
        columns = [row[1] for row in connection.execute(f"pragma table_info({table})")]
        own = {"path", "inode", "mtime_ns", *(["generation"] if table == "file" else [])}
        kept = [name for name in columns if name not in own]
        rows = connection.execute(f"select {', '.join(kept)} from {table}").fetchall()
        mine = [repr(row) for row in rows if row[0] != "redaction_key"]
        found.append((table, sorted(mine)))
    connection.close()
    return found


def deny(table: str) -> Any:
    writing = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE}
    return lambda action, name, *_: int(action in writing and name == table)


class Brittle:
    """A connection on which one statement fails."""

    def __init__(self, connection: Any, statement: str) -> None:
        self._connection = connection
        self._statement = statement

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: str, *values: Any) -> Any:
        if statement == self._statement:
            raise sqlite3.OperationalError("disk I/O error")
        return self._connection.execute(statement, *values)


@pytest.mark.parametrize("table", [name for name in TABLES if name != "measured"])
def test_a_failure_in_any_table_stores_nothing_and_loses_nothing(
    disturbed: Station, undisturbed: Station, table: str
) -> None:
    for station in (disturbed, undisturbed):
        station.write("first.jsonl", good("r0"))
        station.read()
        station.at(HOUR).write("a.jsonl", *lines())
    before = contents(disturbed)
    connection = disturbed.collector.writer.connection
    connection.set_authorizer(deny(table))
    with pytest.raises(sqlite3.DatabaseError):
        disturbed.collector.step()
    connection.set_authorizer(None)
    assert contents(disturbed) == before
    assert contents(disturbed.read()) == contents(undisturbed.read())


@pytest.mark.parametrize("statement", ["begin immediate", "commit"])
def test_a_transaction_that_cannot_begin_or_commit_is_tried_again_by_the_next_turn(
    disturbed: Station, undisturbed: Station, statement: str
) -> None:
    for station in (disturbed, undisturbed):
        station.at(HOUR).write("a.jsonl", *lines())
    before = contents(disturbed)
    writer = disturbed.collector.writer
    connection = writer.connection
    writer.connection = Brittle(connection, statement)
    with pytest.raises(sqlite3.OperationalError):
        disturbed.collector.step()
    writer.connection = connection
    assert contents(disturbed) == before
    assert contents(disturbed.read()) == contents(undisturbed.read())


def test_a_full_disk_stores_nothing_and_loses_nothing(
    disturbed: Station, undisturbed: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "TURN_BYTES", 50_000)
    many = [good(f"r{number}", number, reason="x" * 500) for number in range(500)]
    for station in (disturbed, undisturbed):
        station.at(HOUR).write("a.jsonl", *many, *lines())
    connection = disturbed.collector.writer.connection
    pages = connection.execute("pragma page_count").fetchone()[0]
    connection.execute(f"pragma max_page_count={pages + 20}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        disturbed.collector.catch_up()
    assert connection.execute("pragma integrity_check").fetchone()[0] == "ok"
    connection.execute("pragma max_page_count=1000000000")
    assert contents(disturbed.read()) == contents(undisturbed.read())


def test_a_store_that_somebody_else_holds_is_tried_again(
    disturbed: Station, undisturbed: Station
) -> None:
    for station in (disturbed, undisturbed):
        station.at(HOUR).write("a.jsonl", *lines())
    disturbed.collector.writer.connection.execute("pragma busy_timeout=0")
    other = connect.create(disturbed.store)
    other.execute("begin immediate")
    for _ in range(3):
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            disturbed.collector.step()
        disturbed.collector.evaluate()
    other.execute("rollback")
    other.close()
    assert contents(disturbed.read()) == contents(undisturbed.read())


def test_the_loop_goes_on_when_the_store_can_be_written_again(disturbed: Station) -> None:
    disturbed.write("a.jsonl", good("r1"))
    disturbed.collector.writer.connection.execute("pragma busy_timeout=0")
    other = connect.create(disturbed.store)
    other.execute("begin immediate")
    beats: list[int] = []
    complaints: list[str] = []

    def complain(sentence: str) -> None:
        complaints.append(sentence)
        if len(complaints) == 2:
            other.execute("rollback")

    runloop.run(
        disturbed.collector,
        lambda: beats.append(disturbed.total()),
        lambda: bool(beats) or len(complaints) > 2,
        complain,
    )
    assert beats == [1]
    assert len(complaints) == 2
    assert "locked" in complaints[0]
    other.close()


def test_a_log_deleted_during_a_failing_turn_leaves_what_was_stored(disturbed: Station) -> None:
    log = disturbed.write("a.jsonl", good("r1"))
    disturbed.read()
    disturbed.write("a.jsonl", good("r2"))
    connection = disturbed.collector.writer.connection
    connection.set_authorizer(deny("file"))
    with pytest.raises(sqlite3.DatabaseError):
        disturbed.collector.step()
    connection.set_authorizer(None)
    log.unlink()
    assert disturbed.read().total() == 1
    shutil.rmtree(disturbed.logs)
    assert disturbed.read().total() == 1


def test_a_collector_ends_when_a_newer_version_brings_the_store_up_to_date(
    disturbed: Station,
) -> None:
    disturbed.write("a.jsonl", *lines())
    collector = disturbed.collector
    collector.writer.connection.execute(f"pragma user_version={connect.SCHEMA_VERSION + 1}")
    said: list[str] = []
    with pytest.raises(connect.StoreError, match="written by a newer burnline"):
        runloop.run(collector, lambda: None, lambda: False, said.append)
    assert said == []
