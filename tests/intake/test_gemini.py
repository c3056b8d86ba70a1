"""Gemini CLI chats: a run is one message of the user to the next."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.intake.formats.gemini import DOCUMENT, FORMAT, TELEMETRY
from console.intake.reading import Batch, Context, Sourced
from tests.intake.gemini_lines import (
    CANCELLED,
    DENIED,
    FOREVER_S,
    HEADER,
    MINUTE,
    NOON_US,
    NOT_ALLOWED,
    PATH,
    at,
    call,
    document,
    events,
    lines,
    message,
    read,
    read_document,
    says,
    told,
    user,
    uses,
)

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "gemini"
BLOCKED = "Tool execution blocked: paused"


def test_a_prompt_starts_a_run_named_after_its_message() -> None:
    assert told(user("u1", 0)) == ["run.started u1 @0"]


@pytest.mark.parametrize(
    "content",
    [
        "Please continue.",
        "System: Potential loop detected",
        "<state_snapshot>x",
        "",
        [{"functionResponse": {"id": "t"}}],
        [{"text": "<session_context>"}],
    ],
)
def test_what_the_runtime_writes_in_the_users_place_is_no_prompt(content: object) -> None:
    assert told(user("u1", 0, content)) == []


def test_parts_and_images_are_prompts() -> None:
    assert told(user("u1", 0, [{"text": "fix"}]), user("u2", 1, [{"inlineData": {}}])) == [
        "run.started u1 @0",
        "run.started u2 @1",
    ]


def test_words_are_a_delivery_at_the_next_prompt() -> None:
    assert told(user("u1", 0), says("g1", 5), user("u2", 90)) == [
        "run.started u1 @0",
        "run.delivered u1 @5",
        "run.started u2 @90",
    ]


def test_words_are_a_delivery_after_half_an_hour_of_silence() -> None:
    chat = (user("u1", 0), says("g1", 5))
    assert told(*chat, clock_s=30 * MINUTE + 5) == ["run.started u1 @0"]
    assert told(*chat, clock_s=30 * MINUTE + 6)[-1] == "run.delivered u1 @5"
    assert told(*chat, says("g2", 31 * MINUTE))[-1] == "run.delivered u1 @5"


def test_tool_calls_without_words_after_them_leave_the_run_open() -> None:
    chat = (user("u1", 0), uses("g1", 5, call("success", second=6), content="I will look."))
    assert told(*chat, clock_s=FOREVER_S) == ["run.started u1 @0"]
    assert told(*chat, user("u2", 9)) == ["run.started u1 @0", "run.started u2 @9"]


def test_a_message_that_comes_again_replaces_the_one_before() -> None:
    again = uses("g1", 5, call("success", second=6), content="Done.")
    assert told(user("u1", 0), says("g1", 5), again, clock_s=FOREVER_S) == ["run.started u1 @0"]


def test_messages_told_again_in_a_patch_change_nothing() -> None:
    chat = [user("u1", 0), says("g1", 5), user("u2", 9), says("g2", 12)]
    patch = {"$set": {"messages": chat, "lastUpdated": at(12)}}
    assert told(*chat, patch, clock_s=FOREVER_S) == told(*chat, clock_s=FOREVER_S)
    assert told(patch, clock_s=FOREVER_S) == told(*chat, clock_s=FOREVER_S)


def test_an_error_after_which_nothing_came_is_a_failure() -> None:
    error = message("e1", "error", 7, "[API Error: quota exceeded]")
    found = events(user("u1", 0), error, user("u2", 9))
    assert (found[1].event, found[1].reason) == ("run.failed", "[API Error: quota exceeded]")
    assert told(user("u1", 0), error, says("g1", 8), user("u2", 9))[1] == "run.delivered u1 @8"
    assert told(user("u1", 0), error, clock_s=11 * MINUTE)[-1] == "run.failed u1 @7"


def test_errors_of_tools_are_no_misses() -> None:
    failed = uses("g1", 5, call("error", "Path must be absolute: ."))
    assert told(user("u1", 0), failed, says("g2", 7), user("u2", 9))[1] == "run.delivered u1 @7"


@pytest.mark.parametrize(
    ("error", "rule", "order"),
    [
        (BLOCKED, "hook", ""),
        ("Tool execution blocked: " + "x" * 4000 + "[burnline:d-1]", "hook", "d-1"),
        ("Tool execution denied by policy. You are in Plan Mode", "policy", ""),
    ],
)
def test_a_refused_tool_call_is_a_denied_action(error: str, rule: str, order: str) -> None:
    (denied,) = [
        event
        for event in events(user("u1", 0), uses("g1", 5, call("error", error, 6)))
        if event.event == "action.denied"
    ]
    assert (denied.rule, denied.directive, denied.action) == (rule, order, "shell")
    assert (denied.run, denied.ts_us, denied.id) == ("u1", NOON_US + 6_000_000, "shell-6")


def test_a_refusal_that_comes_again_is_told_once() -> None:
    refused = uses("g1", 5, call("error", BLOCKED, 6))
    assert told(user("u1", 0), refused, refused).count("action.denied u1 @6") == 1


def test_a_text_of_a_successful_call_is_no_refusal() -> None:
    fine = call("success", second=6)
    fine["resultDisplay"] = BLOCKED
    assert told(user("u1", 0), uses("g1", 5, fine)) == ["run.started u1 @0"]


@pytest.mark.parametrize("refusal", [NOT_ALLOWED, DENIED])
def test_a_call_that_the_human_did_not_allow_is_denied_and_the_run_cancelled(refusal: str) -> None:
    chat = [user("u1", 0), uses("g1", 5, call("cancelled", refusal, 6))]
    found = events(*chat, user("u2", 9))
    assert [event.event for event in found] == [
        "run.started",
        "action.denied",
        "run.cancelled",
        "run.started",
    ]
    assert (found[1].by, found[1].rule, found[2].by) == ("user", "user-rejected", "user")
    assert told(*chat, clock_s=11 * MINUTE)[-1] == "run.cancelled u1 @6"
    assert told(*chat, says("g2", 8), user("u2", 9))[2] == "run.delivered u1 @8"
    stopped = message("i1", "info", 7, "Request cancelled.")
    assert told(*chat, stopped, user("u2", 9))[2] == "run.cancelled u1 @6"


@pytest.mark.parametrize(
    "stop",
    [uses("g1", 5, call("cancelled", CANCELLED, 6)), message("i", "info", 6, "Request cancelled.")],
)
def test_an_interruption_is_a_rescue_if_the_human_goes_on_within_ten_minutes(stop: Any) -> None:
    assert told(user("u1", 0), stop, user("u2", 9)) == [
        "run.started u1 @0",
        "rescued u1 @6",
        "run.failed u1 @6",
        "run.started u2 @9",
    ]
    assert told(user("u1", 0), stop, user("u2", 11 * MINUTE))[1] == "run.cancelled u1 @6"
    assert told(user("u1", 0), stop, clock_s=11 * MINUTE)[1] == "run.cancelled u1 @6"


def test_a_prompt_that_a_hook_stopped_is_cancelled_by_our_order_where_it_bears_one() -> None:
    ours = message("w", "warning", 1, "Agent execution blocked: paused [burnline:d-2]")
    found = events(user("u1", 0), ours, clock_s=FOREVER_S)
    assert [(event.event, event.by) for event in found] == [
        ("run.started", ""),
        ("run.cancelled", "d-2"),
    ]
    other = message("w", "warning", 1, "Agent execution blocked: no")
    assert events(user("u1", 0), other)[-1].by == "hook"


@pytest.mark.parametrize(("order", "by"), [("", "hook"), (" [burnline:d-2]", "d-2")])
def test_a_tool_call_at_which_a_hook_stopped_the_agent_cancels_the_run_once(
    order: str, by: str
) -> None:
    stopped = uses("g1", 5, call("error", f"Agent execution stopped by hook: enough{order}", 6))
    found = events(user("u1", 0), stopped, stopped, clock_s=FOREVER_S)
    assert [(event.event, event.by) for event in found[1:]] == [("run.cancelled", by)]


def test_a_sub_agents_chat_without_a_session_is_named_after_its_file() -> None:
    path = PATH.parent / "s0" / "helper.jsonl"
    (started,) = read(lines({"projectHash": "abc", "kind": "subagent"}, user("u1", 0)), path=path)[
        0
    ]
    assert started.event.run == "helper"


def test_a_rewind_is_a_recovery_by_rollback() -> None:
    found = events(user("u1", 0), says("g1", 5), {"$rewindTo": "u1"})
    assert [(event.event, event.kind, event.run) for event in found[1:]] == [
        ("recovery.started", "rollback", "u1"),
        ("recovery.succeeded", "rollback", "u1"),
    ]


def test_a_sub_agents_chat_is_one_run_of_the_session_above_it() -> None:
    path = PATH.parent / "s0" / "helper.jsonl"
    header = {**HEADER, "sessionId": "helper", "kind": "subagent"}
    found = read(lines(header, user("u1", 0), says("g1", 2), user("u2", 3)), FOREVER_S, path=path)
    started, delivered = [entry.event for entry in found.events]
    assert (delivered.event, delivered.run) == ("run.delivered", "helper")
    assert (started.run, started.parent, started.route) == ("helper", "s0", "shop")


def test_the_route_is_the_project_and_a_template_may_say_otherwise() -> None:
    assert events(user("u1", 0))[0].route == "shop"
    assert events(user("u1", 0), path=Path("/x/y.jsonl"))[0].route == "abc"
    assert events(user("u1", 0), route="{kind}/{session}")[0].route == "main/s1"
    for entry in (FORMAT, DOCUMENT, TELEMETRY):
        with pytest.raises(ValueError, match=r"no placeholder \{x\}"):
            entry.reader(Context(path=PATH, route="{x}"))


def test_a_chat_read_from_its_middle_has_a_run_named_after_its_session() -> None:
    assert told(says("g1", 5), clock_s=FOREVER_S) == ["run.delivered s1 @5"]


def test_a_document_gives_the_events_of_the_same_chat_in_lines() -> None:
    chat = (user("u1", 0), uses("g1", 5, call("error", BLOCKED, 6)), says("g2", 8))
    data = document(*chat)
    assert [entry.event for entry in read_document(data, FOREVER_S).events] == events(
        *chat, clock_s=FOREVER_S
    )


def test_a_document_read_again_gives_equal_events_and_its_silence_outlives_a_restart() -> None:
    data = document(user("u1", 0), says("g2", 8))
    reader = DOCUMENT.reader(Context(path=PATH))
    assert reader.feed(data, 0, 1) == reader.feed(data, 0, 1)
    again = DOCUMENT.reader(Context(path=PATH), reader.dump())
    assert [entry.event.event for entry in again.settle(2**60).events] == ["run.delivered"]


def test_what_cannot_be_read_is_refused_and_the_rest_is_read() -> None:
    data = b"\xef\xbb\xbf" + lines(HEADER) + b"\x00\x00\r\n{oops\n" + lines({"a": 1}, 7)
    batch = read(data + lines({"id": "x", "type": "user"}, user("u1", 0)))
    assert [entry.event.run for entry in batch.events] == ["u1"]
    assert [(piece.line, piece.reason.split(":")[0]) for piece in batch.rejected] == [
        (3, "this is not one JSON value"),
        (4, "this is not a record of a chat"),
        (5, "this is not a record of a chat"),
        (6, "this message has no id, or nothing says when it was"),
    ]


@pytest.mark.parametrize("text", [b"{", b"[" * 10**5, b"[]", b"\xff", b"{}"])
def test_what_is_no_chat_is_refused_once(text: bytes) -> None:
    batch = read_document(text)
    assert (batch.events, len(batch.rejected)) == ([], 1)


def test_each_kind_of_file_is_recognised_by_one_format_only() -> None:
    def recognised(data: bytes) -> list[str]:
        return [entry.name for entry in (FORMAT, DOCUMENT, TELEMETRY) if entry.recognises(data)]

    assert recognised(lines(HEADER)) == ["gemini"]
    assert recognised(lines(HEADER)[:-1]) == ["gemini"]
    assert recognised(b"x\n" + lines({"$set": {"lastUpdated": at(0)}})) == ["gemini"]
    assert recognised(document(user("u1", 0))) == ["gemini-document"]
    assert recognised(json.dumps(json.loads(document())).encode()) == ["gemini-document"]
    for other in (b"", b"{}", b'{"ts":1,"route":"r","event":"e","projectHash":"x"}\n', b"[1]"):
        assert recognised(other) == []


def test_a_state_that_is_not_ours_is_refused() -> None:
    for entry in (FORMAT, DOCUMENT, TELEMETRY):
        with pytest.raises(ValueError, match="state"):
            entry.reader(Context(path=PATH), b"\xc1")


RECORDS = [
    HEADER,
    user("u1", 0),
    says("g1", 5),
    uses("g1", 5, call("error", BLOCKED, 6)),
    user("u2", 9),
    uses("g2", 12, call("cancelled", CANCELLED, 13)),
    message("e1", "error", 14, "[API Error]"),
    user("u3", 5000),
    {"$rewindTo": "u2"},
    {"$set": {"lastUpdated": at(9000)}},
    {"odd": 1},
]


@given(st.lists(st.sampled_from(RECORDS), max_size=20), st.sets(st.integers(1, 19)))
def test_blocks_and_restarts_anywhere_change_nothing(records: list[Any], cuts: set[int]) -> None:
    whole = read(lines(*records), FOREVER_S)
    state, offset = b"", 0
    found: list[Sourced] = []
    edges = [0, *sorted(cut for cut in cuts if cut < len(records)), len(records)]
    for start, end in itertools.pairwise(edges):
        reader = FORMAT.reader(Context(path=PATH), state)
        block = lines(*records[start:end])
        found += reader.feed(block, offset, start + 1).events
        state, offset = reader.dump(), offset + len(block)
    found += FORMAT.reader(Context(path=PATH), state).settle(NOON_US + FOREVER_S * 10**6).events
    assert found == whole.events


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    read(data)
    read_document(data)
    for entry in (FORMAT, DOCUMENT, TELEMETRY):
        entry.recognises(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "status", "result", "text", "error"]), inner)
    ),
    max_leaves=12,
)
FIELDS = st.sampled_from(["id", "type", "timestamp", "content", "toolCalls", "$set", "sessionId"])


@given(st.dictionaries(FIELDS, JSON), st.sampled_from(RECORDS))
def test_no_values_raise(odd: dict[str, Any], record: dict[str, Any]) -> None:
    read(lines({**record, **odd}, odd, {"$set": odd}), FOREVER_S)
    read_document(json.dumps(odd).encode(), FOREVER_S)


REAL = {
    "session-2025-10-27T19-55-981c87cb.json": {
        "run.started": 3,
        "run.delivered": 2,
        "rescued": 1,
        "run.failed": 1,
    },
    "session-2025-10-29T10-36-453aa339.json": {"run.started": 1, "run.delivered": 1},
    "session-2025-10-29T10-36-9c9a14e1.json": {"run.started": 1, "run.delivered": 1},
}


@pytest.mark.skipif(not DATA.is_dir(), reason="the real chats are not beside the project")
@pytest.mark.parametrize("file", REAL)
def test_real_chats_give_what_was_counted_by_hand(file: str) -> None:
    data = (DATA / file).read_bytes()
    assert DOCUMENT.recognises(data[: 128 * 1024])
    reader = DOCUMENT.reader(Context(path=DATA / file))
    batch: Batch = reader.feed(data, 0, 1)
    found = [entry.event for entry in batch.events + reader.settle(2**60).events]
    assert Counter(event.event for event in found) == REAL[file]
    assert not batch.rejected
    if file.endswith("453aa339.json"):
        assert found[1].ts_us - found[0].ts_us == 13_096_000
