"""A store of an older version is brought up to this one, by whoever opens it first."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.store import episodes
from console.store.connect import SCHEMA_VERSION, attach, create
from console.store.writer import Writer


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return a store as the first version left it."""
    path = tmp_path / "s.db"
    Writer(path).close()
    connection = create(path)
    connection.execute("drop table episode")
    connection.execute("delete from _sqlite_migrations where name = 'm002_consequences'")
    connection.execute("pragma user_version=1")
    connection.close()
    return path


def test_a_reader_brings_it_up(old: Path) -> None:
    connection = attach(old)
    assert episodes.open_of(connection, "refunds") == []
    assert connection.execute("pragma user_version").fetchone()[0] == SCHEMA_VERSION
    connection.close()


def test_a_writer_brings_it_up(old: Path) -> None:
    writer = Writer(old)
    assert episodes.unfinished(writer.connection) == []
    writer.close()
