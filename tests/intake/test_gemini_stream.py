"""What `gemini -p --output-format stream-json` prints: a prompt, line by line, to its result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from console.intake.formats import recognise
from console.intake.formats.gemini_stream import STREAM
from console.intake.reading import Context
from console.model import SECOND_US, Event

BEGAN_US = 1_772_366_400_000_000
Line = dict[str, Any]


def line(at_s: int, kind: str, **fields: Any) -> Line:
    return {"type": kind, "timestamp": f"2026-03-01T12:00:{at_s:02}Z", **fields}


def result(at_s: int = 9, status: str = "success", **fields: Any) -> Line:
    return line(at_s, "result", status=status, stats={"duration_ms": 8_500, **fields})


def brought(text: str, status: str = "error") -> Line:
    return line(4, "tool_result", tool_id="t1", status=status, output=text)


INIT = line(0, "init", session_id="s1", model="gemini-2.5-pro")
PROMPT = line(1, "message", role="user", content="leave a file")
USE = line(3, "tool_use", tool_name="shell", tool_id="t1", parameters={})
WORDS = line(5, "message", role="assistant", content="done", delta=True)
TURNED_DOWN = "Agent execution blocked: paused [burnline:d-7]"


def read(*lines: Line, route: str = "") -> list[Event]:
    """Read each line for itself, the reader put away and taken up in between."""
    state, offset, found = b"", 0, list[Event]()
    for number, each in enumerate(lines, 1):
        data = json.dumps(each).encode() + b"\n"
        reader = STREAM.reader(Context(path=Path("/logs/nightly.jsonl"), route=route), state)
        batch = reader.feed(data, offset, number)
        assert not batch.rejected
        found += [sourced.event for sourced in batch.events]
        offset, state = offset + len(data), reader.dump()
    return found


def test_a_prompt_is_a_run_to_its_result() -> None:
    started, delivered = read(INIT, PROMPT, USE, brought("", "success"), WORDS, result())
    assert (started.event, delivered.event) == ("run.started", "run.delivered")
    assert started.run == delivered.run == "s1:nightly:1"
    assert (started.ts_us, delivered.ts_us) == (BEGAN_US + SECOND_US, BEGAN_US + 9 * SECOND_US)
    assert (started.route, delivered.elapsed_s) == ("nightly", 8.5)


def test_a_result_says_what_the_prompt_took() -> None:
    assert read(INIT, PROMPT, WORDS, result(total_tokens=7))[-1].tokens == 7


def test_a_result_that_is_no_success_is_a_failure_with_its_reason() -> None:
    failed = read(INIT, PROMPT, {**result(9, "error"), "error": {"message": "no quota"}})[-1]
    assert (failed.event, failed.reason) == ("run.failed", "no quota")


def test_a_prompt_that_was_cancelled_is_withdrawn() -> None:
    error = {"type": "FatalCancellationError", "message": "Operation cancelled."}
    cancelled = read(INIT, PROMPT, {**result(9, "error"), "error": error})[-1]
    assert (cancelled.event, cancelled.by) == ("run.cancelled", "user")


@pytest.mark.parametrize(
    ("text", "rule", "order"),
    [
        ("Tool execution blocked: no [burnline:d-7]", "hook", "d-7"),
        ("Tool execution denied by policy.", "policy", ""),
    ],
    ids=["hook", "policy"],
)
def test_a_refused_tool_is_a_denied_action(text: str, rule: str, order: str) -> None:
    _, denied, _ = read(INIT, PROMPT, USE, brought(text), WORDS, result())
    assert (denied.event, denied.action, denied.rule) == ("action.denied", "shell", rule)
    assert (denied.directive, denied.run) == (order, "s1:nightly:1")


def test_a_tool_that_failed_by_itself_is_no_denial() -> None:
    events = read(INIT, PROMPT, USE, brought("exit code 1"), WORDS, result())
    assert [event.event for event in events] == ["run.started", "run.delivered"]


def test_a_prompt_that_a_hook_turned_down_never_started() -> None:
    said = line(2, "error", severity="warning", message=TURNED_DOWN)
    (cancelled,) = read(INIT, PROMPT, said, result())
    assert (cancelled.event, cancelled.by) == ("run.cancelled", "d-7")


def test_a_hook_that_stops_the_agent_later_withdraws_the_prompt() -> None:
    said = line(6, "error", severity="warning", message="Agent execution stopped: enough")
    events = read(INIT, PROMPT, WORDS, said, result())
    assert [event.event for event in events] == ["run.started", "run.cancelled"]


def test_a_prompt_without_an_answer_has_begun_after_a_minute() -> None:
    reader = STREAM.reader(Context(path=Path("/logs/nightly.jsonl")))
    data = b"".join(json.dumps(each).encode() + b"\n" for each in (INIT, PROMPT))
    assert not reader.feed(data, 0, 1).events
    (started,) = reader.settle(BEGAN_US + 62 * SECOND_US).events
    assert started.event.ts_us == BEGAN_US + SECOND_US


def test_a_route_may_be_made_of_session_and_model() -> None:
    assert read(INIT, PROMPT, WORDS, route="{session}/{model}")[0].route == "s1/gemini-2.5-pro"


def test_a_route_that_is_made_for_chats_serves_too() -> None:
    assert read(INIT, PROMPT, WORDS, route="{project}/{kind}")[0].route == "logs/main"


@pytest.mark.parametrize("first", [INIT, USE, brought(""), result()], ids=lambda each: each["type"])
def test_it_is_told_by_any_of_its_lines_but_words(first: Line) -> None:
    assert recognise(json.dumps(first).encode() + b"\n", b"run.log") == "gemini-stream"


def test_a_line_without_a_time_is_refused_with_the_reason() -> None:
    reader = STREAM.reader(Context(path=Path("/logs/nightly.jsonl")))
    (refused,) = reader.feed(b'{"type": "result", "status": "success"}\n', 0, 1).rejected
    assert refused.reason.startswith("timestamp: ")
