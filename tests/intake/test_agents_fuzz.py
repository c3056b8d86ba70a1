"""What holds for the readers of agents' own logs, whatever the runtime wrote and however it is cut.

Records of every kind that a reader tells apart are mixed, shuffled and repeated, any of their
fields is replaced by any JSON value, and the bytes are cut anywhere.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.intake.formats import FORMATS
from console.intake.reading import Context
from console.model import Event
from tests.intake.claude_lines import INTERRUPTED, REJECTED, Transcript
from tests.intake.gemini_lines import CANCELLED, HEADER, call, message, user, uses
from tests.intake.test_codex import Rollout

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.intake.reading import Batch

FOREVER_US = 2**60
Record = dict[str, Any]


class Kind(NamedTuple):
    """A format, the path of a file of it, and the records that its reader tells apart."""

    format: str
    path: str
    records: list[Record]


def transcript() -> list[Record]:
    put = {"type": "hook_stopped_continuation", "hookEvent": "PostToolUse"}
    ending = {"ending": {"kind": "blocked_by_hook", "reason": "no"}}
    own = Transcript(promptId="p1", slug="a", agentName="").user(0, "x").says(1)
    own.uses(2).result(3, REJECTED).interrupted(4).result(5, INTERRUPTED)
    own.user(6, "<command-name>/x</command-name>").user(7, "<local-command-stdout>")
    own.uses(8, "ExitPlanMode", "t2").result(9, REJECTED, "t2", toolDenialKind="user-rejected")
    own.says(10, isApiErrorMessage=True).says(11, stop_reason="end_turn")
    own.system(12, "turn_duration", durationMs=1).system(13, "api_error", retryAttempt=1)
    own.system(14, "stop_hook_summary", hookCount=1, hookErrors=["no"], stopReason="no")
    own.system(15, "informational", promptSubmitEnding=ending)
    own.add("attachment", 16, attachment=put).add("progress", 17, data={"agentId": "a7"})
    own.user(18, "side", isSidechain=True, agentId="a7").user(2000, "y", promptId="p2")
    own.note(type="summary", leafUuid="l").note(type="cost-state", sessionId="s1")
    return own.records


def rollout() -> list[Record]:
    own = Rollout(git={"branch": "main"}, source={"subagent": {}}, forked_from_id="")
    own.user(1).says(2).refused(3).aborted(4).started(5).asked(6).complete(7)
    own.calls(8, "c2", asked={"with_escalated_permissions": True}).output(9, "rejected", "c2")
    own.event(10, "error", message="no").event(11, "stream_error", message="no")
    own.add(12, "turn_context", cwd="/a").add(13, "compacted").add(2000, "event_msg")
    own.started(14, "t2", root_turn_id="t1").complete(15, "t2", last_agent_message=None)
    return own.records


def printed() -> list[Record]:
    command = {"id": "i1", "type": "command_execution", "status": "declined"}
    tool = {"id": "i2", "type": "mcp_tool_call", "tool": "a", "status": "failed"}
    return [
        {"type": "thread.started", "thread_id": "t1"},
        {"type": "turn.started"},
        {"type": "item.completed", "item": {**command, "aggregated_output": "rejected by user"}},
        {"type": "item.completed", "item": {**tool, "error": {"message": "no"}}},
        {"type": "turn.completed", "usage": {"input_tokens": 1}},
        {"type": "turn.failed", "error": {"message": "no"}},
        {"type": "error", "message": "no"},
    ]


def conversation() -> list[Record]:
    of = {"session_id": "s1", "uuid": "u1"}
    said = {**of, "parent_tool_use_id": None, "timestamp": "2026-03-01T12:00:00Z"}
    tool = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {}}
    brought = {"type": "tool_result", "tool_use_id": "t1", "content": REJECTED, "is_error": True}
    denied = {"tool_name": "Bash", "tool_use_id": "t1"}
    spent = {"usage": {"input_tokens": 1}, "total_cost_usd": 0.5, "duration_ms": 5}
    meta = [{"id": "t1", "non_execution_kind": "user-rejected"}]
    return [
        {"type": "system", "subtype": "init", "cwd": "/srv/shop", **of},
        {"type": "assistant", "message": {"content": [tool]}, **said},
        {"type": "user", "message": {"content": [brought]}, "tool_result_meta": meta, **said},
        {"type": "system", "subtype": "permission_denied", "message": "no", **denied, **of},
        {"type": "result", "subtype": "success", "permission_denials": [denied], **spent, **of},
        {"type": "result", "subtype": "error_max_turns", "errors": ["no"], **of},
        {"type": "result", "is_error": True, "terminal_reason": "aborted_tools", **of},
        {"type": "result", "result": "UserPromptSubmit operation blocked by hook: no", **of},
    ]


def chat() -> list[Record]:
    return [
        {**HEADER, "kind": "subagent"},
        HEADER,
        user("u1", 0),
        uses("g1", 5, call("error", "Tool execution blocked: no", 6)),
        uses("g2", 12, call("cancelled", CANCELLED, 13)),
        uses("g3", 14, call("error", "Agent execution stopped by hook: no", 15)),
        message("e1", "error", 16, "no"),
        message("i1", "info", 17, "Request cancelled."),
        user("u2", 5000),
        {"$rewindTo": "u1"},
        {"$set": {"lastUpdated": "2026-03-01T12:00:00Z", "messages": [user("u3", 20)]}},
    ]


def prompted() -> list[Record]:
    at = {"timestamp": "2026-03-01T12:00:00Z"}
    refused = {"tool_id": "t1", "status": "error", "output": "Tool execution blocked: no"}
    stopped = {"severity": "warning", "message": "Agent execution stopped: no"}
    return [
        {"type": "init", **at, "session_id": "s1", "model": "m"},
        {"type": "message", **at, "role": "user", "content": "a"},
        {"type": "message", **at, "role": "assistant", "content": "a", "delta": True},
        {"type": "tool_use", **at, "tool_name": "shell", "tool_id": "t1", "parameters": {}},
        {"type": "tool_result", **at, **refused},
        {"type": "error", **at, **stopped},
        {"type": "error", **at, "message": "Agent execution blocked: no"},
        {"type": "result", **at, "status": "success", "stats": {"duration_ms": 5}},
        {"type": "result", **at, "status": "error", "error": {"type": "FatalCancellationError"}},
    ]


def telemetry() -> list[Record]:
    kinds: dict[str, Record] = {
        "user_prompt": {"prompt_id": "p1"},
        "api_response": {"role": "main"},
        "api_error": {"error": "no"},
        "tool_call": {"decision": "reject", "function_name": "shell"},
        "hook_call": {"hook_event_name": "BeforeAgent", "exit_code": 2, "stdout": "{}"},
        "agent.start": {"agent_id": "a1"},
        "agent.finish": {"agent_id": "a1", "terminate_reason": "GOAL", "duration_ms": 5},
        "agent.recovery_attempt": {"agent_id": "a1", "success": False},
        "rewind": {"outcome": "rewind"},
        "conversation_finished": {},
    }
    return [
        {
            "attributes": {
                "event.name": f"gemini_cli.{kind}",
                "event.timestamp": "2026-03-01T12:00:00Z",
                "session.id": "s1",
                **said,
            },
            "hrTime": [1_772_366_400, 5],
        }
        for kind, said in kinds.items()
    ]


KINDS = [
    Kind("claude-code", "/logs/-home-dev-shop/s1.jsonl", transcript()),
    Kind("claude-code", "/logs/-home-dev-shop/s1/subagents/agent-a7.jsonl", transcript()),
    Kind("claude-code-stream", __file__, conversation()),
    Kind("codex", "/logs/rollout-2026-03-01T12-00-00-s1.jsonl", rollout()),
    Kind("codex-exec", __file__, printed()),
    Kind("gemini", "/home/dev/.gemini/tmp/shop/chats/s0/a.jsonl", chat()),
    Kind("gemini-stream", "/logs/nightly.jsonl", prompted()),
    Kind("gemini-telemetry", "/home/dev/shop/.gemini/telemetry.log", telemetry()),
]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: Path(kind.path).stem[:12])
_SIMPLE = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_WORDS = st.sampled_from(["", " ", "\ud83d", "\x00", REJECTED, "\u202e", "2026-03-01T12:00:00Z"])
JSON: st.SearchStrategy[Any] = st.recursive(
    _SIMPLE | _WORDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "text", "id", "content", "message"]), inner)
    ),
    max_leaves=6,
)


def paths_in(value: object, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return where in a record a value can be replaced: every member and element, at any depth."""
    if isinstance(value, dict):
        inner: Iterable[tuple[Any, object]] = value.items()
    else:
        inner = enumerate(value) if isinstance(value, list) else ()
    return [
        place for key, part in inner for place in [(*above, key), *paths_in(part, (*above, key))]
    ]


