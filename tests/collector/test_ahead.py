"""The last hour of a long backlog is shown before the rest is read, and nothing of it stays."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import pytest

from console.burn import windows
from console.collector import Collector, ahead, intake
from console.intake import blocks
from console.model import SECOND_US, DirectiveKind
from console.store import ahead as ahead_of_all
from console.store import counting
from console.store.connect import Unwritable, attach
from tests.collector.running import DAY, HOUR, MINUTE, event
from tests.collector.tables import TABLES
from tests.endtoend.playing import Play

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from console.model import Counts

NOW = DAY
EVERY = 5 * MINUTE


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a turn read a few lines, and a short log be a long backlog."""
    monkeypatch.setattr(intake, "TURN_BYTES", 6_000)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 1_000)
    monkeypatch.setattr("console.intake.newest.BLOCK_BYTES", 1_000)
    monkeypatch.setattr("console.intake.newest._CLOSE_BYTES", 500)
    monkeypatch.setattr(ahead, "LEAST_BYTES", 20_000)


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """A day of runs in two files, four minutes each, one in seven bad; the clock is at its end."""
    play = day(tmp_path)
    yield play
    play.close()


def day(folder: Path) -> Play:
    folder.mkdir(exist_ok=True)
    play = Play(folder, sla_us=10 * MINUTE * SECOND_US, receipt_within_us=10 * SECOND_US)
    for number, at_s in enumerate(range(0, NOW - EVERY, EVERY)):
        run, name = f"r{number}", f"{number % 2}.jsonl"
        end = "run.failed" if number % 7 == 0 else "run.delivered"
        play.say(event("run.started", run, at_s, agent="w"), name=name)
        play.say(event(end, run, at_s + 4 * MINUTE, agent="w"), name=name)
    play.at(NOW)
    return play


def last_hour(play: Play, read: Callable[[Any, windows.Span], dict[int, Counts]]) -> list[Counts]:
    connection = attach(play.store)
    hour = windows.trailing(play.now_us, HOUR * SECOND_US)
    found = list(read(connection, hour).values())
    connection.close()
    return found


def shown(play: Play) -> list[Counts]:
    return last_hour(play, ahead_of_all.window_counts)


def read_in_order(play: Play) -> list[Counts]:
    return last_hour(play, counting.window_counts)


def until_shown(play: Play) -> None:
    """Step until something is shown ahead of the rest."""
    while not shown(play):
        assert play.collector.step()


def test_the_last_hour_is_right_before_the_rest_is_read(play: Play) -> None:
    until_shown(play)
    early = shown(play)
    assert read_in_order(play) == []
    play.read()
    assert shown(play) == early == read_in_order(play)
    assert early[0].total == 11


def test_what_is_shown_early_is_told_by_status_as_catching_up(play: Play) -> None:
    until_shown(play)
    told = play.status()
    burn = told["routes"][0]["burn"]["1h"]
    assert told["store"]["catching_up"]
    assert burn["total"] == 11


def test_of_the_past_only_what_was_read_in_order_is_told(play: Play) -> None:
    until_shown(play)
    burn = play.status(as_of=True)["routes"][0]["burn"]["1h"]
    assert burn["total"] == 0


def test_while_the_rest_is_read_nothing_is_taken_for_a_miss(play: Play) -> None:
    until_shown(play)
    connection = attach(play.store)
    since = connection.execute("select max(at_us) from miss").fetchone()[0] or 0
    connection.close()
    assert since < play.now_us - 2 * HOUR * SECOND_US


def test_once_all_is_read_nothing_of_it_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda _: "5c" * 32)
    found = []
    for number, least in enumerate((20_000, 10**9)):
        monkeypatch.setattr(ahead, "LEAST_BYTES", least)
        play = day(tmp_path / str(number))
        play.read().close()
        connection = attach(play.store)
        found.append(
            {
                table: sorted(connection.execute(f"select {columns} from {table}"), key=repr)
                for table, columns in {**TABLES, "ahead": "*", "fact": "key"}.items()
            }
        )
        connection.close()
        assert not list(play.folder.glob("*.ahead"))
    assert found[0] == found[1]
    assert found[0]["ahead"] == []


def test_a_short_backlog_is_read_at_once(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "LEAST_BYTES", 10**9)
    while play.collector.step():
        assert shown(play) == read_in_order(play)


def test_old_logs_are_read_in_order(play: Play) -> None:
    play.at(3 * DAY)
    while play.collector.step():
        assert not list(play.folder.glob("*.ahead"))


def test_an_order_that_stands_judges_what_is_read_early(play: Play) -> None:
    play.order(DirectiveKind.PAUSE, NOW - 3 * HOUR)
    play.at(NOW)
    play.restart()
    until_shown(play)
    assert shown(play)[0].permission > 0
    early = shown(play)
    play.read()
    assert read_in_order(play) == early


def test_what_a_collector_left_that_was_killed_is_thrown_away(play: Play) -> None:
    play.collector.step()
    left = play.folder / f"{play.store.name}.ahead"
    assert left.is_dir()
    assert left.stat().st_mode & 0o777 == 0o700
    # As a kill leaves it: nothing is closed, and the next one begins from the store.
    play.collector = Collector(play.settings, play.store, play.control, now=lambda: play.now_us)
    play.read()
    assert not left.exists()
    assert shown(play) == read_in_order(play)


def test_a_collector_that_reads_in_order_throws_away_what_one_left_that_was_killed(
    play: Play,
) -> None:
    until_shown(play)
    play.collector = Collector(
        play.settings, play.store, play.control, now=lambda: play.now_us, newest_first=False
    )
    play.read()
    connection = attach(play.store)
    assert connection.execute("select count(*) from ahead").fetchone()[0] == 0
    connection.close()
    assert not list(play.folder.glob("*.ahead"))


def test_what_was_left_hides_nothing_once_all_is_read(play: Play) -> None:
    until_shown(play)
    connection = play.collector.writer.connection
    span = windows.trailing(play.now_us, HOUR * SECOND_US)
    play.read()
    ahead_of_all.keep(connection, span, [])
    assert shown(play) == read_in_order(play)


def test_a_store_that_cannot_be_written_ahead_holds_nothing_up(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise Unwritable("disk full")

    monkeypatch.setattr(ahead_of_all, "lend", full)
    while play.collector.step():
        assert shown(play) == read_in_order(play)
    assert len(play.runs()) == (NOW - EVERY) // EVERY


def test_a_collector_that_ends_early_takes_its_folder_with_it(play: Play) -> None:
    play.collector.step()
    assert list(play.folder.glob("*.ahead"))
    play.restart()
    assert not list(play.folder.glob("*.ahead"))
