"""What `codex exec --json` prints: runs by their number, times from the file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from console.intake.formats.codex import EXEC, FORMAT
from console.intake.reading import Batch, Context
from console.model import SECOND_US, Event

THREAD = "0199a213-81c0-7800-8aa1-bbab2a035a53"
WRITTEN_S = 1_770_000_000
STARTED: tuple[dict[str, object], ...] = (
    {"type": "thread.started", "thread_id": THREAD},
    {"type": "turn.started"},
)
DONE: dict[str, object] = {"type": "turn.completed", "usage": {"input_tokens": 7}}


def action(status: str, output: str = "", exit_code: int | None = None) -> dict[str, object]:
    """Return the end of a command, as it is printed."""
    item = {"id": "item_1", "type": "command_execution", "command": "make", "status": status}
    return {
        "type": "item.completed",
        "item": {**item, "aggregated_output": output, "exit_code": exit_code},
    }


def data(*lines: dict[str, object]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "nightly.jsonl"
    file.touch()
    os.utime(file, (WRITTEN_S, WRITTEN_S))
    return file


def read(path: Path, *lines: dict[str, object], route: str = "") -> list[Event]:
    batch: Batch = EXEC.reader(Context(path=path, route=route)).feed(data(*lines), 0, 1)
    assert not batch.rejected
    return [sourced.event for sourced in batch.events]


def test_a_turn_is_a_run_at_the_time_at_which_the_file_was_written(path: Path) -> None:
    started, delivered = read(path, *STARTED, DONE)
    assert (started.event, delivered.event) == ("run.started", "run.delivered")
    assert started.run == delivered.run == f"{THREAD}:nightly:1"
    assert started.ts_us == WRITTEN_S * SECOND_US
    assert (started.route, delivered.elapsed_s) == ("nightly", None)


def test_lines_take_the_time_at_which_they_are_read(path: Path) -> None:
    reader = EXEC.reader(Context(path=path))
    reader.feed(data(*STARTED), 0, 1)
    os.utime(path, (WRITTEN_S + 60, WRITTEN_S + 60))
    reader = EXEC.reader(Context(path=path), reader.dump())
    (delivered,) = reader.feed(data(DONE), 0, 1).events
    assert delivered.event.ts_us == (WRITTEN_S + 60) * SECOND_US
    assert delivered.event.run == f"{THREAD}:nightly:1"


def test_time_never_goes_back(path: Path) -> None:
    reader = EXEC.reader(Context(path=path))
    reader.feed(data(*STARTED), 0, 1)
    os.utime(path, (WRITTEN_S - 60, WRITTEN_S - 60))
    assert reader.feed(data(DONE), 0, 1).events[0].event.ts_us == WRITTEN_S * SECOND_US


def test_without_a_file_there_is_no_time(tmp_path: Path) -> None:
    batch = EXEC.reader(Context(path=tmp_path / "gone")).feed(data(*STARTED), 0, 1)
    assert not batch.events
    assert {rejected.reason for rejected in batch.rejected} == {
        "this line names no time, and the file's own is not to be had"
    }


def test_turns_of_one_thread_are_numbered(path: Path) -> None:
    found = read(path, *STARTED, DONE, *STARTED, DONE)
    assert [event.run[-2:] for event in found] == [":1", ":1", ":2", ":2"]


def test_a_turn_that_failed_says_why(path: Path) -> None:
    broken: dict[str, object] = {"type": "turn.failed", "error": {"message": "no quota"}}
    (_, failed) = read(path, *STARTED, {"type": "error", "message": "retrying"}, broken)
    assert (failed.event, failed.reason) == ("run.failed", "no quota")


def test_an_error_that_was_the_last_word_failed_the_turn_after_ten_minutes(path: Path) -> None:
    reader = EXEC.reader(Context(path=path))
    assert len(reader.feed(data(*STARTED, {"type": "error", "message": "gone"}), 0, 1).events) == 1
    at_us = (WRITTEN_S + 600) * SECOND_US
    assert not reader.settle(at_us).events
    (failed,) = reader.settle(at_us + 1).events
    assert (failed.event.event, failed.event.reason) == ("run.failed", "gone")


def test_an_error_that_the_turn_survived_is_nothing(path: Path) -> None:
    found = read(path, *STARTED, {"type": "error", "message": "1/5"}, action("completed"), DONE)
    assert [event.event for event in found] == ["run.started", "run.delivered"]


@pytest.mark.parametrize(
    ("item", "rule"),
    [
        (action("declined", "exec command rejected by user"), "user-rejected"),
        (action("declined", ""), "declined"),
        (
            action("failed", "Command blocked by PreToolUse hook: [burnline:d-1]. Command: x"),
            "hook",
        ),
        (action("failed", "failed in sandbox Seatbelt", -1), "sandbox"),
    ],
)
def test_an_action_that_was_stopped_is_a_denial(
    path: Path, item: dict[str, object], rule: str
) -> None:
    (_, denied) = read(path, *STARTED, item)
    assert (denied.event, denied.rule, denied.action) == (
        "action.denied",
        rule,
        "command_execution",
    )
    assert denied.directive == ("d-1" if rule == "hook" else "")
    assert denied.id == f"{THREAD}:nightly:1:item_1"


def test_a_command_that_ran_and_failed_is_none(path: Path) -> None:
    found = read(path, *STARTED, action("failed", "failed in sandbox, says the log", 1))
    assert [event.event for event in found] == ["run.started"]


def test_the_template_knows_the_file_and_the_session(path: Path) -> None:
    assert read(path, *STARTED, route="{file}-{session}")[0].route == f"nightly-{THREAD}"


def test_lines_that_are_no_events_are_rejected(path: Path) -> None:
    batch = EXEC.reader(Context(path=path)).feed(b"Reading prompt from stdin\n{}\n", 0, 1)
    assert [(rejected.line, rejected.reason) for rejected in batch.rejected] == [
        (1, "this is not a JSON object"),
        (2, "this object has no event type"),
    ]


def test_the_two_formats_tell_each_other_apart() -> None:
    head = data(*STARTED, action("completed"), DONE)
    assert EXEC.recognises(head)
    assert EXEC.recognises(head[:-20])
    assert not FORMAT.recognises(head)
    assert not EXEC.recognises(data({"type": "turn.started"}, {"type": "error", "message": "x"}))