def replaced(record: Record, place: tuple[str | int, ...], odd: object) -> Record:
    copy = json.loads(json.dumps(record))
    part = copy
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = odd
    return copy  # type: ignore[no-any-return]


@st.composite
def files(draw: st.DrawFn, records: list[Record]) -> bytes:
    """Draw a file: shuffled and repeated records, some with odd values, perhaps cut anywhere."""
    rows = []
    for record in draw(st.lists(st.sampled_from(records), max_size=12)):
        changed = record
        if draw(st.booleans()):
            place = draw(st.sampled_from(paths_in(record)))
            changed = replaced(record, place, draw(JSON))
        rows.append(json.dumps(changed).encode() + b"\n")
    data = b"".join(rows)
    cut = draw(st.none() | st.integers(0, len(data)))
    return data if cut is None else data[:cut] + draw(st.sampled_from([b"", b"\n"])) + data[cut:]


def whole(kind: Kind, data: bytes) -> list[Batch]:
    reader = FORMATS[kind.format].reader(Context(path=Path(kind.path)))
    return [reader.feed(data, 0, 1), reader.settle(FOREVER_US)]


def in_blocks(kind: Kind, data: bytes, edges: set[int]) -> list[Batch]:
    """Read a file in blocks of whole lines, with a restart after each."""
    rows, state, found, start = data.splitlines(keepends=True), b"", [], 0
    for end in [*sorted(edge for edge in edges if edge < len(rows)), len(rows)]:
        reader = FORMATS[kind.format].reader(Context(path=Path(kind.path)), state)
        offset = sum(map(len, rows[:start]))
        found.append(reader.feed(b"".join(rows[start:end]), offset, start + 1))
        state, start = reader.dump(), end
    last = FORMATS[kind.format].reader(Context(path=Path(kind.path)), state)
    return [*found, last.settle(FOREVER_US)]


