"""Opening a store while somebody else does: a reader never stands in a collector's way."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from console.store import connect
from console.store.connect import StoreError, attach, create, damage
from console.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

STARTS = 15


@pytest.mark.parametrize("look", [attach, damage], ids=["attach", "damage"])
def test_whoever_reads_leaves_a_store_that_is_just_being_made_as_it_is(
    tmp_path: Path, look: Callable[[Path], object]
) -> None:
    store = tmp_path / "new.db"
    store.touch()
    with contextlib.suppress(StoreError):
        look(store)
    assert not store.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["new.db"]


def test_a_store_is_made_while_others_look_for_it_all_the_time(tmp_path: Path) -> None:
    ended = threading.Event()
    store = [tmp_path / "0.db"]
    said: list[str] = []

    def look() -> None:
        while not ended.is_set():
            try:
                attach(store[0]).close()
            except StoreError as error:
                said.append(str(error))

    readers = [threading.Thread(target=look) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for number in range(STARTS):
            store[0] = tmp_path / f"{number}.db"
            Writer(store[0]).close()
    finally:
        ended.set()
        for reader in readers:
            reader.join()
    assert all("there is none yet" in sentence for sentence in said)


def test_of_two_who_make_a_store_at_once_one_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "new.db"
    store.touch()
    other = connect._open(store)
    other.execute("begin immediate")
    waited: list[float] = []

    def wait(pause_s: float) -> None:
        waited.append(pause_s)
        other.close()

    monkeypatch.setattr(time, "sleep", wait)
    create(store).close()
    assert len(waited) == 1


def test_whoever_writes_takes_no_lock_from_those_who_read_in_the_same_process(
    tmp_path: Path,
) -> None:
    store = tmp_path / "s.db"
    Writer(store).close()
    reader = attach(store)
    Writer(store).close()
    locks = (
        "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
    )
    found = subprocess.run(
        [sys.executable, "-c", locks, store], capture_output=True, text=True, check=False
    )
    assert "BlockingIOError" in found.stderr
    reader.close()


def test_a_store_that_is_made_while_another_is_set_aside_keeps_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, rename, made = tmp_path / "s.db", Path.rename, list[Writer]()
    old = Writer(store)

    def renamed(path: Path, target: Path) -> Path:
        moved = rename(path, target)
        if path == store:
            made.append(Writer(store))
        return moved

    monkeypatch.setattr(Path, "rename", renamed)
    connect.set_aside(store, "now")
    old.close()
    assert store.with_name("s.db-wal").exists()
    made[0].close()


def test_a_store_is_written_to_a_log_and_every_commit_reaches_the_disk(tmp_path: Path) -> None:
    connection = create(tmp_path / "new.db")
    asked = {"journal_mode": "wal", "synchronous": 2, "page_size": 8192}
    assert {name: connection.execute(f"pragma {name}").fetchone()[0] for name in asked} == asked
    connection.close()


def test_a_store_may_be_named_by_a_link_to_where_none_is_yet(tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "real.db")
    create(link).close()
    assert (tmp_path / "real.db").stat().st_mode & 0o777 == 0o600
