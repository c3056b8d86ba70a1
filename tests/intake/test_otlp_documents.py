"""Whole documents: pretty-printed requests, Tempo and Jaeger exports, dumps of the Python SDK."""

from __future__ import annotations

import json
from typing import Any

import pytest

from console.intake.formats.otlp import DOCUMENT, FORMAT
from console.intake.reading import Context
from tests.intake.otlp_requests import (
    NOON_US,
    PATH,
    TRACE,
    agent,
    document,
    kinds,
    lines,
    request,
    span,
    span_id,
    tool,
)

ENDS = ["run.started", "run.delivered"]


def tempo() -> dict[str, Any]:
    batch = request(agent(1))["resourceSpans"][0]
    root = batch["scopeSpans"][0]["spans"][0]
    root |= {"traceId": "qqqqqqqqqqqqqqqqqqqqqg==", "spanId": "AAAAAAAAAAE="}
    root |= {"kind": "SPAN_KIND_SERVER", "status": {"code": "STATUS_CODE_ERROR", "message": "no"}}
    old = {"instrumentationLibrary": {}, "spans": [root]}
    return {"batches": [{"resource": batch["resource"], "instrumentationLibrarySpans": [old]}]}


def jaeger(*, error: bool = False) -> dict[str, Any]:
    child = {"refType": "CHILD_OF", "traceID": TRACE, "spanID": "1"}
    root: dict[str, Any] = {"traceID": TRACE, "spanID": "1", "operationName": "invoke_agent r"}
    root |= {"startTime": NOON_US, "duration": 2_500_000, "references": [], "processID": "p1"}
    root["tags"] = [
        {"key": "gen_ai.operation.name", "type": "string", "value": "invoke_agent"},
        {"key": "error", "type": "bool", "value": error},
        {"key": "otel.status_description", "type": "string", "value": "broke"},
    ]
    part = root | {"spanID": "2", "references": [child], "tags": [], "operationName": "rollback"}
    processes = {"p1": {"serviceName": "shop", "tags": []}}
    return {"data": [{"traceID": TRACE, "spans": [part, root], "processes": processes}]}


def dumped(number: int, parent: int | None) -> dict[str, Any]:
    return {
        "name": f"step {number}",
        "context": {"trace_id": f"0x{TRACE}", "span_id": f"0x{span_id(number)}"},
        "kind": "SpanKind.INTERNAL",
        "parent_id": None if parent is None else f"0x{span_id(parent)}",
        "start_time": "2026-11-01T12:00:00.000000Z",
        "end_time": "2026-11-01T12:00:02.000000Z",
        "status": {"status_code": "ERROR", "description": "no"},
        "attributes": {},
        "events": [],
        "links": [],
        "resource": {"attributes": {"service.name": "shop"}, "schema_url": ""},
    }


def events(value: Any) -> list[Any]:
    batch = document(value)
    assert batch.rejected == []
    return [entry.event for entry in batch.events]


def test_a_pretty_printed_request_is_read_as_a_whole() -> None:
    assert kinds(events(request(agent(1)))) == ENDS


def test_a_tempo_export_with_base64_ids_and_named_states_is_read() -> None:
    started, failed = events(tempo())
    assert (failed.event, failed.reason, failed.run) == ("run.failed", "no", TRACE)
    assert started.route == "refunds"


def test_a_tempo_export_within_a_trace_is_read() -> None:
    assert kinds(events({"trace": request(agent(1))})) == ENDS


def test_a_jaeger_export_is_read_in_microseconds() -> None:
    started, delivered, recovered = events(jaeger())
    assert (started.ts_us, delivered.ts_us) == (NOON_US, NOON_US + 2_500_000)
    assert (started.route, started.run) == ("shop", TRACE)
    assert recovered.event == "recovery.succeeded"
    assert events(jaeger(error=True))[1].reason == "broke"


