"""OpenAI Agents traces: a trace is a run; what its spans say of how it went."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.intake.formats.openai_agents import DOCUMENT, FORMAT
from console.intake.reading import Batch, Context, Sourced
from console.model import HOUR_US, MINUTE_US, SECOND_US, Event

PATH = Path("/logs/spans.jsonl")
T0_US = 1_772_366_400 * SECOND_US
FOREVER_US = 2**60
RUN = "trace_1"


def at(second: float) -> str:
    return f"2026-03-01T12:00:{second:09.6f}+00:00"


def trace(identity: str = RUN, workflow: str = "refunds", **fields: object) -> dict[str, Any]:
    return {
        "object": "trace",
        "id": identity,
        "workflow_name": workflow,
        "group_id": "ticket-1",
        "metadata": None,
        **fields,
    }


def span(
    identity: str, kind: str, start: float, end: float, parent: str | None = "a", **data: Any
) -> dict[str, Any]:
    error = data.pop("error", None)
    return {
        "object": "trace.span",
        "id": identity,
        "trace_id": data.pop("trace", RUN),
        "parent_id": parent,
        "started_at": at(start),
        "ended_at": at(end),
        "span_data": {"type": kind, **data},
        "error": {"message": error, "data": None} if error else None,
    }


def agent(start: float = 0, end: float = 9, **data: Any) -> dict[str, Any]:
    return span("a", "agent", start, end, None, name="triage", **data)


def lines(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def read(data: bytes, route: str = "", clock_us: int = 0, **options: Any) -> Batch:
    reader = FORMAT.reader(Context(path=PATH, route=route, options=options))
    batch, settled = reader.feed(data, 0, 1), reader.settle(clock_us)
    return Batch(batch.events + settled.events, batch.rejected + settled.rejected)


def events(*records: object, **options: Any) -> list[Event]:
    return [entry.event for entry in read(lines(*records), **options).events]


def kinds(*records: object, **options: Any) -> list[str]:
    return [event.event for event in events(*records, **options)]


def test_a_trace_is_a_run_from_its_first_span_to_the_end_of_its_last() -> None:
    start, end = events(span("s", "response", 1, 2), agent(0.5, 9), trace())
    assert (start.event, start.ts_us, start.run) == ("run.started", T0_US + 500_000, RUN)
    assert (end.event, end.ts_us) == ("run.delivered", T0_US + 9 * SECOND_US)
    assert start.route == end.route == "refunds"


def test_nothing_is_told_before_the_trace_line_or_silence() -> None:
    assert kinds(agent()) == []
    assert kinds(agent(), clock_us=T0_US + 11 * MINUTE_US) == []
    assert kinds(trace(), agent(), clock_us=T0_US + 9 * MINUTE_US) == []


def test_a_trace_line_that_comes_first_is_ended_by_ten_minutes_of_silence() -> None:
    told = kinds(trace(), agent(), clock_us=T0_US + 10 * MINUTE_US + 10 * SECOND_US)
    assert told == ["run.started", "run.delivered"]


def test_a_trace_without_its_line_is_its_first_agents_after_an_hour() -> None:
    found = events(agent(), clock_us=T0_US + HOUR_US + 10 * SECOND_US)
    assert {event.route for event in found} == {"triage"}


def test_later_spans_of_other_traces_are_silence_too() -> None:
    other = span("b", "agent", 0, 1, None, trace="trace_2", name="x")
    other["started_at"] = other["ended_at"] = "2026-03-01T12:30:00+00:00"
    assert kinds(trace(), agent(), other) == ["run.started", "run.delivered"]


def test_a_span_after_the_end_adds_what_it_says_and_no_second_end() -> None:
    late = span("g", "guardrail", 9, 9.5, name="tone", triggered=False)
    assert kinds(agent(), trace(), late, trace()) == [
        "run.started",
        "run.delivered",
        "check.passed",
    ]


def test_a_trace_told_twice_gives_no_other_events() -> None:
    guard = span("g", "guardrail", 5, 6, name="tone", triggered=True)
    tool = span("f", "function", 4, 4.5, name="x", output="Tool execution was not approved.")
    records = [span("s", "response", 1, 3), guard, tool, agent(), trace()]
    assert set(events(*records, *records)) == set(events(*records))


def test_a_span_written_at_its_start_is_replaced_at_its_end() -> None:
    begun = agent() | {"ended_at": None}
    assert events(begun, agent(), trace()) == events(agent(), trace())
    assert events(agent(), begun, trace()) == events(agent(), trace())


def test_an_error_after_which_nothing_began_is_a_failure() -> None:
    end = events(span("s", "generation", 1, 8, error="overloaded"), agent(), trace())[-1]
    assert (end.event, end.reason) == ("run.failed", "overloaded")
    end = events(agent(error="Max turns exceeded"), trace())[-1]
    assert (end.event, end.reason) == ("run.failed", "Max turns exceeded")


def test_an_error_that_the_run_survived_is_no_miss() -> None:
    failed = span("s", "generation", 1, 2, error="overloaded")
    assert kinds(failed, span("t", "generation", 2, 3), agent(), trace())[-1] == "run.delivered"
    other = span("b", "agent", 9, 12, None, name="retry")
    assert kinds(agent(error="boom"), other, trace())[-1] == "run.delivered"
    tool = span("f", "function", 7, 8, name="x", error="Error running tool (non-fatal)")
    assert kinds(tool, agent(), trace())[-1] == "run.delivered"


def test_a_guardrail_before_the_first_answer_guards_the_input() -> None:
    guard = span("g", "guardrail", 1, 2, name="prerun", triggered=True)
    answer = span("s", "response", 1, 3)
    denied = events(guard, answer, agent(), trace())[1]
    assert (denied.event, denied.action, denied.rule) == (
        "action.denied",
        "triage",
        "input guardrail prerun",
    )


def test_a_guardrail_after_an_answer_of_its_agent_guards_the_output() -> None:
    guard = span("g", "guardrail", 5, 6, name="tone", triggered=True)
    check = events(span("s", "response", 1, 3), guard, agent(), trace())[1]
    assert (check.event, check.check) == ("check.failed", "tone")
    elsewhere = span("s", "response", 1, 3, "b")
    first = span("b", "agent", 0, 4, None, name="first")
    assert kinds(elsewhere, guard, first, agent(), trace())[1] == "action.denied"


def test_a_guardrail_within_a_function_guards_the_tool() -> None:
    guard = span("g", "guardrail", 5, 6, "f", name="limit", triggered=True)
    tool = span("f", "function", 4, 7, name="refund")
    denied = events(span("s", "response", 1, 3), guard, tool, agent(), trace())[1]
    assert (denied.event, denied.action, denied.rule) == (
        "action.denied",
        "refund",
        "tool guardrail limit",
    )


def test_a_guardrail_that_was_not_triggered_is_a_passed_check_and_an_unknown_one_none() -> None:
    guard = span("g", "guardrail", 1, 2, name="prerun", triggered=False)
    assert kinds(guard, agent(), trace())[1] == "check.passed"
    guard["span_data"]["triggered"] = None
    assert kinds(guard, agent(), trace()) == ["run.started", "run.delivered"]


def test_options_name_the_side_of_a_guardrail() -> None:
    guard = span("g", "guardrail", 1, 2, name="x", triggered=True)
    assert kinds(guard, agent(), trace(), output_guardrails=["x"])[1] == "check.failed"
    late = span("g", "guardrail", 5, 6, name="x", triggered=True)
    answer = span("s", "response", 1, 3)
    told = kinds(answer, late, agent(), trace(), input_guardrails=["x"])
    assert told[1] == "action.denied"


@pytest.mark.parametrize(
    ("output", "order"),
    [
        ("Tool execution was not approved.", ""),
        ("x" * 5000 + " [burnline:d-7] paused", "d-7"),
    ],
)
def test_a_refused_function_is_a_denied_action(output: str, order: str) -> None:
    tool = span("f", "function", 4, 7, name="refund", output=output)
    denied = events(tool, agent(), trace())[1]
    assert (denied.event, denied.action, denied.directive) == ("action.denied", "refund", order)
    assert len(denied.reason) <= 2000


def test_other_outputs_are_no_refusals_unless_an_option_says_so() -> None:
    tool = span("f", "function", 4, 7, name="refund", output="[budget] route is paused")
    assert kinds(tool, agent(), trace()) == ["run.started", "run.delivered"]
    assert kinds(tool, agent(), trace(), denials=["[budget]"])[1] == "action.denied"


def test_a_run_stopped_by_our_order_at_its_guardrail_is_cancelled_by_it() -> None:
    guard = span("g", "guardrail", 1, 2, name="prerun", triggered=True, error="[burnline:d-7]")
    denied, end = events(guard, agent(error="Guardrail tripwire triggered"), trace())[1:]
    assert (denied.directive, end.event, end.by) == ("d-7", "run.cancelled", "d-7")


def test_handoffs_between_agents_end_nothing_and_one_to_a_human_does() -> None:
    hand = span("h", "handoff", 3, 4, from_agent="triage", to_agent="Support desk")
    assert kinds(hand, agent(), trace()) == ["run.started", "run.delivered"]
    found = events(hand, agent(), trace(), human_agents=["Support desk"])
    assert [event.event for event in found] == ["run.started", "handoff"]
    assert found[-1].to == "Support desk"


def test_the_route_template_knows_workflow_group_and_agent() -> None:
    found = events(agent(), trace(), route="{group}/{workflow}/{agent}")
    assert {event.route for event in found} == {"ticket-1/refunds/triage"}
    with pytest.raises(ValueError, match=r"no placeholder \{x\}; there are \{workflow\}"):
        FORMAT.reader(Context(path=PATH, route="{x}"))


@pytest.mark.parametrize("key", ["human_agents", "denials", "input_guardrails"])
def test_an_option_of_the_wrong_kind_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=key):
        FORMAT.reader(Context(path=PATH, options={key: "x"}))


def test_what_cannot_be_read_is_refused_and_the_rest_is_read() -> None:
    data = b"\xef\xbb\xbf" + lines(agent()) + b'{"object": \r\n\n\x00\x00' + lines({"a": 1}, 7)
    batch = read(data + lines(span("s", "x", 1, 2) | {"started_at": "noon"}, trace()))
    assert [entry.event.event for entry in batch.events] == ["run.started", "run.delivered"]
    assert [(piece.line, piece.reason.split(":")[0]) for piece in batch.rejected] == [
        (2, "this is not one JSON value"),
        (4, "this is neither a trace nor a span"),
        (5, "this is neither a trace nor a span"),
        (6, "this span has no id, or no time at which it started"),
    ]


def test_glued_objects_and_batches_are_all_read() -> None:
    glued = json.dumps(agent()) + json.dumps(trace())
    batch = json.dumps({"data": [agent(), trace()]})
    for text in (glued, batch, json.dumps([agent(), trace()])):
        found = read(text.encode()).events
        assert [entry.event for entry in found] == events(agent(), trace())


def test_a_huge_trace_keeps_what_tells_and_its_bounds() -> None:
    plain = [span(f"s{i}", "custom", 1 + i / 1000, 2 + i / 1000) for i in range(6000)]
    refused = span("f", "function", 0.5, 1, name="x", output="Tool execution was not approved.")
    found = events(refused, *plain, agent(0, 20), trace(), clock_us=FOREVER_US)
    assert [event.event for event in found] == ["run.started", "action.denied", "run.delivered"]
    assert found[-1].ts_us == T0_US + 20 * SECOND_US


def test_too_many_open_traces_end_the_oldest() -> None:
    many = [span("a", "agent", 1, 2, None, trace=f"t{i}", name="x") for i in range(300)]
    assert len(events(*many)) == 2 * (300 - 256)


def document(*items: object, **fields: object) -> bytes:
    return json.dumps({"traces": list(items), **fields}, indent=2).encode()


def test_a_document_holds_traces_with_their_spans() -> None:
    data = document(trace(spans=[agent() | {"trace_id": None}]), count=1)
    assert DOCUMENT.recognises(data)
    assert not FORMAT.recognises(data)
    reader = DOCUMENT.reader(Context(path=PATH))
    assert [entry.event for entry in reader.feed(data, 0, 1).events] == events(agent(), trace())
    assert reader.feed(data, 0, 1) == DOCUMENT.reader(Context(path=PATH)).feed(data, 0, 1)


def test_an_unfinished_trace_of_a_document_ends_by_silence_also_after_a_restart() -> None:
    data = json.dumps([trace(), span("s", "response", 1, 2)], indent=1).encode()
    reader = DOCUMENT.reader(Context(path=PATH))
    assert reader.feed(data, 0, 1) == Batch([], [])
    again = DOCUMENT.reader(Context(path=PATH), reader.dump())
    assert len(again.settle(FOREVER_US).events) == 2


@pytest.mark.parametrize("text", [b"{", b"[" * 10**5, b"null", b"\xff", b"{}"])
def test_a_document_without_traces_is_refused_once(text: bytes) -> None:
    batch = DOCUMENT.reader(Context(path=PATH)).feed(text, 0, 1)
    assert (batch.events, len(batch.rejected)) == ([], 1)


def test_each_kind_of_file_is_recognised_by_one_format_only() -> None:
    for data in (lines(trace(), agent()), lines({"data": [agent()]}), lines(agent())[:-1]):
        assert (FORMAT.recognises(data), DOCUMENT.recognises(data)) == (True, False)
    for data in (document(trace()), document(trace())[:60], json.dumps([trace()]).encode()[:-9]):
        assert (FORMAT.recognises(data), DOCUMENT.recognises(data)) == (False, True)
    native = b'{"ts":1,"route":"r","event":"run.started","data":[{"object":"trace"}]}\n'
    for data in (
        native,
        b"",
        b"{}",
        b'{"resourceSpans":[]}\n',
        json.dumps({"x": [trace()]}).encode(),
        b'{"text":"\\"object\\":1"}\n',
    ):
        assert (FORMAT.recognises(data), DOCUMENT.recognises(data)) == (False, False)


RECORDS = [
    trace(),
    agent(),
    span("s", "response", 1, 3),
    span("g", "guardrail", 5, 6, name="tone", triggered=True),
    span("f", "function", 2, 3, name="x", output="[burnline:d] no"),
    trace("trace_2", "other"),
    span("b", "agent", 0, 4, None, trace="trace_2", name="y", error="boom"),
    {"object": "?"},
]


@given(st.lists(st.sampled_from(RECORDS), max_size=20), st.sets(st.integers(1, 19)))
def test_blocks_and_restarts_anywhere_change_nothing(
    records: list[dict[str, Any]], cuts: set[int]
) -> None:
    whole = read(lines(*records), clock_us=FOREVER_US)
    state, offset = b"", 0
    found: list[Sourced] = []
    edges = [0, *sorted(cut for cut in cuts if cut < len(records)), len(records)]
    for start, end in itertools.pairwise(edges):
        reader = FORMAT.reader(Context(path=PATH), state)
        block = lines(*records[start:end])
        found += reader.feed(block, offset, start + 1).events
        state, offset = reader.dump(), offset + len(block)
    found += FORMAT.reader(Context(path=PATH), state).settle(FOREVER_US).events
    assert found == whole.events


def test_a_state_that_is_not_ours_is_refused() -> None:
    with pytest.raises(ValueError, match="state"):
        FORMAT.reader(Context(path=PATH), b"\xc1")


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    read(data)
    DOCUMENT.reader(Context(path=PATH)).feed(data, 0, 1)
    FORMAT.recognises(data)
    DOCUMENT.recognises(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*agent(), "type", "triggered", "output", "data"]), inner)
    ),
    max_leaves=12,
)


@given(st.sampled_from([trace(), agent()]), st.dictionaries(st.sampled_from([*agent()]), JSON))
def test_no_values_raise(record: dict[str, Any], odd: dict[str, Any]) -> None:
    read(lines({**record, **odd}, {**odd, **record}), clock_us=FOREVER_US)
