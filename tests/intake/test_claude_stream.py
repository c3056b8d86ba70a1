"""What `claude -p --output-format stream-json` prints: turns by their number, ends by results."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from console.intake.formats import recognise
from console.intake.formats.claude_code import STREAM
from console.intake.reading import Context
from console.model import SECOND_US, Event
from console.text import NAME_LIMIT

SESSION = "9c6df1f0-31a0-4b97-b334-78639ab3d270"
WRITTEN_S = 1_770_000_000
STAMP, NAMED_US = "2026-02-01T00:00:00.500Z", 1_769_904_000_500_000
Line = dict[str, Any]


def line(kind: str, **fields: Any) -> Line:
    return {"type": kind, **fields, "session_id": SESSION, "uuid": "u"}


def says(*blocks: Line) -> Line:
    message = {"id": "msg_1", "role": "assistant", "content": list(blocks)}
    return line("assistant", message=message, parent_tool_use_id=None)


def uses(tool: str, use: str = "t1") -> Line:
    return says({"type": "tool_use", "id": use, "name": tool, "input": {}})


def brings(text: str, use: str = "t1", **fields: Any) -> Line:
    block = {"type": "tool_result", "tool_use_id": use, "content": text, "is_error": True}
    message = {"role": "user", "content": [block]}
    return line("user", message=message, parent_tool_use_id=None, **fields)


def result(subtype: str = "success", **fields: Any) -> Line:
    return line("result", **{"subtype": subtype, "is_error": False, "duration_ms": 90_000} | fields)


INIT = line("system", subtype="init", cwd="/srv/refunds", model="m", claude_code_version="2.1.330")
WORDS = says({"type": "text", "text": "Done."})


def data(*lines: Line) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in lines)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "nightly.jsonl"
    file.touch()
    os.utime(file, (WRITTEN_S, WRITTEN_S))
    return file


def read(path: Path, *lines: Line, route: str = "") -> list[Event]:
    """Read each line for itself, the reader put away and taken up in between."""
    state, offset, found = b"", 0, list[Event]()
    for number, each in enumerate(lines, 1):
        reader = STREAM.reader(Context(path=path, route=route), state)
        batch = reader.feed(data(each), offset, number)
        assert not batch.rejected
        found += [sourced.event for sourced in batch.events]
        offset, state = offset + len(data(each)), reader.dump()
    return found


def denials(path: Path, *lines: Line) -> list[tuple[str, str]]:
    found = [event for event in read(path, *lines) if event.event == "action.denied"]
    return [(event.action, event.rule) for event in found]


def test_a_turn_is_a_run_from_its_init_to_its_result(path: Path) -> None:
    started, delivered = read(path, INIT, WORDS, result())
    assert (started.event, delivered.event) == ("run.started", "run.delivered")
    assert started.run == delivered.run == f"{SESSION}:nightly:1"
    assert started.ts_us == WRITTEN_S * SECOND_US
    assert (started.route, delivered.elapsed_s) == ("refunds", 90)


def test_a_line_that_names_its_time_has_that(path: Path) -> None:
    (started,) = read(path, {**WORDS, "timestamp": STAMP})
    assert started.ts_us == NAMED_US


def test_a_turn_began_no_later_than_what_is_first_said_in_it(path: Path) -> None:
    (started,) = read(path, INIT, {**WORDS, "timestamp": STAMP})
    assert started.ts_us == NAMED_US


def test_a_denial_without_a_time_is_of_the_last_that_was_named(path: Path) -> None:
    refused = line("system", subtype="permission_denied", tool_name="Bash", tool_use_id="t1")
    denied = read(path, INIT, {**uses("Bash"), "timestamp": STAMP}, refused)[-1]
    assert (denied.event, denied.ts_us) == ("action.denied", NAMED_US)


def test_a_result_is_no_later_after_the_last_time_named_than_its_turn_took(path: Path) -> None:
    named = {**WORDS, "timestamp": STAMP}
    assert read(path, INIT, named, result())[-1].ts_us == NAMED_US + 90 * SECOND_US
    os.utime(path, (NAMED_US // SECOND_US + 2,) * 2)
    assert read(path, INIT, named, result())[-1].ts_us == (NAMED_US // SECOND_US + 2) * SECOND_US


def test_a_turn_ends_after_what_was_said_in_it_though_its_file_was_written_before(
    path: Path,
) -> None:
    os.utime(path, (NAMED_US // SECOND_US,) * 2)  # as by an archive that keeps whole seconds
    assert read(path, {**WORDS, "timestamp": STAMP}, result())[-1].ts_us == NAMED_US


def test_a_length_that_no_turn_has_is_none(path: Path) -> None:
    said = {**WORDS, "timestamp": STAMP}
    delivered = read(path, INIT, said, result(duration_ms=1e17))[-1]
    assert (delivered.ts_us, delivered.elapsed_s) == (NAMED_US, None)


def test_turns_of_a_file_with_a_long_name_are_told_apart(path: Path) -> None:
    path = path.rename(path.with_name("n" * 240 + ".jsonl"))
    runs = [event.run for event in read(path, INIT, result(), INIT, result())]
    assert [run[-2:] for run in runs] == [":1", ":1", ":2", ":2"]
    assert max(map(len, runs)) == NAME_LIMIT


def test_what_names_why_an_action_was_refused_is_safe_and_bounded(path: Path) -> None:
    why = "\x1b[2J" + "w" * 5_000
    refused = line("system", subtype="permission_denied", tool_use_id="t1", message="no")
    (denied,) = denials(path, INIT, uses("Bash"), {**refused, "decision_reason_type": why})
    assert denied[1].startswith("␛[2Jw")
    assert len(denied[1]) == NAME_LIMIT


def test_nothing_is_carried_on_at_a_length_that_a_line_chooses(path: Path) -> None:
    long = "w" * 100_000
    reader = STREAM.reader(Context(path=path))
    denied = result(permission_denials=[{"tool_name": "Bash", "tool_use_id": long}])
    init = {**INIT, "cwd": f"/{long}", "claude_code_version": long}
    reader.feed(data(init, uses("Bash", long), brings("no", long), denied), 0, 1)
    assert len(reader.dump()) < 10_000


@pytest.mark.parametrize("first", [WORDS, result()], ids=["words", "result"])
def test_a_turn_whose_init_was_not_printed_begins_with_what_is_said(
    path: Path, first: Line
) -> None:
    assert read(path, first)[0].event == "run.started"


def test_each_result_ends_a_turn_of_its_own(path: Path) -> None:
    events = read(path, INIT, WORDS, result(), INIT, WORDS, result())
    assert [event.run[-2:] for event in events] == [":1", ":1", ":2", ":2"]


def test_an_init_that_is_repeated_before_anything_was_said_begins_nothing(path: Path) -> None:
    assert len(read(path, INIT, INIT, WORDS, result())) == 2


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        (result("success", is_error=True, result="API Error: 529"), "API Error: 529"),
        (result("error_max_turns"), "error_max_turns"),
        (result("error_during_execution", errors=["boom"]), "boom"),
        (result("error_max_budget_usd", terminal_reason="budget_exhausted"), "budget_exhausted"),
    ],
    ids=["error", "turns", "execution", "budget"],
)
def test_a_turn_without_an_outcome_failed_for_the_reason_given(
    path: Path, ended: Line, reason: str
) -> None:
    failed = read(path, INIT, WORDS, ended)[-1]
    assert (failed.event, failed.reason) == ("run.failed", reason)


@pytest.mark.parametrize(
    ("reason", "by"),
    [("aborted_tools", "user"), ("aborted_streaming", "user"), ("hook_stopped", "hook")],
)
def test_a_turn_that_was_stopped_is_cancelled(path: Path, reason: str, by: str) -> None:
    ended = result("error_during_execution", is_error=True, terminal_reason=reason)
    cancelled = read(path, INIT, WORDS, ended)[-1]
    assert (cancelled.event, cancelled.by) == ("run.cancelled", by)


def test_a_prompt_that_a_hook_turned_down_never_started(path: Path) -> None:
    text = "UserPromptSubmit operation blocked by hook:\npaused [burnline:d-7]"
    ended = result(num_turns=0, result=text)
    for lines in ((INIT, ended), (ended,), (INIT, WORDS, result(), INIT, ended)):
        *_, cancelled = found = read(path, *lines)
        assert (cancelled.event, cancelled.by) == ("run.cancelled", "d-7")
        assert [event.event for event in found if event.run == cancelled.run] == ["run.cancelled"]


def test_a_turn_of_which_nothing_is_said_has_begun_after_a_minute(path: Path) -> None:
    reader = STREAM.reader(Context(path=path))
    assert not reader.feed(data(INIT), 0, 1).events
    assert not reader.settle((WRITTEN_S + 60) * SECOND_US).events
    (started,) = reader.settle((WRITTEN_S + 61) * SECOND_US).events
    assert (started.event.event, started.event.ts_us) == ("run.started", WRITTEN_S * SECOND_US)
    assert [item.event.event for item in reader.feed(data(result()), 9, 2).events] == [
        "run.delivered"
    ]


def test_a_failure_is_not_explained_by_what_was_refused_before_it(path: Path) -> None:
    named = [{"tool_name": "Bash", "tool_use_id": "t1"}]
    ended = result(is_error=True, result="API Error: 529", permission_denials=named)
    failed = read(path, INIT, uses("Bash"), brings("Exit code 1"), ended)[-1]
    assert (failed.event, failed.reason) == ("run.failed", "API Error: 529")


def test_a_turn_that_only_broke_off_is_left_open(path: Path) -> None:
    assert [event.event for event in read(path, INIT, uses("Bash"))] == ["run.started"]


def test_an_action_is_denied_once_however_often_it_is_said(path: Path) -> None:
    refused = line(
        "system", subtype="permission_denied", tool_name="Bash", tool_use_id="t1",
        decision_reason_type="rule", message="Permission to use Bash has been denied.",
    )  # fmt: skip
    named = [{"tool_name": "Bash", "tool_use_id": "t1", "tool_input": {}}]
    ended = result(permission_denials=named)
    text = "Permission to use Bash has been denied."
    assert denials(path, INIT, uses("Bash"), refused, brings(text), ended) == [("Bash", "rule")]


def test_a_denial_that_only_the_result_names_has_the_words_and_the_order_of_the_failure(
    path: Path,
) -> None:
    named = [{"tool_name": "mcp__pay__send", "tool_use_id": "t1"}]
    text = "no [burnline:d-7]"
    lines = INIT, uses("mcp__pay__send"), brings(text), result(permission_denials=named)
    (denied,) = [event for event in read(path, *lines) if event.event == "action.denied"]
    assert (denied.action, denied.directive, denied.reason) == ("mcp__pay__send", "d-7", text)
    assert denied.run == f"{SESSION}:nightly:1"


def test_a_denial_is_told_by_its_kind_whatever_its_words_are(path: Path) -> None:
    meta = [{"id": "t1", "non_execution_kind": "user-rejected"}]
    lines = INIT, uses("Bash"), brings("not this", tool_result_meta=meta)
    assert denials(path, *lines) == [("Bash", "user-rejected")]


def test_what_was_denied_without_asking_anybody_was_not_denied_by_the_user(path: Path) -> None:
    decided = {"decision": "reject", "source": "config"}
    meta = [{"id": "t1", "non_execution_kind": "user-rejected", "permission_decision": decided}]
    lines = INIT, uses("Bash"), brings("not this", tool_result_meta=meta)
    assert denials(path, *lines) == [("Bash", "permission-rule")]


def test_a_tool_that_failed_by_itself_is_no_denial(path: Path) -> None:
    assert denials(path, INIT, uses("Bash"), brings("Exit code 1"), result()) == []


def test_a_question_that_nobody_could_answer_is_no_denial(path: Path) -> None:
    named = [{"tool_name": "AskUserQuestion", "tool_use_id": "t1"}]
    lines = INIT, uses("AskUserQuestion"), brings("x"), result(permission_denials=named)
    assert denials(path, *lines) == []


def test_a_turn_costs_what_the_total_grew_by_and_takes_what_its_result_says(path: Path) -> None:
    usage = {"input_tokens": 2, "output_tokens": 3, "cache_read_input_tokens": 5}
    lines = [INIT, WORDS, result(usage=usage, total_cost_usd=0.25)]
    lines += [INIT, WORDS, result(usage=usage, total_cost_usd=0.75)]
    lines += [INIT, WORDS, result(usage=usage, total_cost_usd=0.125)]
    ends = [event for event in read(path, *lines) if event.event == "run.delivered"]
    assert [(event.tokens, event.cost_usd) for event in ends] == [
        (10, 0.25),
        (10, 0.5),
        (10, 0.125),
    ]


def test_a_route_may_be_made_of_what_the_init_says(path: Path) -> None:
    started = read(path, INIT, WORDS, route="{cwd_name}/{version}")[0]
    assert started.route == "refunds/2.1.330"
    assert read(path, WORDS)[0].route == "nightly"


@pytest.mark.parametrize(
    "first",
    [
        line("system", subtype="hook_started", hook_id="h"),
        INIT,
        WORDS,
        result(),
        {"type": "system", "subtype": "init", "session_id": "s"},
    ],
    ids=["hook", "init", "words", "result", "bare"],
)
def test_a_stream_is_told_by_any_of_its_lines(first: Line) -> None:
    assert recognise(data(first), b"run.log") == "claude-code-stream"


def test_a_native_event_with_such_keys_is_none_of_it() -> None:
    native = {**WORDS, "event": "run.started", "route": "a", "run": "r", "ts": 1_770_000_000}
    assert recognise(data(native, WORDS), b"a.jsonl") == "native"


def test_what_is_no_message_is_refused_with_its_reason(path: Path) -> None:
    reader = STREAM.reader(Context(path=path))
    batch = reader.feed(data(INIT) + b"Warning: x\n" + data({"no": "type"}), 0, 1)
    assert [refused.line for refused in batch.rejected] == [2, 3]
    assert batch.rejected[1].reason == "this object has no type"
