"""Lines as they really come: glued, torn, hostile; and reading that goes on after a stop."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.intake.formats.otlp import DOCUMENT, FORMAT
from console.intake.reading import Batch, Context, Rejected, Sourced
from tests.intake.otlp_requests import (
    FOREVER_US,
    MINUTE,
    PATH,
    TRACE,
    agent,
    happening,
    lines,
    log,
    logs,
    request,
    span,
    tool,
)

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "otlp"
GOOD = lines(request(agent(1)))


def fed(data: bytes) -> Batch:
    return FORMAT.reader(Context(path=PATH)).feed(data, 0, 1)


def test_spans_line_by_line_are_read_and_metrics_between_them_passed_over() -> None:
    plain = agent(1) | {"attributes": {"gen_ai.operation.name": "invoke_agent"}, "type": "span"}
    javascript = {**plain, "startTime": [1_700_000_000, 0], "endTime": [1_700_000_002, 500_000_000]}
    del javascript["startTimeUnixNano"], javascript["endTimeUnixNano"]
    for flat, took_s in ((plain, 1), (javascript, 2.5)):
        data = lines({"type": "metric", "name": "tokens"}, flat)
        batch = fed(data)
        assert FORMAT.recognises(data)
        assert not batch.rejected
        assert batch.events[1].event.elapsed_s == took_s


def test_places_are_byte_offsets_and_line_numbers_of_the_request() -> None:
    batch = fed(b"\n  " + GOOD)
    assert [(entry.offset, entry.length, entry.line) for entry in batch.events] == [
        (3, len(GOOD) - 1, 2)
    ] * 2


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbf" + GOOD, b"\x00" * 9000 + GOOD, GOOD[:-1] + b"\r\n"]
)
def test_marks_runs_of_nul_and_carriage_returns_are_tolerated(data: bytes) -> None:
    batch = fed(data)
    assert (len(batch.events), batch.rejected) == (2, [])


def test_two_requests_glued_onto_one_line_are_both_read() -> None:
    batch = fed(GOOD[:-1] + lines(request(agent(1, trace="cc" * 16))))
    assert (len(batch.events), batch.rejected) == (4, [])
    assert batch.events[2].offset == len(GOOD) - 1


@pytest.mark.parametrize(
    "line",
    [
        b'{"resourceSpans": [',
        b'{"a": 1}',
        b'{"resourceSpans": NaN}',
        b'{"resourceSpans": "\\ud800"}',
        b"[" * 200_000,
        b'{"resourceSpans": [\xff]}',
        b"[] " * 300,
        json.dumps(request(agent(1) | {"traceId": ""})).encode(),
        json.dumps(request(agent(1) | {"startTimeUnixNano": "12"})).encode(),
        json.dumps(request(agent(1) | {"endTimeUnixNano": "soon"})).encode(),
        json.dumps(request(agent(1) | {"startTimeUnixNano": None})).encode(),
        json.dumps(request(7)).encode(),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason_and_the_rest_is_read(line: bytes) -> None:
    batch = fed(line + b"\n" + GOOD)
    assert len(batch.events) == 2
    assert 1 <= len(batch.rejected) <= 101
    refused = batch.rejected[0]
    assert (refused.offset, refused.line) == (0, 1)
    assert refused.reason.isprintable()
    assert len(refused.excerpt) <= 200


def test_one_bad_span_does_not_hide_the_others_of_its_request() -> None:
    batch = fed(lines(request(agent(1), span(2) | {"spanId": ""}, span(3) | {"traceId": 5})))
    assert len(batch.events) == 2
    assert batch.rejected[0].reason.startswith("2 records could not be read; the first: a span")


def test_numbers_without_measure_duplicate_keys_and_long_lines_are_read() -> None:
    huge = {"intValue": "9" * 5000}
    root = agent(1, final="x" * 10_000_000)
    root["attributes"].append({"key": "n", "value": huge})
    text = json.dumps(request(root)).replace('"kind": 1', '"kind": 1, "kind": 2')
    assert len(fed(text.encode() + b"\n").events) == 2


def test_names_that_a_terminal_would_obey_are_made_safe() -> None:
    batch = fed(lines(request(agent(1, agent="\x1b[2Jx", error="\u202egnp"))))
    assert all("\x1b" not in entry.event.route for entry in batch.events)
    assert batch.events[1].event.reason == "<U+202E>gnp"


def refusal(number: int) -> Any:
    return tool(number, 1, "send", error="no", error__type="permission_denied")


SCENES = [
    request(refusal(2)),
    request(agent(1)),
    request(refusal(3)),
    request(agent(5, 9, trace="cc" * 16)),
    logs(log(4, "claude_code.user_prompt", session__id="s", prompt__id="p")),
    logs(log(5, "claude_code.assistant_response", session__id="s", prompt__id="p")),
    request(agent(7, 6, trace="dd" * 16), agent(8, 6, trace="dd" * 16), span(6, trace="dd" * 16)),
    request(span(3, 2, (1, 2), name="x.blocked_on_user"), agent(1, trace="ee" * 16)),
    {"a": 1},
    request(agent(1, at=(40 * MINUTE, 41 * MINUTE), trace="ab" * 16)),
    logs(log(3, "gen_ai.evaluation.result", TRACE, 1, gen_ai__evaluation__score__label="fail")),
    request(agent(1, trace="ba" * 16, events=[happening("gen_ai.guardrail.result", 1)])),
]


def split(data: bytes, cuts: list[int]) -> tuple[list[Sourced], list[Rejected]]:
    """Read data in blocks of lines, each with the state that the block before it left."""
    ends = {data.find(b"\n", min(cut, len(data) - 1)) + 1 for cut in cuts}
    state = b""
    events: list[Sourced] = []
    rejected: list[Rejected] = []
    for begin, end in pairwise([0, *sorted(ends), len(data)]):
        reader = FORMAT.reader(Context(path=PATH), state)
        batch = reader.feed(data[begin:end], begin, data.count(b"\n", 0, begin) + 1)
        events, rejected = events + batch.events, rejected + batch.rejected
        state = reader.dump()
    late = FORMAT.reader(Context(path=PATH), state).settle(FOREVER_US)
    return events + late.events, rejected + late.rejected


@settings(max_examples=80)
@given(st.permutations(SCENES), st.lists(st.integers(0, 20_000), max_size=6))
def test_stopping_anywhere_between_lines_changes_nothing(
    scenes: list[Any], cuts: list[int]
) -> None:
    data = lines(*scenes)
    assert split(data, cuts) == split(data, [])


@pytest.mark.skipif(not DATA.is_dir(), reason="the real files are not beside the project")
def test_stopping_anywhere_in_real_files_changes_nothing() -> None:
    chance = random.Random(7)
    for path in sorted(DATA.glob("*.jsonl")):
        data = path.read_bytes()
        for _ in range(5):
            cuts = [chance.randrange(len(data)) for _ in range(3)]
            assert split(data, cuts) == split(data, [])


KEYS = """
resourceSpans resource scopeSpans spans traceId spanId attributes key value stringValue kvlistValue
values status events links batches data context trace_id span_id start_time parent_id resourceLogs
scopeLogs logRecords body traces timeUnixNano startTimeUnixNano operationName traceID references
tags logs
"""
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=4)
    ),
    max_leaves=30,
)


@settings(max_examples=300)
@given(VALUES, st.sampled_from(["resourceSpans", "resourceLogs", "batches", "data", "spans"]))
def test_no_shape_of_values_is_an_error(value: Any, key: str) -> None:
    for whole in (value, {key: value}, {key: [{"spans": value, "scopeSpans": value}]}):
        data = json.dumps(whole).encode()
        fed(data)
        DOCUMENT.reader(Context(path=PATH)).feed(data, 0, 1)
        FORMAT.recognises(data)
        DOCUMENT.recognises(data)


SPOILED = st.sampled_from(sorted(agent(1)))


@settings(max_examples=300)
@given(SPOILED, VALUES, SPOILED, VALUES)
def test_no_value_in_any_field_of_a_span_is_an_error(
    first: str, value: Any, second: str, other: Any
) -> None:
    spoiled = agent(1) | {first: value, second: other}
    fed(json.dumps(request(spoiled)).encode())


@settings(max_examples=300)
@given(st.binary(max_size=400), st.integers(0, len(GOOD)))
def test_no_bytes_are_an_error(data: bytes, place: int) -> None:
    for torn in (data, GOOD[:place] + data + GOOD[place:]):
        fed(torn)
        DOCUMENT.reader(Context(path=PATH)).feed(torn, 0, 1)
        FORMAT.recognises(torn)
        DOCUMENT.recognises(torn)


def test_a_state_that_is_not_ours_is_refused() -> None:
    with pytest.raises(ValueError, match="the kept reading state"):
        FORMAT.reader(Context(path=PATH), b"\x93\x01")
