"""The agent's event log: what a line carries, and that it is never in the agent's way."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest

from console.agent import AgentLog
from tests.agent.control import ROUTE, Clock, at


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def log_at(path: Path, boot: str, **options: Any) -> AgentLog:
    return AgentLog(path, ROUTE, "worker-1", boot, clock=Clock().wall, **options)


def test_a_line_is_a_native_event_with_boot_and_number(tmp_path: Path) -> None:
    log_at(tmp_path / "a.jsonl", "line").emit("check.failed", "r-1", check="qa", reason="ü")
    raw = (tmp_path / "a.jsonl").read_bytes()
    (line,) = lines(tmp_path / "a.jsonl")
    assert raw.endswith(b"}\n")
    assert line.pop("id")
    assert line == {
        "ts": at(0),
        "route": ROUTE,
        "event": "check.failed",
        "run": "r-1",
        "agent": "worker-1",
        "boot": "line",
        "seq": 1,
        "check": "qa",
        "reason": "ü",
    }


def test_what_is_not_said_is_left_out(tmp_path: Path) -> None:
    log_at(tmp_path / "a.jsonl", "unsaid").emit(
        "rescued", "", by="dana", minutes=0, discarded=False, reason="", to=None
    )
    (line,) = lines(tmp_path / "a.jsonl")
    assert (line["minutes"], line["discarded"]) == (0, False)
    assert line.keys().isdisjoint({"run", "reason", "to"})


def test_numbers_run_from_one_without_a_gap(tmp_path: Path) -> None:
    log = log_at(tmp_path / "a.jsonl", "numbers")
    for _ in range(5):
        log.emit("certain", "r-1")
    assert [line["seq"] for line in lines(tmp_path / "a.jsonl")] == [1, 2, 3, 4, 5]


def test_two_logs_of_one_agent_and_route_share_boot_and_numbers(tmp_path: Path) -> None:
    first, second = (AgentLog(tmp_path / "a.jsonl", "shared", "w") for _ in range(2))
    for log in (first, second, first):
        log.emit("certain", "r-1")
    written = lines(tmp_path / "a.jsonl")
    assert [line["seq"] for line in written] == [1, 2, 3]
    assert len({line["boot"] for line in written}) == 1


def test_each_route_and_agent_has_its_own_numbers(tmp_path: Path) -> None:
    for route, agent in (("one", "w"), ("two", "w"), ("one", "v")):
        AgentLog(tmp_path / "a.jsonl", route, agent, boot="own").emit("certain", "r-1")
    assert [line["seq"] for line in lines(tmp_path / "a.jsonl")] == [1, 1, 1]


def test_event_ids_differ_unless_they_are_given(tmp_path: Path) -> None:
    log = log_at(tmp_path / "a.jsonl", "ids")
    log.emit("certain", "r-1")
    log.emit("certain", "r-1")
    log.emit("certain", "r-1", id="mine")
    first, second, third = (line["id"] for line in lines(tmp_path / "a.jsonl"))
    assert first != second
    assert third == "mine"


@pytest.mark.parametrize("key", ["ts", "route", "agent", "boot", "seq"])
def test_what_the_log_itself_writes_is_no_field(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match=f"{key}: written by the log itself"):
        log_at(tmp_path / "a.jsonl", "fields").emit("certain", "r-1", **{key: "x"})
    assert not (tmp_path / "a.jsonl").exists()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (math.nan, None),
        (math.inf, None),
        ({"deep": [math.nan]}, "{'deep': [nan]}"),
        (Path("/x"), "/x"),
        (b"x", "b'x'"),
        ("\ud800", "?"),
        ("two\nlines\u2028", "two\nlines\u2028"),
    ],
)
def test_any_value_becomes_a_line_of_strict_json(
    tmp_path: Path, value: object, written: object
) -> None:
    log_at(tmp_path / "a.jsonl", "values").emit("uncertain", "r-1", reason=value)

    def refuse(word: str) -> None:
        raise AssertionError(word)

    raw = (tmp_path / "a.jsonl").read_bytes()
    assert raw.count(b"\n") == 1
    assert json.loads(raw, parse_constant=refuse)["reason"] == written


def test_a_value_that_holds_itself_becomes_text(tmp_path: Path) -> None:
    loop: list[object] = []
    loop.append(loop)
    log_at(tmp_path / "a.jsonl", "loop").emit("uncertain", "r-1", reason=loop)
    assert lines(tmp_path / "a.jsonl")[0]["reason"] == "[[...]]"


def test_a_text_is_cut_where_the_line_would_be_too_long_to_be_read(tmp_path: Path) -> None:
    log_at(tmp_path / "a.jsonl", "long").emit("uncertain", "r-1", reason="x" * 1_000_000)
    reason = lines(tmp_path / "a.jsonl")[0]["reason"]
    assert len(reason) == 8_000
    assert reason.endswith("x…")


def test_a_directory_gets_a_file_named_after_the_agent(tmp_path: Path) -> None:
    AgentLog(tmp_path, ROUTE, "a/b c").emit("certain", "r-1")
    assert (tmp_path / "a_b_c.jsonl").exists()


def test_missing_directories_are_made(tmp_path: Path) -> None:
    log_at(tmp_path / "x" / "y" / "a.jsonl", "made").emit("certain", "r-1")
    assert (tmp_path / "x" / "y" / "a.jsonl").exists()


def test_a_rotated_log_goes_on_at_its_name(tmp_path: Path) -> None:
    log = log_at(tmp_path / "a.jsonl", "rotated")
    log.emit("certain", "r-1")
    (tmp_path / "a.jsonl").rename(tmp_path / "a.jsonl.1")
    log.emit("certain", "r-2")
    assert [line["run"] for line in lines(tmp_path / "a.jsonl")] == ["r-2"]


def test_a_torn_line_at_the_end_spoils_nothing_but_itself(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"ts": "2026')
    log_at(tmp_path / "a.jsonl", "torn").emit("certain", "r-1")
    torn, whole = (tmp_path / "a.jsonl").read_bytes().splitlines()
    assert torn == b'{"ts": "2026'
    assert json.loads(whole)["run"] == "r-1"


def test_a_line_is_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    write = os.write

    def note(descriptor: int, raw: bytes) -> int:
        written.append(raw)
        return write(descriptor, raw)

    monkeypatch.setattr(os, "write", note)
    log_at(tmp_path / "a.jsonl", "one write").emit("certain", "r-1")
    assert written == [(tmp_path / "a.jsonl").read_bytes()]


def test_lines_that_cannot_be_written_wait_in_order(tmp_path: Path) -> None:
    place = tmp_path / "logs"
    place.write_text("a file in place of the directory")
    log = log_at(place / "a.jsonl", "waits")
    log.emit("certain", "r-1")
    log.emit("certain", "r-2")
    assert "cannot be written: Not a directory" in log.fault
    place.unlink()
    log.emit("certain", "r-3")
    assert log.fault == ""
    assert [line["seq"] for line in lines(place / "a.jsonl")] == [1, 2, 3]


def test_a_disk_that_fills_up_within_a_line_loses_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_at(tmp_path / "a.jsonl", "full")
    write = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda fd, raw: write(fd, raw[:10]))
        log.emit("certain", "r-1")
    assert "cannot be written" in log.fault
    log.emit("certain", "r-2")
    torn, *whole = (tmp_path / "a.jsonl").read_bytes().splitlines()
    assert len(torn) == 10
    assert [json.loads(line)["seq"] for line in whole] == [1, 2]


def test_lines_given_up_after_a_long_outage_show_as_a_gap(tmp_path: Path) -> None:
    place = tmp_path / "logs"
    place.write_text("a file in place of the directory")
    log = log_at(place / "a.jsonl", "outage")
    for _ in range(1_500):
        log.emit("certain", "r-1")
    place.unlink()
    log.emit("certain", "r-1")
    assert [line["seq"] for line in lines(place / "a.jsonl")] == list(range(502, 1_502))


def test_a_fifo_in_place_of_the_log_hangs_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jsonl")
    log = log_at(tmp_path / "a.jsonl", "fifo")
    log.emit("certain", "r-1")
    assert "it is not a regular file" in log.fault


def test_logging_while_logging_in_the_same_thread_keeps_every_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_at(tmp_path / "a.jsonl", "signal")
    write = os.write
    interrupted: list[bool] = []

    def interrupt(descriptor: int, raw: bytes) -> int:
        if not interrupted:
            interrupted.append(True)
            log.emit("certain", "in the handler")
        return write(descriptor, raw)

    monkeypatch.setattr(os, "write", interrupt)
    log.emit("certain", "interrupted")
    runs = [line["run"] for line in lines(tmp_path / "a.jsonl")]
    assert runs == ["interrupted", "in the handler"]
