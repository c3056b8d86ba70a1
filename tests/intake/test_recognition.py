"""Agents' logs are known for what they are, however unusually they begin."""

from __future__ import annotations

import json
from typing import Any

import pytest

from console.intake.formats import recognise

HEAD = 128 * 1024
BOM = b"\xef\xbb\xbf"
STAMP = "2026-03-01T12:00:00Z"
LONG = "x" * 2 * HEAD
CLAUDE: dict[str, Any] = {
    "parentUuid": None,
    "isSidechain": False,
    "cwd": "/home/dev/shop",
    "sessionId": "s1",
    "type": "user",
    "message": {"role": "user", "content": "fix it"},
    "uuid": "u1",
    "timestamp": STAMP,
}
PROMPT = {"type": "event_msg", "payload": {"type": "user_message", "message": "fix it"}}
INIT = {"type": "system", "subtype": "init", "session_id": "s1", "cwd": "/home/dev/shop"}
META = {"type": "session_meta", "payload": {"id": "s1", "cwd": "/home/dev/shop"}}
QUESTION = {"id": "m1", "timestamp": STAMP, "type": "user", "content": [{"text": "fix it"}]}
ANSWER = {"id": "m2", "timestamp": STAMP, "type": "gemini", "content": "Done."}
SESSION = {"sessionId": "s1", "projectHash": "abc"}
TRACE = {"object": "trace", "id": "trace_1", "workflow_name": "refunds"}
SPAN = {"object": "trace.span", "id": "span_1", "trace_id": "trace_1", "span_data": {}}
TOLD = {"attributes": {"event.name": "gemini_cli.user_prompt", "session.id": "s1"}}


def line(record: dict[str, Any], **fields: Any) -> bytes:
    return json.dumps(record | fields, separators=(",", ":")).encode() + b"\n"


def rollout(record: dict[str, Any], **fields: Any) -> bytes:
    return line({"timestamp": STAMP}, **record, **fields)


def pretty(*records: object) -> bytes:
    return b"\n".join(json.dumps(record, indent=2).encode() for record in records)


def listed(*records: dict[str, Any]) -> bytes:
    """Return records as a list, each on a line of its own."""
    return b",\n".join(line(record).rstrip() for record in records)


def long_prompt(**fields: Any) -> bytes:
    return line(CLAUDE, message={"role": "user", "content": LONG}, **fields)[:HEAD]


