"""A store that is damaged or gone: set aside, begun anew, and said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.collector import Lease, runloop
from console.collector.salvage import salvage
from console.model import DAY_US, HOUR_US, MINUTE_US
from console.snapshot import troubles
from console.store import alerts, mirror, reader, verify
from console.store.connect import Displaced, StoreError, attach, create
from console.store.holder import alive
from tests.collector.running import NOON_US, Station, good

if TYPE_CHECKING:
    from pathlib import Path


def spoil(store: Path) -> None:
    """Write garbage over the middle of a store, as a failing disk does."""
    connection = create(store)
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    with store.open("r+b") as file:
        file.seek(3 * 4_096)
        file.write(b"\xa5" * 200_000)


def said(station: Station) -> list[str]:
    found: list[str] = station.status()["store"]["troubles"]
    return found


def test_a_whole_store_is_left_alone(station: Station) -> None:
    station.write("a.jsonl", good("r1"))
    station.read().close()
    before = station.store.stat().st_ino
    assert salvage(station.store, NOON_US) == ""
    assert station.store.stat().st_ino == before


def test_a_damaged_one_is_set_aside_and_the_logs_are_read_anew(station: Station) -> None:
    station.write("a.jsonl", good("r1"), good("r2"))
    station.read().close()
    spoil(station.store)
    words = salvage(station.store, station.now_us)
    assert "was damaged" in words
    assert len(list(station.folder.glob("burnline.db.corrupt-*"))) >= 1
    station.restart()
    assert station.read().total() == 2
    assert said(station)[0].startswith(words)


def test_alerts_of_a_rebuilt_store_have_ids_that_nobody_was_told_of(station: Station) -> None:
    station.close()
    spoil(station.store)
    salvage(station.store, NOON_US)
    with attach(station.store) as connection:
        assert alerts.last_number(connection) == NOON_US // MINUTE_US


def test_the_audit_comes_back_whole_with_what_was_done(station: Station) -> None:
    with station.collector.writer.transaction():
        from console.store import desk

        desk.audit(
            station.collector.writer.connection, at_us=1, actor="dana", verb="pause", route="r",
            detail={},
        )  # fmt: skip
    station.close()
    spoil(station.store)
    salvage(station.store, NOON_US)
    station.restart()
    rows = reader.audit_since(station.collector.writer.connection, 0)
    assert [row.verb for row in rows] == ["pause", "store rebuilt"]
    lines = mirror.read(mirror.mirror_path(station.store))
    assert verify.verify(rows, lines).kind == verify.WHOLE


def test_it_is_said_for_a_day(station: Station) -> None:
    station.close()
    spoil(station.store)
    salvage(station.store, NOON_US)
    station.restart()
    station.now_us = NOON_US + DAY_US
    assert len(said(station)) == 1
    station.now_us += 1
    assert said(station) == []


def test_a_newer_store_is_not_set_aside(station: Station) -> None:
    station.collector.writer.connection.execute("pragma user_version=99")
    station.close()
    with pytest.raises(StoreError, match="newer burnline"):
        salvage(station.store, NOON_US)
    assert list(station.folder.glob("*.corrupt-*")) == []


def test_the_loop_ends_when_the_store_is_not_where_it_was(station: Station) -> None:
    station.read()
    station.store.unlink()
    with pytest.raises(Displaced, match="was deleted or replaced"):
        runloop.run(station.collector, pytest.fail, lambda: False, pytest.fail)


def test_why_the_store_cannot_be_written_stands_in_the_lock_until_it_can(tmp_path: Path) -> None:
    store = tmp_path / "s.db"
    lease = Lease(store)
    size = store.with_name("s.db.lock").stat().st_size
    lease.trouble("the disk is full\x1b[2J" + "é" * 600)
    life = alive(store, 0)
    assert life is not None
    assert life.trouble.startswith("the disk is full␛[2J")
    assert store.with_name("s.db.lock").stat().st_size == size
    lease.beat()
    life = alive(store, 0)
    assert life is not None
    assert life.trouble == ""
    lease.release()


def test_the_loop_says_why_the_store_cannot_be_written(station: Station) -> None:
    station.collector.writer.connection.execute("pragma query_only=on")
    told: list[str] = []
    station.write("a.jsonl", good("r1"))
    runloop.run(station.collector, pytest.fail, lambda: bool(told), lambda _: None, told.append)
    assert told[0].endswith("it is tried again")


@pytest.mark.parametrize(("hours", "way"), [(3, "forward by 3 h"), (-2, "back by 2 h")])
def test_a_clock_that_was_set_is_said_for_a_day(station: Station, hours: int, way: str) -> None:
    steady_us = station.now_us
    station.collector._steady = lambda: steady_us
    station.read()
    station.now_us += hours * HOUR_US
    station.read()
    (sentence,) = said(station)
    assert way in sentence
    station.now_us += DAY_US + 1
    assert said(station) == []


def test_a_log_of_the_store_that_a_reader_holds_is_said(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(troubles, "LONG_LOG_BYTES", 10_000)
    station.write("a.jsonl", good("r1"))
    station.read()
    assert "has been reading the store for too long" in said(station)[0]


def test_a_store_that_is_read_says_nothing(station: Station) -> None:
    station.write("a.jsonl", good("r1"))
    station.read()
    assert said(station) == []
    attach(station.store).close()
