"""Gemini CLI telemetry: what its events mean, and how its objects are found in the file."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.intake.formats.gemini import FORMAT, TELEMETRY
from console.intake.reading import Batch, Context, Sourced
from console.model import SECOND_US, Event
from tests.intake.gemini_lines import FOREVER_S, MINUTE, NOON_US, at

PATH = Path("/home/dev/shop/.gemini/telemetry.log")


def said(kind: str, second: float, **fields: Any) -> dict[str, Any]:
    own = {"session.id": "s1", "event.name": f"gemini_cli.{kind}", "event.timestamp": at(second)}
    resource = {"attributes": {"service.name": "gemini-cli"}}
    return {"resource": resource, "body": f"{kind} {{", "attributes": {**own, **fields}}


def prompt(number: int, second: float) -> dict[str, Any]:
    return said("user_prompt", second, prompt_id=f"p{number}", prompt_length=3)


def pretty(*records: object) -> bytes:
    return b"".join(json.dumps(record, indent=2).encode() + b"\n" for record in records)


def read(data: bytes, clock_s: float = 0, route: str = "") -> Batch:
    reader = TELEMETRY.reader(Context(path=PATH, route=route))
    batch = reader.feed(data, 0, 1)
    settled = reader.settle(NOON_US + int(clock_s * SECOND_US))
    return Batch(batch.events + settled.events, batch.rejected + settled.rejected)


def events(*records: object, clock_s: float = 0, route: str = "") -> list[Event]:
    return [entry.event for entry in read(pretty(*records), clock_s, route).events]


def told(*records: object, clock_s: float = 0) -> list[str]:
    found = events(*records, clock_s=clock_s)
    return [f"{e.event} {e.run} @{(e.ts_us - NOON_US) / SECOND_US:g}" for e in found]


def test_a_finished_conversation_is_a_delivery() -> None:
    chat = (prompt(1, 0), said("api_response", 4), said("conversation_finished", 5, turnCount=2))
    assert told(*chat) == ["run.started p1 @0", "run.delivered p1 @5"]
    assert told(*chat, said("conversation_finished", 6)) == told(*chat)


def test_without_that_the_last_answer_is_one_at_the_next_prompt_or_after_silence() -> None:
    chat = (prompt(1, 0), said("api_request", 1), said("api_response", 4, role="main"))
    assert told(*chat, prompt(2, 9))[1] == "run.delivered p1 @4"
    assert told(*chat, clock_s=30 * MINUTE + 4) == ["run.started p1 @0"]
    assert told(*chat, clock_s=30 * MINUTE + 5)[1] == "run.delivered p1 @4"
    worked = said("tool_call", 6, function_name="shell", success=True, decision="accept")
    assert told(*chat, worked, prompt(2, 9)) == ["run.started p1 @0", "run.started p2 @9"]


def test_answers_of_other_models_than_the_main_one_are_none() -> None:
    chat = (prompt(1, 0), said("api_response", 4, role="utility_router"))
    assert told(*chat, prompt(2, 9)) == ["run.started p1 @0", "run.started p2 @9"]


def test_an_api_error_with_no_answer_after_it_is_a_failure() -> None:
    chat = (prompt(1, 0), said("api_error", 4, error="quota"))
    found = events(*chat, said("conversation_finished", 5))
    assert (found[1].event, found[1].reason) == ("run.failed", "quota")
    assert told(*chat, said("api_response", 5), prompt(2, 9))[1] == "run.delivered p1 @5"


def test_a_rejected_call_is_denied_by_the_human_and_cancels_the_run() -> None:
    rejected = said("tool_call", 4, function_name="shell", success=False, decision="reject")
    found = events(prompt(1, 0), rejected, prompt(2, 9))
    assert [event.event for event in found[1:3]] == ["action.denied", "run.cancelled"]
    assert (found[1].action, found[1].by, found[1].rule) == ("shell", "user", "user-rejected")


@pytest.mark.parametrize(
    ("fields", "rule", "order"),
    [
        ({"error": "Tool execution blocked: paused [burnline:d-3]"}, "hook", "d-3"),
        ({"error": "Tool execution denied by policy."}, "policy", ""),
        ({"error": "no", "error_type": "policy_violation"}, "policy", ""),
    ],
)
def test_a_call_that_a_hook_or_the_policy_stopped_is_denied(
    fields: dict[str, str], rule: str, order: str
) -> None:
    stopped = said("tool_call", 4, function_name="shell", success=False, **fields)
    denied = events(prompt(1, 0), stopped)[1]
    assert (denied.event, denied.rule, denied.directive) == ("action.denied", rule, order)


def test_a_call_at_which_a_hook_stopped_the_agent_cancels_the_run() -> None:
    error = "Agent execution stopped by hook: paused [burnline:d-3]"
    stopped = said("tool_call", 4, function_name="shell", success=False, error=error)
    found = events(prompt(1, 0), stopped, prompt(2, 9))
    assert [(event.event, event.by) for event in found[1:2]] == [("run.cancelled", "d-3")]


@pytest.mark.parametrize(
    ("fields", "by"),
    [
        ({"exit_code": 2, "stderr": "paused [burnline:d-3]"}, "d-3"),
        ({"exit_code": 2}, "hook"),
        ({"exit_code": 0, "stdout": '{"decision": "block", "reason": "no"}'}, "hook"),
        ({"hook_output": '{"decision": "deny", "reason": "[burnline:d-3]"}'}, "d-3"),
        ({"hook_output": {"continue": False, "stopReason": "[burnline:d-3]"}}, "d-3"),
    ],
)
def test_a_prompt_that_a_hook_kept_from_the_agent_is_a_cancelled_run(
    fields: dict[str, Any], by: str
) -> None:
    hook = said("hook_call", 1, hook_event_name="BeforeAgent", success=False, **fields)
    found = events(prompt(1, 0), hook, prompt(2, 9))
    assert [(event.event, event.by) for event in found[1:2]] == [("run.cancelled", by)]


@pytest.mark.parametrize(
    "fields",
    [
        {"hook_event_name": "BeforeAgent", "exit_code": 1, "stderr": "broken"},
        {"hook_event_name": "BeforeAgent", "exit_code": 0, "stdout": "{}"},
        {"hook_event_name": "BeforeAgent", "exit_code": 0, "stdout": "not JSON"},
        {"hook_event_name": "BeforeTool", "exit_code": 2, "stderr": "no"},
        {"hook_event_name": "SessionStart", "exit_code": 2, "stderr": "no"},
    ],
)
def test_other_hooks_are_no_events(fields: dict[str, Any]) -> None:
    assert told(prompt(1, 0), said("hook_call", 1, **fields)) == ["run.started p1 @0"]


def test_a_verdict_on_a_call_is_told_by_the_call_that_it_stopped() -> None:
    verdict = said("conseca.verdict", 4, verdict="deny", tool_call="{}")
    switch = said("plan.approval_mode_switch", 4, to_mode="yolo")
    assert told(prompt(1, 0), verdict, switch) == ["run.started p1 @0"]


@pytest.mark.parametrize("decision", ["accept", "auto_accept", "modify", None])
def test_other_failures_of_tools_are_no_misses(decision: str | None) -> None:
    failed = said("tool_call", 4, success=False, error="exit 1", decision=decision)
    assert told(prompt(1, 0), failed) == ["run.started p1 @0"]


@pytest.mark.parametrize(
    ("reason", "event"),
    [
        ("GOAL", "run.delivered"),
        ("ABORTED", "run.cancelled"),
        ("ERROR", "run.failed"),
        ("TIMEOUT", "run.failed"),
        ("MAX_TURNS", "run.failed"),
    ],
)
def test_a_sub_agent_is_a_run_of_the_one_that_started_it(reason: str, event: str) -> None:
    start = said("agent.start", 1, agent_id="a1", agent_name="helper")
    finish = said(
        "agent.finish", 3, agent_id="a1", duration_ms=1500, turn_count=2, terminate_reason=reason
    )
    started, finished = events(prompt(1, 0), start, finish)[1:]
    assert (started.event, started.run, started.parent) == ("run.started", "a1", "p1")
    assert (finished.event, finished.run, finished.elapsed_s) == (event, "a1", 1.5)


def test_recovery_attempts_and_rewinds_are_recoveries() -> None:
    tries = [
        said("agent.recovery_attempt", second, agent_id="a1", reason="TIMEOUT", success=ok)
        for second, ok in ((1, True), (2, False))
    ]
    assert [event.event for event in events(prompt(1, 0), *tries)[1:]] == [
        "recovery.succeeded",
        "recovery.failed",
    ]
    rewind = said("rewind", 3, outcome="rewind_and_revert")
    found = events(prompt(1, 0), rewind, said("rewind", 4, outcome="cancel"))[1:]
    assert [(event.event, event.kind) for event in found] == [
        ("recovery.started", "rollback"),
        ("recovery.succeeded", "rollback"),
    ]


def test_sessions_in_one_file_do_not_disturb_each_other() -> None:
    other = said("user_prompt", 2, prompt_id="q1")
    other["attributes"]["session.id"] = "s2"
    assert told(prompt(1, 0), said("api_response", 1), other) == [
        "run.started p1 @0",
        "run.started q1 @2",
    ]


def test_the_route_is_the_project_and_a_template_may_say_otherwise() -> None:
    assert events(prompt(1, 0))[0].route == "shop"
    assert events(prompt(1, 0), route="{service}/{session}")[0].route == "gemini-cli/s1"


def test_a_record_without_an_event_time_is_of_its_own_time() -> None:
    record = prompt(1, 0)
    del record["attributes"]["event.timestamp"]
    record["hrTime"] = [NOON_US // SECOND_US, 7_000_000]
    assert events(record)[0].ts_us == NOON_US + 7_000


def test_spans_metrics_and_other_events_are_passed_over() -> None:
    assert told({"traceId": "x", "name": "llm_call"}, said("config", 0), {"scopeMetrics": []}) == []


def test_an_object_that_is_cut_off_is_refused_and_the_next_one_is_found() -> None:
    broken = pretty(prompt(1, 0)).splitlines(keepends=True)[:3]
    batch = read(b"".join(broken) + pretty(prompt(2, 1)))
    assert [entry.event.run for entry in batch.events] == ["p2"]
    assert [(piece.offset, piece.line, piece.reason) for piece in batch.rejected] == [
        (0, 1, "this object is cut off")
    ]


def test_the_rest_of_an_object_whose_start_is_gone_is_refused_once() -> None:
    rest = b"".join(pretty(prompt(1, 0)).splitlines(keepends=True)[3:])
    batch = read(rest + pretty(prompt(2, 1)))
    assert [entry.event.run for entry in batch.events] == ["p2"]
    assert len(batch.rejected) == 1


def test_an_object_longer_than_is_read_is_refused_once_and_the_next_one_is_found() -> None:
    many = {"body": ["x" * 1000] * 5000}
    batch = read(pretty(many, prompt(2, 1)))
    assert [entry.event.run for entry in batch.events] == ["p2"]
    assert [piece.reason for piece in batch.rejected] == [
        "this object is longer than is read; it was passed over"
    ]


def test_compact_glued_and_crlf_objects_are_read_too() -> None:
    compact = json.dumps(prompt(1, 0)).encode() + b"\n" + pretty(prompt(2, 1))
    assert [entry.event.run for entry in read(compact).events] == ["p1", "p2"]
    glued = pretty(prompt(1, 0))[:-1] + pretty(prompt(2, 1))
    assert [entry.event.run for entry in read(glued).events] == ["p1", "p2"]
    windows = b"\xef\xbb\xbf" + pretty(prompt(1, 0), prompt(2, 1)).replace(b"\n", b"\r\n")
    assert [entry.event.run for entry in read(b"\x00\x00\n" + windows).events] == ["p1", "p2"]


def test_evidence_points_at_the_object() -> None:
    data = b"\n" + pretty({"a": 1}, prompt(1, 0))
    (entry,) = read(data).events
    assert json.loads(data[entry.offset : entry.offset + entry.length]) == prompt(1, 0)
    assert entry.line == 5


def test_telemetry_is_recognised_by_its_event_names() -> None:
    assert TELEMETRY.recognises(pretty(said("config", 0), prompt(1, 0))[:400])
    assert not FORMAT.recognises(pretty(prompt(1, 0)))
    native = b'{"ts":1,"route":"r","event":"e","attributes":{"event.name":"gemini_cli.x"}}\n'
    assert not TELEMETRY.recognises(native)


RECORDS = [
    prompt(1, 0),
    said("api_response", 4),
    said("tool_call", 5, decision="reject", function_name="x"),
    prompt(2, 3000),
    said("api_error", 3001, error="quota"),
    said("agent.start", 3002, agent_id="a1"),
    {"traceId": "x"},
]


@given(st.lists(st.sampled_from(RECORDS), max_size=8), st.sets(st.integers(1, 120)))
def test_blocks_and_restarts_at_any_line_change_nothing(records: list[Any], cuts: set[int]) -> None:
    data = pretty(*records)
    rows = data.splitlines(keepends=True)
    state, offset = b"", 0
    found: list[Sourced] = []
    edges = [0, *sorted(cut for cut in cuts if cut < len(rows)), len(rows)]
    for start, end in itertools.pairwise(edges):
        reader = TELEMETRY.reader(Context(path=PATH), state)
        block = b"".join(rows[start:end])
        found += reader.feed(block, offset, start + 1).events
        state, offset = reader.dump(), offset + len(block)
    settled = TELEMETRY.reader(Context(path=PATH), state).settle(NOON_US + FOREVER_S * SECOND_US)
    assert found + settled.events == read(data, FOREVER_S).events


@given(st.lists(st.sampled_from([b"{", b"}", b" ", b"\n", b'"a":1', b",", b"\xff"]), max_size=30))
def test_no_bytes_raise(parts: list[bytes]) -> None:
    read(b"".join(parts))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "event.timestamp",
        "session.id",
        "prompt_id",
        "role",
        "error",
        "decision",
        "agent_id",
        "success",
    ]
)


@given(st.sampled_from(RECORDS), st.dictionaries(FIELDS, JSON), JSON)
def test_no_values_raise(record: dict[str, Any], odd: dict[str, Any], resource: object) -> None:
    changed = {**record, "attributes": {**record.get("attributes", {}), **odd}}
    read(pretty({**changed, "resource": resource, "hrTime": resource}), FOREVER_S)
