"""A store of an earlier version is brought up to date by the collector, and by nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlite_utils import Database

from console.store import outbox
from console.store.connect import APPLICATION_ID, SCHEMA_VERSION, StoreError, attach, create
from console.store.schema import migrations
from console.store.writer import Writer
from tests.notify.post import NOON_US

if TYPE_CHECKING:
    from pathlib import Path

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
