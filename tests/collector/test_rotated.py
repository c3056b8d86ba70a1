"""What rotation leaves of the numbers: nothing counted twice, and what was destroyed is said."""

from __future__ import annotations

import gzip
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from console.collector import intake
from console.model import SECOND_US
from console.store.connect import attach
from tests.collector.running import MINUTE, event, good

if TYPE_CHECKING:
    from pathlib import Path

    from tests.collector.running import Station

LINES = (
    good("r1"),
    event("run.failed", "r2", 5, reason="timeout"),
    good("r3", 10),
    event("rescued", "r3", 20, by="ann", minutes=15),
    event("uncertain", "r4", 30),
    event("handoff", "r4", 40, to="desk"),
    event("control.seen", at_s=50, agent="a", generation=1),
    event("change.deployed", at_s=60, change="prompt", version="7"),
)


def compress(log: Path, name: str = "app.jsonl.1.gz") -> Path:
    """Rotate a log as logrotate does, with `compress`."""
    packed = log.with_name(name)
    packed.write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()
    return packed


@pytest.mark.parametrize("restart", [False, True])
def test_f7_lines_that_were_read_before_they_were_compressed_change_no_number(
    station: Station, restart: bool
) -> None:
    log = station.write("app.jsonl", *LINES)
    station.read()
    before, misses, total = station.route(), station.misses(), station.total()
    assert len(misses) == 2
    if restart:
        station.restart()
    compress(log)
    station.read()
    assert (station.route(), station.misses(), station.total()) == (before, misses, total)


def test_f7_the_rest_that_was_not_read_is_read_from_the_compressed_file(station: Station) -> None:
    log = station.write("app.jsonl", *LINES[:2])
    station.read()
    station.restart()
    station.write("app.jsonl", *LINES[2:])
    compress(log)
    station.write("app.jsonl", good("fresh", 70))
    assert station.read().total() == 5


def test_f7_evidence_of_a_miss_is_found_in_the_compressed_file(station: Station) -> None:
    compress(station.write("app.jsonl", *(good(f"r{each}") for each in range(2_000)), LINES[1]))
    (miss,) = station.read().misses()
    (evidence,) = miss["evidence"]
    assert evidence["file"].endswith("app.jsonl.1.gz")
    assert evidence["line_number"] == 2_001
    assert "timeout" in evidence["line"]


def test_f7_a_document_may_be_compressed_and_its_whole_is_waited_for(station: Station) -> None:
    packed = gzip.compress(b"".join(good(f"r{each}") for each in range(300)))
    log = station.logs / "app.log.1.gz"
    log.write_bytes(packed[: len(packed) // 2])
    some = station.read().total()
    assert 0 < some < 300
    assert "its compressed end is missing" in notes(station)[0]
    assert station.status()["store"]["catching_up"] is False
    log.write_bytes(packed)
    assert station.read().total() == 300
    assert notes(station) == []


def test_f7_what_is_refused_of_a_compressed_file_is_counted_and_said(station: Station) -> None:
    log = station.logs / "app.jsonl.1.gz"
    log.write_bytes(gzip.compress(good("r1")) + b"rubbish")
    for _ in range(2):
        assert station.read().total() == 1
        assert station.status()["store"]["rejected"] == 1
        (trouble,) = station.collector.troubles()
        assert trouble == f"{log}: something that is not gzip follows the compressed data"
        station.restart()


def notes(station: Station) -> list[str]:
    connection = attach(station.store)
    rows = connection.execute("select note from file where note <> '' and state <> 'gone'")
    found = [row[0] for row in rows]
    connection.close()
    return found


def test_f3_the_copy_of_a_truncated_log_is_read_and_what_is_destroyed_is_said(
    station: Station,
) -> None:
    log = station.write("app.jsonl", *numbered(0, 5))
    station.read()
    station.write("app.jsonl", *numbered(5, 8))
    shutil.copyfile(log, station.logs / "app.jsonl.1")
    station.write("app.jsonl", *numbered(8, 10))  # after the copy, before the truncation: lost
    os.truncate(log, 0)
    station.write("app.jsonl", *numbered(10, 12))
    assert station.read().total() == 10
    assert station.route()["lost_lines"] == 2


def numbered(first: int, last: int) -> list[bytes]:
    return [good(f"r{each}", each, agent="a", boot="b", seq=each) for each in range(first, last)]


def test_f17_a_copy_and_a_hard_link_count_once(station: Station) -> None:
    log = station.write("app.jsonl", *LINES)
    station.read()
    before = station.route()
    shutil.copyfile(log, station.logs / "copy.jsonl")
    (station.logs / "hard.jsonl").hardlink_to(log)
    station.read()
    assert station.route() == before


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + good("r1") + good("r2"),
        good("r1").replace(b"\n", b"\r\n") + good("r2").replace(b"\n", b"\r\n"),
        b"\x00" * 5_000 + good("r1") + b"\x00" * 7 + good("r2"),
        good("r1") + b'{"ts": "\xff\xfe"}\n' + good("r2"),
        good("r1") + "{}\n".encode("utf-16") + b"\n" + good("r2"),
    ],
)
def test_f12_marks_line_ends_and_foreign_bytes_cost_no_line(station: Station, text: bytes) -> None:
    station.write("app.jsonl", text)
    assert station.read().total() == 2


def test_a_large_log_does_not_hold_up_small_ones(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "TURN_BYTES", 400_000)
    station.write(
        "a-large.jsonl", *(good(f"big-{each}", reason="x" * 900) for each in range(4_000))
    )
    for each in range(5):
        station.write(f"small-{each}.jsonl", good(f"small-{each}"))
    station.collector.step()
    assert {f"small-{each}" for each in range(5)} <= set(station.runs())


def test_ten_thousand_waiting_bytes_in_many_files_are_read_in_bounded_turns(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "TURN_BYTES", 20 * 2_048)
    for each in range(100):
        station.write(f"{each:03}.jsonl", good(f"r{each}"))
    seen = [0]
    while station.collector.step():
        seen.append(len(station.runs()))
    assert seen == [0, 20, 40, 60, 80, 100]


def test_files_that_always_have_more_are_served_in_turn(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "TURN_BYTES", 1)
    for name in "abc":
        station.write(f"{name}.jsonl", good(f"{name}0"))
    served = []
    for turn in range(1, 7):
        before = set(station.runs())
        station.collector.step()
        served += [run[0] for run in set(station.runs()) - before]
        station.write("a.jsonl", good(f"a{turn}", turn))
    assert sorted(served[:3]) == ["a", "b", "c"]


def test_a_file_that_waits_to_be_opened_holds_deadlines_back(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = station.write("a.jsonl", good("r1"))
    station.collector.step()
    station.now_us += MINUTE * SECOND_US
    (file,) = station.collector._tailer.files.values()
    station.write("a.jsonl", good("r2"))
    monkeypatch.setattr(type(station.collector._tailer._access), "view", lambda *_: None)
    station.collector._tailer._access.postponed.add(file.id)
    waiting = station.collector._tailer.sweep()
    station.collector._tailer._access.postponed.add(file.id)
    station.collector._intake.turn(waiting, station.now_us)
    assert [item.path for item in station.collector._intake.unread()] == [os.fsencode(log)]
