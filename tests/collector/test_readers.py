"""Readers are put away while nothing is to come of them, and go on from what they left."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from console.collector import readers
from console.intake.times import rfc3339

from .running import MINUTE, Station
from .tables import tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SESSIONS = 6


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    found = Station(tmp_path)
    yield found
    found.close()


def record(station: Station, session: int, number: int, **fields: Any) -> bytes:
    line = {
        "parentUuid": None, "isSidechain": False, "cwd": "/home/dev/shop",
        "sessionId": f"s{session}", "uuid": f"u{session}-{number}",
        "timestamp": rfc3339(station.now_us), **fields,
    }  # fmt: skip
    return json.dumps(line).encode() + b"\n"


def prompt(station: Station, session: int, number: int) -> bytes:
    message = {"role": "user", "content": "fix it"}
    return record(station, session, number, type="user", message=message)


def words(station: Station, session: int, number: int, stop: str | None = "end_turn") -> bytes:
    said = [{"type": "text", "text": "done"}]
    message = {"role": "assistant", "id": f"m{number}", "content": said, "stop_reason": stop}
    return record(station, session, number, type="assistant", message=message)


def sessions(station: Station, number: int, stop: str | None = "end_turn") -> None:
    """Add a prompt and its answer to each session."""
    for session in range(SESSIONS):
        first, second = 2 * number, 2 * number + 1
        lines = prompt(station, session, first), words(station, session, second, stop)
        station.write(f"{session}.jsonl", *lines)


def at_hand(station: Station) -> int:
    return len(station.collector._intake.readers)


def test_no_more_readers_are_at_hand_than_may_be_at_work(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "AT_HAND", 2)
    sessions(station, 0)
    station.read()
    assert at_hand(station) == 2
    sessions(station, 1)
    station.read()
    assert at_hand(station) == 2
    assert len(station.runs()) == 2 * SESSIONS


def test_a_reader_of_which_something_is_to_come_is_kept_until_it_has_come(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "AT_HAND", 2)
    sessions(station, 0, stop=None)
    station.at(MINUTE).read()
    assert at_hand(station) == SESSIONS
    assert set(station.runs().values()) == {"open"}
    station.at(20 * MINUTE).read()
    assert set(station.runs().values()) == {"good"}
    station.at(21 * MINUTE).read()
    assert at_hand(station) == 2


def test_what_a_reader_knew_it_knows_again(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "AT_HAND", 0)
    sessions(station, 0)
    station.read()
    before = tables_of(station.store)
    assert at_hand(station) == 0
    for session in range(SESSIONS):
        log = station.logs / f"{session}.jsonl"
        station.write(log.name, log.read_bytes())
    station.read()
    runs = "run join told on told.id = run.told"
    assert tables_of(station.store)[runs] == before[runs]


def test_after_a_restart_no_more_are_made_than_may_be_at_work(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "AT_HAND", 2)
    sessions(station, 0)
    station.read()
    station.restart()
    station.read()
    assert at_hand(station) == 2
