"""Who holds a store: never taken for the process that held it before, and ended all the same."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from console.collector import Lease, detached
from console.store.connect import StoreError
from console.store.holder import Life, alive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KILLED, STARTED = 11, 12


def test_a_collector_that_starts_does_not_live_by_the_heartbeat_of_one_that_was_killed(
    tmp_path: Path,
) -> None:
    store = tmp_path / "s.db"
    store.with_name("s.db.heartbeat").touch()
    lease = Lease(store)
    life = alive(store, time.time())
    assert life is not None
    assert life.heartbeat_s == float("inf")
    lease.release()


def test_a_store_that_was_given_back_names_nobody(tmp_path: Path) -> None:
    Lease(tmp_path / "s.db").release()
    assert not (tmp_path / "s.db.lock").read_text().strip()


@pytest.mark.parametrize("known", [0, KILLED], ids=["nobody", "one that was killed"])
def test_a_collector_that_is_just_taking_the_store_is_ended_once_it_says_who_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: int
) -> None:
    asked: list[int] = []

    def kill(pid: int, _: int) -> None:
        if pid == KILLED:
            raise ProcessLookupError
        asked.append(pid)

    def looks() -> Iterator[Life | None]:
        yield Life(known, float("inf"))
        yield from [Life(STARTED, float("inf"))] * 2
        yield None

    seen = looks()
    monkeypatch.setattr(os, "kill", kill)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(detached, "alive", lambda *_: next(seen))
    assert detached.end(tmp_path / "s.db") == f"collector {STARTED} has ended"
    assert asked == [STARTED]


def test_a_collector_that_was_just_ending_is_not_said_to_run_once_it_has_ended(
    tmp_path: Path,
) -> None:
    lease = Lease(tmp_path / "s.db")
    stands = detached.ensure(tmp_path / "s.db", []).stands
    assert stands() == f"collector {os.getpid()} runs"
    lease.release()
    assert "no collector runs any more: open the console anew to start one" in stands()


def test_a_collector_that_was_started_and_failed_is_not_said_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    monkeypatch.setattr(detached, "start", lambda *_: process)
    stands = detached.ensure(tmp_path / "s.db", []).stands
    assert stands().startswith(f"started collector {process.pid}; it goes on")
    process.communicate(b"\n")
    assert stands().endswith("s.db.collector.log")


def test_a_collector_that_was_started_is_awaited_until_its_first_full_turn_or_its_end(
    tmp_path: Path,
) -> None:
    store = tmp_path / "s.db"
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    awaited = detached.Attended(store, process).awaited
    assert awaited()
    lease = Lease(store)
    assert awaited()
    lease.beat()
    assert not awaited()
    lease.release()
    process.communicate(b"\n")
    assert not awaited()


def test_a_collector_that_was_found_is_not_awaited(tmp_path: Path) -> None:
    lease = Lease(tmp_path / "s.db")
    assert not detached.ensure(tmp_path / "s.db", []).awaited()
    lease.release()


def test_where_no_store_can_be_no_collector_is_started_and_that_is_a_sentence(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="name another with --store"):
        detached.ensure(tmp_path / "file" / "s.db", [])
