"""A store of an earlier version is brought up to date by the collector, and by nobody else."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from console.store import outbox
from console.store.connect import SCHEMA_VERSION, StoreError, attach
from console.store.writer import Writer
from tests.notify.post import NOON_US

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A store as it was before there were notifications."""
    path = tmp_path / "burnline.db"
    Writer(path).close()
    connection = sqlite3.connect(path, isolation_level=None)
    for table in ("channel", "notice", "delivery"):
        connection.execute(f"drop table {table}")
    connection.execute("delete from _sqlite_migrations where name = 'm002_notices'")
    connection.execute("pragma user_version = 1")
    connection.close()
    return path


def test_who_only_looks_is_told_to_restart_the_collector(older: Path) -> None:
    with pytest.raises(StoreError, match=r"older burnline \(schema 1, .*restart the collector"):
        attach(older)


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
