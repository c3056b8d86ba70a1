"""What file events save: a look at files that were left alone, and turns with nothing in them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from watchfiles import Change

from console.collector import intake, runloop
from console.collector.hints import Hints
from console.intake.tail import Tailer
from tests.collector.running import good

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from console.intake.position import Position
    from tests.collector.running import Station


@pytest.fixture
def hints(tmp_path: Path) -> Iterator[Hints]:
    """Hints of a folder that is being watched, and was looked at once."""
    found = Hints()
    found.watch([tmp_path])
    assert found.take() is None
    yield found
    found.close()


def test_files_that_were_written_to_are_named_once(hints: Hints) -> None:
    hints._note({(Change.modified, "/logs/a"), (Change.modified, "/logs/b")})
    hints._note({(Change.modified, "/logs/a")})
    assert hints.take() == {b"/logs/a", b"/logs/b"}
    assert hints.take() == set()


@pytest.mark.parametrize("change", [Change.added, Change.deleted])
def test_where_files_come_or_go_everything_is_to_be_looked_at(hints: Hints, change: Change) -> None:
    hints._note({(change, "/logs/new")})
    hints._note({(Change.modified, "/logs/a")})
    assert hints.take() is None
    assert hints.take() == set()


def test_without_file_events_everything_is_to_be_looked_at(hints: Hints) -> None:
    hints.trouble = "no more inotify instances"
    assert hints.take() is None


def test_what_could_not_be_watched_is_tried_again_at_every_turn(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[bool] = []
    monkeypatch.setattr(Hints, "watch", lambda *_: tried.append(True))
    monkeypatch.setattr(Hints, "wait", lambda *_: True)
    runloop.run(station.collector, lambda: None, lambda: len(tried) == 3, pytest.fail)
    assert tried == [True] * 3


def test_a_turn_that_is_told_of_one_log_reads_that_one(station: Station) -> None:
    logs = [station.write(f"{name}.jsonl", good(f"{name}1")) for name in "ab"]
    station.read()
    for name in "ab":
        station.write(f"{name}.jsonl", good(f"{name}2"))
    assert station.collector.step([os.fsencode(logs[0])])
    assert station.total() == 3
    assert not station.collector.behind
    assert station.collector.step()
    assert station.total() == 4


def test_what_a_turn_left_is_read_on_without_a_look_at_every_log(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "TURN_BYTES", 1)
    for name in "abc":
        station.write(f"{name}.jsonl", good(f"{name}1"))
    assert station.collector.step()
    looked: list[bool] = []
    sweep = Tailer.sweep

    def noted(tailer: Tailer) -> list[Position]:
        looked.append(True)
        return sweep(tailer)

    monkeypatch.setattr(Tailer, "sweep", noted)
    station.write("d.jsonl", good("d1"))
    while station.collector.step(()):
        assert not looked
    assert station.total() == 3
    station.collector.catch_up()
    assert station.total() == 4
    assert looked


def test_all_logs_are_looked_at_every_second_while_a_backlog_is_caught_up_with(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "TURN_BYTES", 1)
    for number in range(6):
        station.write(f"{number}.jsonl", good(f"r{number}"))
    ticks = iter(range(0, 10**9, 400_000))
    monkeypatch.setattr(station.collector, "_steady", lambda: next(ticks))
    looked: list[int] = []
    sweep = Tailer.sweep

    def noted(tailer: Tailer) -> list[Position]:
        looked.append(station.total())
        return sweep(tailer)

    monkeypatch.setattr(Tailer, "sweep", noted)
    station.collector.catch_up()
    assert station.total() == 6
    assert len(set(looked)) > 2


def test_a_log_that_is_named_is_read_beside_what_a_turn_left(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = [station.write(f"{name}.jsonl", good(f"{name}1")) for name in "ab"]
    station.read()
    monkeypatch.setattr(intake, "TURN_BYTES", 1)
    for name in "ab":
        station.write(f"{name}.jsonl", good(f"{name}2"))
    assert station.collector.step()
    assert station.total() == 3
    station.write("a.jsonl", good("a3"))
    while station.collector.step([os.fsencode(logs[0])]):
        pass
    assert station.total() == 5


def test_the_loop_waits_after_a_turn_that_read_everything(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    station.write("a.jsonl", good("r1"))
    waited: list[int] = []
    monkeypatch.setattr(Hints, "wait", lambda *_: waited.append(station.total()))
    runloop.run(station.collector, lambda: None, lambda: bool(waited), pytest.fail)
    assert waited == [1]
