"""What is not read is said: by `collect`, by `doctor`, and as rows of the sources."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import watchfiles

from console.cli import health
from console.collector.hints import Hints
from console.collector.runloop import run
from console.intake.position import digest
from console.intake.tail import Tailer
from console.model import SECOND_US
from console.store import desk
from console.store import intake as kept
from console.store.connect import APPLICATION_ID, SCHEMA_VERSION, StoreError, attach, create
from console.store.schema import _TABLES, migrate
from tests.collector.running import Station, good

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def rows(station: Station) -> list[tuple[str, str, str]]:
    return [(view.state, view.path, view.note) for view in station.snapshot().sources]


def doctor(station: Station) -> list[health.Finding]:
    connection = attach(station.store)
    now_s = station.now_us / SECOND_US
    troubles = health._troubles(station.store, connection, now_s)
    found = [*health._sources(connection), *troubles]
    connection.close()
    return found


def test_links_and_pipes_are_said_until_they_are_gone(station: Station) -> None:
    link, pipe = station.logs / "link.jsonl", station.logs / "pipe.log"
    link.symlink_to("elsewhere")
    os.mkfifo(pipe)
    station.write("a.jsonl", good("r1"))
    station.read()
    said = [
        f"{link}: 1 link is not followed; name where it leads as a source of its own",
        f"{pipe}: 1 pipe, socket or device is not read",
    ]
    assert station.collector.troubles() == said
    assert [f"{path}: {note}" for state, path, note in rows(station) if state == "skipped"] == said
    assert {finding.words for finding in doctor(station)} >= set(said)
    link.unlink()
    pipe.unlink()
    station.restart()
    assert station.read().collector.troubles() == []
    assert [state for state, _, _ in rows(station)] == ["read"]


def test_a_compressed_log_that_is_not_read_is_named_by_doctor(station: Station) -> None:
    log = station.logs / "app.jsonl.1.zst"
    log.write_bytes(b"\x28\xb5\x2f\xfd\x04\x00rest")
    station.read()
    (finding,) = [each for each in doctor(station) if not each.good]
    assert (
        finding.words == f"{log}: compressed with zstd, which is not read; unpack it, or use gzip"
    )
    assert [state for state, _, _ in rows(station)] == ["unreadable"]


def test_f20_without_file_events_the_collector_polls_and_says_so(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    def watch(*_: object, **__: object) -> Iterator[object]:
        raise RuntimeError("OS file watch limit reached")

    monkeypatch.setattr(watchfiles, "watch", watch)
    turns: list[int] = []

    def stopped() -> bool:
        turns.append(len(turns))
        if len(turns) == 2:
            station.write("a.jsonl", good("r1"))
        return len(turns) > 3

    monkeypatch.setattr(Hints, "wait", lambda self, _: self._thread and self._thread.join())
    run(station.collector, lambda: None, stopped, lambda _: None)
    assert station.total() == 1
    (finding,) = [each for each in doctor(station) if each.subject == "trouble"]
    assert not finding.good
    assert finding.words.startswith("polling: the system gives no file events (OS file watch limit")


def test_file_events_that_work_again_are_no_trouble_any_more(station: Station) -> None:
    station.collector.polling = "limit reached"
    station.read()
    station.collector.polling = ""
    station.read()
    connection = attach(station.store)
    assert desk.fact(connection, "polling") == ""
    connection.close()


OLD = (
    "insert into file (id, path, device, inode, incarnation, offset, lines, marker, size, format, "
    "reader, latest_us, routes, rejected, state, note, whole, mtime_ns) "
    "values (1, ?, ?, ?, 0, ?, 2, ?, ?, 'native', x'', null, '[]', 0, 'reading', '', 0, 0)"
)


def test_a_store_that_kept_the_bytes_themselves_keeps_a_digest_and_reads_on(tmp_path: Path) -> None:
    log = tmp_path / "a.jsonl"
    text = b'{"secret":1}\n{"secret":2}\n'
    log.write_bytes(text)
    store = create(tmp_path / "old.db")
    for statement in _TABLES.split(";"):
        store.execute(statement)
    store.execute(
        'create table "_sqlite_migrations" (migration_set text, name text, applied_at text, '
        "primary key (migration_set, name))"
    )
    store.execute("insert into _sqlite_migrations values ('console', 'm001_first', '')")
    status = log.stat()
    size = len(text)
    store.execute(OLD, (os.fsencode(log), status.st_dev, status.st_ino, size, text, size))
    store.execute(f"pragma application_id={APPLICATION_ID}")
    store.execute("pragma user_version=1")
    with pytest.raises(StoreError, match="older burnline"):
        attach(tmp_path / "old.db")
    migrate(store)
    assert store.execute("pragma user_version").fetchone()[0] == SCHEMA_VERSION
    (position,) = kept.positions(store)
    store.close()
    attach(tmp_path / "old.db").close()
    assert (position.marked, position.marker) == (size, digest(text))
    assert b"secret" not in (tmp_path / "old.db").read_bytes()
    with log.open("ab") as writer:
        writer.write(b"3\n")
    from console.settings import Source

    tailer = Tailer([Source(path=log)], [position], lambda: 2)
    (file,) = tailer.sweep()
    block = tailer.read(file)
    tailer.close()
    assert block is not None
    assert (file.id, block.data) == (1, b"3\n")
