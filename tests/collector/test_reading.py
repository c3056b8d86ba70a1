"""Reading again, in another order, from copies or beside other files changes no number."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from console.collector import intake
from console.intake import blocks
from console.intake.times import instant_us
from console.model import SECOND_US
from console.store import reader
from console.store.connect import attach
from tests.collector.running import MINUTE, Station, event, good

SAMPLE = Path(__file__).resolve().parents[2] / "sample_logs" / "logs"
AFTER_SAMPLE_US = instant_us("2026-11-22T00:00:00Z")


def sampled(folder: Path, logs: Path) -> Station:
    folder.mkdir(exist_ok=True)
    station = Station(folder, logs=logs)
    station.now_us = AFTER_SAMPLE_US
    return station


def numbers(station: Station) -> dict[str, Any]:
    """Return everything that the status says, except where the store is."""
    status = station.status(as_of=True)
    status["store"] = {**status["store"], "path": "", "control": ""}
    return status


def test_reading_the_same_logs_twice_changes_nothing(tmp_path: Path) -> None:
    station = sampled(tmp_path, SAMPLE).read()
    first = numbers(station)
    assert first["store"]["events"] == 15_127
    for _ in range(2):
        station.restart()
        station.read()
        assert numbers(station) == first
    station.close()


def test_reading_a_copy_of_all_logs_changes_no_run(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE, tmp_path / "logs")
    station = sampled(tmp_path, tmp_path / "logs").read()
    first, misses = numbers(station), station.misses()
    shutil.copytree(SAMPLE, tmp_path / "logs" / "copy")
    station.read()
    assert numbers(station)["routes"] == first["routes"]
    assert station.misses() == misses
    station.close()


def test_the_order_of_lines_and_the_files_that_they_are_in_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = sampled(tmp_path / "one", SAMPLE).read()
    expected = numbers(station)
    station.close()
    chance = random.Random(7)
    lines = [line for path in SAMPLE.rglob("*.jsonl") for line in path.read_bytes().splitlines()]
    chance.shuffle(lines)
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    for part in range(5):
        (mixed / f"{part}.jsonl").write_bytes(b"\n".join(lines[part::5]) + b"\n")
    monkeypatch.setattr(intake, "TURN_BYTES", 300_000)
    station = sampled(tmp_path / "two", mixed)
    while station.collector.step():
        station.restart()
    station.collector.evaluate()
    assert numbers(station) == expected
    station.close()


def test_the_same_line_read_twice_is_one_event_of_its_run(station: Station) -> None:
    station.write("a.jsonl", good("r1"), good("r1"))
    station.write("b.jsonl", good("r1", id="e1"), good("r1", 5))
    assert station.read().total() == 1


@pytest.mark.parametrize("content", [b"# Notes\n\nnot a log\n", b"\x00\x01\x02" * 100, b"x" * 9000])
def test_a_file_that_is_no_log_is_said_and_holds_nothing_up(
    station: Station, content: bytes
) -> None:
    station.write("a.jsonl", good("r1"))
    (station.logs / "README.md").write_bytes(content)
    for _ in range(2):
        station.read()
        assert station.status()["store"]["catching_up"] is False
        assert station.total() == 1
        station.restart()


@pytest.mark.parametrize(
    "name", [b"\xff\xfe.jsonl", b"a\nb\x1b[2J.jsonl", b"\xc3\xbc.jsonl", b"-.jsonl"]
)
def test_a_log_may_have_any_name(station: Station, name: bytes) -> None:
    log = station.write(os.fsdecode(name), event("run.failed", "r1"))
    station.read()
    station.restart()
    assert station.read().total() == 1
    (miss,) = station.misses()
    shown = miss["evidence"][0]["file"]
    assert shown.isprintable()
    assert shown.startswith(str(log.parent))


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b" \xef\xbb\xbf"])
def test_a_log_of_one_line_that_is_not_ended_is_read(station: Station, before: bytes) -> None:
    (station.logs / "one.jsonl").write_bytes(before + good("a").rstrip())
    station.read()
    assert station.status()["store"]["events"] == 1


@pytest.mark.parametrize("end", [b"", b"\n", b"\n" + good("r1")])
@pytest.mark.parametrize("value", [b"\x80", b"\xed\xa0\x80", b"caf\xe9"])
def test_a_log_that_begins_with_foreign_bytes_is_read_where_it_can_be(
    station: Station, value: bytes, end: bytes
) -> None:
    station.write("a.jsonl", good("r0", note="N").replace(b'"N"', b'"' + value + b'"') + b"\n")
    spoilt = good("r2", id="N").rstrip().replace(b'"N"', b'"' + value + b'"')
    station.write("b.jsonl", spoilt, end)
    station.write("c.jsonl", good("r3"))
    station.read()
    station.restart()
    assert {"r0", "r3"} <= set(station.read().runs())
    assert ("r1" in station.runs()) == (b"r1" in end)


def test_a_file_that_becomes_a_log_is_read_from_its_start(station: Station) -> None:
    station.write("app.txt", b"starting up\n")
    assert station.read().total() == 0
    station.write("app.txt", good("r1"))
    assert station.read().total() == 1


def test_lines_that_are_refused_are_counted_and_the_rest_is_read(station: Station) -> None:
    station.write(
        "a.jsonl",
        *(b"not JSON\n", b'{"ts":"\xff"}\n', good("r1"), b'"' + b"x" * 10_000_000 + b'"\n'),
        *(good("r2", seq=2**70), good("r3"), b'{"half":'),
    )
    store = station.read().status()["store"]
    assert (store["events"], store["rejected"], store["catching_up"]) == (2, 4, False)
    assert set(station.runs()) == {"r1", "r3"}


@pytest.mark.parametrize(
    "fields",
    [
        {"generation": 2**63 - 1, "agent": "a"},
        {"elapsed_s": 999_999_999.9, "minutes": 999_999_999.9},
        {"reason": "\x00\x1b[2J\N{RIGHT-TO-LEFT OVERRIDE}" * 1_000},
        {"agent": "\N{PILE OF POO}" * 500, "id": -1, "boot": 2**80},
        {"confidence": 1e308, "sla_s": 1e-9},
    ],
)
@pytest.mark.parametrize("kind", ["control.seen", "run.delivered", "rescued", "made.up"])
def test_no_value_that_a_line_may_hold_stops_the_collector(
    station: Station, kind: str, fields: dict[str, Any]
) -> None:
    station.write("a.jsonl", event("run.started", "r1", sla_s=MINUTE), event(kind, "r1", **fields))
    station.write("a.jsonl", event(kind, "r2", 1e6, **fields), good("r3"))
    station.read()
    station.at(2e6).read()
    assert station.runs()["r3"] == "good"
    assert station.status()["store"]["future"] == 0


def test_a_log_that_came_back_and_leaves_again_is_waited_for_anew(station: Station) -> None:
    log, away = station.write("a.jsonl", good("r1")), station.folder / "away"
    station.read()
    log.rename(away)
    for _ in range(2):
        station.now_us += 40 * SECOND_US
        station.read()
    away.rename(log)
    station.read()
    with log.open("ab") as writer:
        log.rename(away)
        station.now_us += 40 * SECOND_US
        station.read()
        writer.write(good("r2"))
    assert station.read().total() == 2


def test_every_file_is_begun_before_any_is_read_on(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "TURN_BYTES", 30_000)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 200)
    names = [f"route-{number}" for number in range(10)]
    for name in names:
        lines = [good(f"r{number}", number, route=name) for number in range(150)]
        assert len(b"".join(lines)) > intake.TURN_BYTES // intake._SHARE
        station.write(f"{name}.jsonl", *lines)
    station.collector.step()
    connection = attach(station.store)
    assert [row.name for row in reader.routes(connection)] == names
    connection.close()