STARTS: dict[str, list[bytes]] = {
    "claude-code": [
        line(CLAUDE),
        line(CLAUDE).rstrip(),
        BOM + line(CLAUDE).rstrip(),
        b"\n\n" + line(CLAUDE),
        line({"type": "summary", "summary": "a", "leafUuid": "l"}),
        line({"type": "file-history-snapshot", "messageId": "m", "snapshot": {}}),
        line({"type": "queue-operation", "operation": "enqueue", "sessionId": "s1"}),
        line({"type": "cost-state", "sessionId": "s1"}),
        line({"type": "never seen before"}) + line(CLAUDE),
        line(CLAUDE, type="never seen before"),
        line(CLAUDE, type="attachment", attachment={"type": "hook_success"}),
        long_prompt(),
        long_prompt(parentUuid="u0"),
        BOM + long_prompt(),
        line({"type": "never seen before"}) + long_prompt(),
        line({"parentUuid": None, "logicalParentUuid": "u0"}, **CLAUDE, more=LONG)[:HEAD],
    ],
    "claude-code-stream": [
        line(INIT),
        BOM + line(INIT).rstrip(),
        b"\n" + line({"type": "never seen before"}) + line(INIT),
        line({"type": "system", "subtype": "hook_started", "session_id": "s1", "uuid": "u1"}),
        line({"type": "assistant", "message": {}, "parent_tool_use_id": None, "session_id": "s1"}),
        line({"is_error": True, "subtype": "max", "type": "result", "session_id": "s1"}),
        line(INIT, tools=[LONG])[:HEAD],
        line({"type": "system", "subtype": "hook_response", "output": LONG})[:HEAD],
        line({"type": "never seen before", "session_id": "s1"}) + line(INIT, tools=[LONG])[:HEAD],
    ],
    "codex": [
        rollout(META),
        BOM + rollout(META).rstrip(),
        b"\n" + rollout(PROMPT) + rollout(META),
        rollout(PROMPT).rstrip(),
        rollout({"type": "never seen before", "payload": {}}) + rollout(META),
        rollout(META, more=LONG)[:HEAD],
        rollout({"type": "session_meta", "payload": {"instructions": LONG}})[:HEAD],
        rollout({"type": "new", "payload": {}})
        + rollout({"type": "response_item", "payload": {"x": LONG}})[:HEAD],
    ],
    "codex-exec": [
        line({"type": "thread.started", "thread_id": "t1"}),
        BOM + line({"type": "thread.started", "thread_id": "t1"}).rstrip(),
        b"\n"
        + line({"type": "turn.started"})
        + line({"type": "turn.completed", "usage": {"a": 1}}),
        line({"type": "turn.failed", "error": {"message": "no credit"}}),
        line({"type": "item.updated", "item": {"id": "i0", "type": "todo_list"}}),
    ],
    "gemini": [
        line(SESSION, startTime=STAMP),
        BOM + line(SESSION).rstrip(),
        b"\n" + line(SESSION) + line(QUESTION),
        line({"$set": {"lastUpdated": STAMP}}),
        line(QUESTION) + line(ANSWER),
    ],
    "gemini-stream": [
        line({"type": "init", "timestamp": STAMP, "session_id": "s1", "model": "m"}),
        BOM + line({"type": "result", "timestamp": STAMP, "status": "success", "stats": {}}),
        line({"type": "message", "timestamp": STAMP, "role": "user", "content": "a"})
        + line({"type": "tool_use", "timestamp": STAMP, "tool_name": "a", "tool_id": "t1"}),
    ],
    "gemini-document": [
        pretty({**SESSION, "messages": []}),
        BOM + line({**SESSION, "messages": [QUESTION, ANSWER]}),
        pretty({"projectHash": "abc", "sessionId": "s1", "messages": [QUESTION]}),
        pretty({"kind": "main", **SESSION, "startTime": STAMP, "messages": [QUESTION]}),
        pretty({"messages": [QUESTION, ANSWER]}),
        line({**SESSION, "messages": [{**QUESTION, "content": LONG}]})[:HEAD],
        b'{\n"sessionId": "s1", "projectHash": "abc",\n"messages": [\n'
        + listed(QUESTION, ANSWER)
        + b"\n]}\n",
        b'{"sessionId": "s1", "projectHash": "abc", "messages": [\n'
        + listed(QUESTION, ANSWER)
        + b"\n]}\n",
    ],
    "openai-agents": [line(TRACE) + line(SPAN), BOM + line(TRACE).rstrip(), line(SPAN)],
    "openai-agents-document": [
        pretty([TRACE, SPAN]),
        b"[\n" + listed(TRACE, SPAN) + b"\n]\n",
        b'{"traces": [\n' + listed(TRACE, SPAN) + b"\n]}",
    ],
    "gemini-telemetry": [
        pretty(TOLD),
        BOM + line(TOLD).rstrip(),
        b"\n" + pretty({"name": "a span", "attributes": {}}, TOLD),
    ],
}


@pytest.mark.parametrize(
    ("name", "head"), [(name, head) for name, heads in STARTS.items() for head in heads]
)
def test_a_file_is_known_by_what_it_holds_not_by_its_name(name: str, head: bytes) -> None:
    assert recognise(head, b"/logs/full.jsonl") == name
    assert recognise(head, b"/logs/export") == name


@pytest.mark.parametrize(
    "head",
    [
        line({"ts": 1, "route": "r", "event": "run.started", "run": "a"}) + long_prompt(),
        line(CLAUDE) * 3 + line({"event": None, "route": "r"}) + long_prompt(),
        line(CLAUDE) + line({"event": 1, "route": "r"}).replace(b"route", rb"ro\u0075te"),
        line(CLAUDE) + b"\xff\n" + line({"a": 1}).rstrip() + line({"event": 1, "route": "r"}),
        line({"messages": [{"role": "user", "content": "x"}]}),
        line({"id": "m1", "type": "gemini"}),
        line({"type": "turn.failed", "error": "text"}),
        line({"sessionId": "s1"}),
        line({"type": "result", "subtype": "search", "duration_ms": 4, "session_id": "s1"}),
        line({"type": "result", "subtype": "search", "is_error": False, "duration_ms": 4}),
        line({"type": "system", "subtype": "disk", "session_id": "s1", "msg": "full"}),
        line({"id": 7, "msg": {"type": "error", "text": "no route to host"}}),
    ],
)
def test_a_likeness_is_not_enough(head: bytes) -> None:
    assert recognise(head, b"/logs/export") in {"", "native"}
