"""A store of an earlier version is brought up to date by the collector, and by nobody else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
import pytest
from sqlite_utils import Database

from console.collector import Lease
from console.model import Event, Origin
from console.store import connect, fleet, grounds, intake, outbox, schema
from console.store.connect import APPLICATION_ID, SCHEMA_VERSION, StoreError, attach, create
from console.store.schema import migrations
from console.store.writer import Writer
from tests.notify.post import NOON_US

if TYPE_CHECKING:
    from pathlib import Path

    from console.store.connect import Connection

RESCUED = Event(ts_us=NOON_US, route="refunds", event="rescued", by="ann", minutes=5.0)
SECOND = "m002_unknown_events"
"""The first migration that a store of the first version has not seen."""


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A store as the first version left it."""
    path = tmp_path / "burnline.db"
    connection = create(path)
    connection.execute(f"pragma application_id={APPLICATION_ID}")
    migrations().apply(Database(connection), stop_before=SECOND)
    connection.execute("pragma user_version = 1")
    connection.close()
    return path


@pytest.fixture(params=[("m008_requests", 7), ("m009_reviewing", 8), ("m010_events_apart", 9)])
def listed(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A store in which events are lists of values, inside the rows of their runs."""
    path = tmp_path / "burnline.db"
    connection = create(path)
    connection.execute(f"pragma application_id={APPLICATION_ID}")
    step, version = request.param
    migrations().apply(Database(connection), stop_before=step)
    connection.execute(f"pragma user_version = {version}")
    values = msgspec.structs.astuple(RESCUED)
    connection.execute(
        "insert into route (id, name, first_us, last_us) values (1, 'refunds', 1, 2)"
    )
    connection.executemany(
        "insert into run (route, run, parent, facts, state, classes, handoff, rescues, first_us, "
        "last_us) values (1, ?, '', ?, 'bad', 2, 0, 1, 1, 2)",
        [(run, msgspec.msgpack.encode([(values, (1, 20, 3))])) for run in ("r1", "r2")],
    )
    connection.execute(
        "insert into future (due_us, file, offset, place, number, event) values (9, 1, 0, 0, 1, ?)",
        (msgspec.msgpack.encode(values),),
    )
    connection.close()
    return path


def test_events_that_were_lists_are_found_again(listed: Path) -> None:
    writer = Writer(listed)
    for run in ("r1", "r2"):
        record = writer.shelf.fetch("refunds", run)
        assert record is not None
        assert record.facts.marks == {RESCUED: Origin(1, 20, 3)}
    with writer.transaction():
        assert intake.due(writer.connection, 9) == [(RESCUED, Origin(1, 0, 1))]
    writer.close()


def test_what_a_store_held_as_nothing_was_not_said(tmp_path: Path) -> None:
    path = tmp_path / "burnline.db"
    connection = create(path)
    connection.execute(f"pragma application_id={APPLICATION_ID}")
    migrations().apply(Database(connection), stop_before="m013_spending_unsaid")
    connection.execute("pragma user_version = 12")
    connection.execute("insert into route (id, name, first_us, last_us) values (1, 'r', 1, 2)")
    connection.executemany(
        "insert into spend (route, run, at_us, micro_usd, tokens) values (1, ?, 9, ?, ?)",
        [("a", 0, 70), ("b", 5, 0)],
    )
    connection.close()
    writer = Writer(path)
    rows = writer.connection.execute("select run, micro_usd, tokens from spendings").fetchall()
    assert rows == [("a", None, 70), ("b", 5, None)]
    writer.close()


def test_open_runs_of_an_earlier_store_are_counted_as_before(tmp_path: Path) -> None:
    path, apart = tmp_path / "burnline.db", ("open", "unknown", "excluded")
    connection = create(path)
    connection.execute(f"pragma application_id={APPLICATION_ID}")
    migrations().apply(Database(connection), stop_before="m014_apart_by_minute")
    connection.execute("pragma user_version = 13")
    connection.execute("insert into route (id, name, first_us, last_us) values (1, 'r', 1, 2)")
    connection.executemany(
        "insert into run (route, run, parent, state, minute, classes, handoff, rescues, first_us, "
        "last_us) values (1, ?1, '', ?1, ?2, 0, 0, 0, 1, 2)",
        [*((name, None) for name in (*apart, "")), ("good", 0), ("bad", 0)],
    )
    connection.close()
    writer = Writer(path)
    assert fleet.states(writer.connection, 0) == {1: dict.fromkeys(apart, 1)}
    assert grounds.unknown(writer.connection, [1], 0) == {1: 1}
    writer.close()


def test_who_only_looks_is_told_to_restart_the_collector(older: Path) -> None:
    with pytest.raises(StoreError, match=r"older burnline \(schema 1, .*restart the collector"):
        attach(older)


def test_who_only_looks_while_a_collector_brings_it_up_to_date_is_told_to_wait(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = Lease(older)
    said = rf"process {os.getpid()} is bringing it up to date; wait until that is done"
    monkeypatch.setattr(os, "getpid", lambda: 1)
    with pytest.raises(StoreError, match=said):
        attach(older)
    lease.beat()
    with pytest.raises(StoreError, match="restart the collector"):
        attach(older)
    lease.release()


@pytest.mark.parametrize("led", [True, False], ids=["by a collector", "by another command"])
def test_who_would_write_while_it_is_brought_up_to_date_for_long_is_told_to_wait(
    older: Path, monkeypatch: pytest.MonkeyPatch, led: bool
) -> None:
    monkeypatch.setattr(connect, "_BUSY_MS", 0)
    lease = Lease(older)
    said = f"process {os.getpid()} is bringing it up to date; wait"
    if not led:
        lease.release()
        said = "another process is writing it, or bringing it up to date; wait"
    monkeypatch.setattr(os, "getpid", lambda: 1)
    updating = create(older)
    updating.execute("begin immediate")
    with pytest.raises(StoreError, match=said):
        Writer(older)
    updating.close()
    Writer(older).close()
    if led:
        lease.release()


def test_what_somebody_else_brought_up_to_date_meanwhile_is_found_done(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(connection: Connection) -> bool:
        monkeypatch.undo()
        assert not schema.is_current(connection)
        Writer(older).close()
        return False

    monkeypatch.setattr(schema, "is_current", look)
    Writer(older).close()
    attach(older).close()


def test_the_writer_brings_it_up_to_date(older: Path) -> None:
    writer = Writer(older)
    with writer.transaction():
        channel = outbox.Subscriber("one", "one", ("page",))
        outbox.keep_channels(writer.connection, [channel], NOON_US)
    writer.close()
    connection = attach(older)
    assert connection.execute("pragma user_version").fetchone()[0] == SCHEMA_VERSION
    assert [item.id for item in outbox.tally(connection)] == ["one"]
    connection.close()


def by_a_newer_version(store: Path) -> None:
    """Bring a store up to date as a version would whose tables this one does not know."""
    connection = create(store)
    connection.execute("begin immediate")
    connection.execute("drop table told")
    connection.execute(f"pragma user_version={SCHEMA_VERSION + 1}")
    connection.execute("commit")
    connection.close()


def test_nothing_is_written_into_a_store_that_a_newer_version_brought_up_to_date_meanwhile(
    tmp_path: Path,
) -> None:
    writer = Writer(tmp_path / "s.db")
    by_a_newer_version(tmp_path / "s.db")
    with pytest.raises(StoreError, match="written by a newer burnline"), writer.transaction():
        pytest.fail("it was let in")
    assert not writer.connection.in_transaction
    with pytest.raises(StoreError, match="update burnline"):
        writer.check_place()
    writer.close()