@each_kind
@given(drawn=st.data())
def test_nothing_raises_and_every_event_names_its_route_and_run(
    kind: Kind, drawn: st.DataObject
) -> None:
    data = drawn.draw(files(kind.records))
    found = whole(kind, data)
    events: list[Event] = [sourced.event for batch in found for sourced in batch.events]
    assert all(event.route.strip() and event.run.strip() and event.id for event in events)
    for batch in found:
        places = [(found.offset, found.line) for found in batch.events]
        places += [(refused.offset, refused.line) for refused in batch.rejected]
        assert all(0 <= offset < len(data) and line >= 1 for offset, line in places)
        assert all(rejected.reason for rejected in batch.rejected)
    for entry in FORMATS.values():
        entry.recognises(data)


@each_kind
@pytest.mark.parametrize("odd", ["", "  ", None, 7, [], {}])
def test_no_record_names_nothing_whichever_of_its_fields_is_blank(kind: Kind, odd: object) -> None:
    for number, record in enumerate(kind.records):
        for place in paths_in(record):
            changed = [replaced(record, place, odd), *kind.records[number + 1 :]]
            data = b"".join(json.dumps(one).encode() + b"\n" for one in changed)
            for batch in whole(kind, data):
                for event in (sourced.event for sourced in batch.events):
                    assert event.route.strip(), place
                    assert event.run.strip(), place


@each_kind
@given(drawn=st.data(), edges=st.sets(st.integers(0, 12)))
def test_blocks_and_restarts_anywhere_change_nothing(
    kind: Kind, drawn: st.DataObject, edges: set[int]
) -> None:
    data = drawn.draw(files(kind.records))
    together, apart = whole(kind, data), in_blocks(kind, data, edges)
    for part in ("events", "rejected"):
        assert [one for batch in apart for one in getattr(batch, part)] == [
            one for batch in together for one in getattr(batch, part)
        ]
