"""The loop tells people of alerts, and a channel that hangs stops neither it nor its end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from console.collector import Collector, runloop
from console.settings import Notify
from console.store import outbox
from tests.collector.running import Station
from tests.notify.post import notice

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runloop, "SWEEP_S", 0.01)
    monkeypatch.setattr(runloop, "LAST_WORDS_S", 0.01)


def collector_with(station: Station, *channels: Notify) -> Collector:
    """Return a collector with these channels, for which a notice waits."""
    station.collector.close()
    settings = msgspec.structs.replace(station.settings, notify=channels)
    found = Collector(settings, station.store, station.control, now=lambda: station.now_us)
    station.collector = found
    with found.writer.transaction():
        outbox.post(found.writer.connection, [notice()])
    return found


def states(collector: Collector) -> list[tuple[str, int]]:
    rows = collector.writer.connection.execute("select state, attempts from delivery order by 1")
    return [tuple(row) for row in rows.fetchall()]


def test_the_loop_tells_what_is_due(station: Station, tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    collector = collector_with(station, Notify(file=path))
    runloop.run(collector, lambda: None, lambda: states(collector) == [("sent", 1)], pytest.fail)
    assert path.read_text().count("\n") == 1


def test_a_channel_that_hangs_stops_neither_the_loop_nor_its_end(
    station: Station, tmp_path: Path
) -> None:
    pipe, path = tmp_path / "pipe", tmp_path / "alerts.jsonl"
    os.mkfifo(pipe)
    collector = collector_with(station, Notify(command=("cat", str(pipe))), Notify(file=path))
    beats: list[None] = []

    def beaten() -> bool:
        return len(beats) >= 3 and ("sent", 1) in states(collector)

    runloop.run(collector, lambda: beats.append(None), beaten, pytest.fail)
    assert states(collector) == [("sent", 1), ("waiting", 1)]
    pipe.open("wb").close()
    assert collector.see_off(60, start=False) == []
    assert states(collector) == [("sent", 1), ("sent", 1)]


def test_what_is_wrong_with_a_channel_is_said(station: Station, tmp_path: Path) -> None:
    collector = collector_with(station, Notify(file=tmp_path))
    said: list[str] = []
    runloop.run(collector, lambda: None, lambda: bool(said), said.append)
    (sentence,) = said
    assert sentence.endswith("Is a directory; it is tried again")