def test_spans_printed_one_after_another_by_the_python_sdk_are_one_trace() -> None:
    printed = "\n".join(json.dumps(dumped(*ids), indent=4) for ids in ((2, 1), (1, None)))
    assert DOCUMENT.recognises(printed.encode())
    batch = DOCUMENT.reader(Context(path=PATH)).feed(printed.encode(), 0, 1)
    assert [entry.event.event for entry in batch.events] == ["run.started", "run.failed"]
    assert {entry.line for entry in batch.events} == {
        printed[: printed.index("}\n{")].count("\n") + 2
    }


def test_the_topmost_span_of_a_document_is_a_root_though_it_names_a_parent() -> None:
    assert kinds(events(request(span(3, 2), span(2, 9, (0, 5))))) == ENDS


def test_reading_a_document_again_gives_equal_events() -> None:
    assert events(request(tool(2, 1, "rollback"), agent(1))) == events(
        request(tool(2, 1, "rollback"), agent(1))
    )


@pytest.mark.parametrize("indent", [1, 2, 4, None])
@pytest.mark.parametrize(
    "value", [tempo(), jaeger(), [request(agent(1))], {"spans": [dumped(1, None)]}]
)
def test_exports_are_documents_however_they_are_laid_out(value: Any, indent: int | None) -> None:
    head = json.dumps(value, indent=indent).encode()
    assert (FORMAT.recognises(head), DOCUMENT.recognises(head)) == (False, True)


def test_a_request_on_one_line_is_a_line_and_on_many_a_document() -> None:
    one, many = lines(request(agent(1))), json.dumps(request(agent(1)), indent=2).encode()
    assert (FORMAT.recognises(one), DOCUMENT.recognises(one)) == (True, False)
    assert (FORMAT.recognises(many), DOCUMENT.recognises(many)) == (False, True)


def test_a_first_line_longer_than_the_head_is_known_by_its_beginning() -> None:
    long = lines(request(agent(1, final="x" * 200_000)))
    assert FORMAT.recognises(long[:131072])
    pretty = json.dumps(request(agent(1, final="x" * 200_000)), indent=2).encode()
    assert DOCUMENT.recognises(pretty[:131072])


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"{}",
        b"[]",
        b"\x00\xff",
        b'{"ts": 1, "route": "r", "event": "run.started", "run": "x"}\n',
        b'{"type":"user","uuid":"u","sessionId":"s","message":{"content":"{\\"resourceSpans\\":[]}"}}',
        b'{"object":"trace.span","id":"s","trace_id":"t","span_data":{}}\n',
        b'{"id":"x","trace_id":"t","run_type":"chain","start_time":"2026-01-01T00:00:00Z"}\n',
        b'{"batches": [1, 2]}',
        b'{"level": "info", "msg": "resourceSpans"}\n',
    ],
)
def test_files_of_other_formats_are_not_claimed(head: bytes) -> None:
    assert (FORMAT.recognises(head), DOCUMENT.recognises(head)) == (False, False)


def test_a_document_that_is_cut_off_is_refused_with_a_reason() -> None:
    whole = json.dumps(request(agent(1)), indent=2).encode()
    batch = DOCUMENT.reader(Context(path=PATH)).feed(whole[:-9], 0, 1)
    assert batch.events == []
    assert batch.rejected[0].reason.startswith("not JSON")
    assert len(batch.rejected[0].excerpt) <= 200


def test_a_span_as_the_python_sdk_keeps_it_names_its_parent_by_number() -> None:
    root = dumped(1, None) | {"parent": {"trace_id": None, "span_id": None}}
    child = dumped(2, None) | {"parent": {"trace_id": 7, "span_id": 1}}
    for entry, number in ((root, 1), (child, 2)):
        del entry["parent_id"]
        entry["context"] = {"trace_id": 7, "span_id": number}
    assert {event.run for event in events({"spans": [child, root]})} == {f"{7:032x}"}
    assert DOCUMENT.recognises(json.dumps({"spans": [child, root]}).encode())
