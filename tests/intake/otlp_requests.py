"""Traces and logs for tests, as OTLP/JSON requests, at seconds after 12:00:00."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from console.intake.formats.otlp import DOCUMENT, FORMAT
from console.intake.reading import Batch, Context
from console.model import SECOND_US, Event

NOON_US = 1_793_534_400 * SECOND_US
PATH = Path("/logs/traces.jsonl")
TRACE, OTHER = "aa" * 16, "bb" * 16
MINUTE = 60
FOREVER_US = NOON_US + 86_400 * SECOND_US


def nanos(at_s: float) -> str:
    return str(NOON_US * 1000 + round(at_s * 1_000_000) * 1000)


def span_id(number: int) -> str:
    return f"{number:016x}"


def listed(fields: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": wrapped(value)} for key, value in fields.items()]


def wrapped(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [wrapped(entry) for entry in value]}}
    return {"stringValue": value}


def span(
    number: int,
    parent: int = 0,
    at: tuple[float, float | None] = (0, 1),
    *,
    trace: str = TRACE,
    name: str = "step",
    error: str | None = None,
    events: list[dict[str, Any]] | None = None,
    links: list[dict[str, Any]] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """Return a span; `__` in the name of an attribute stands for a dot."""
    return {
        "traceId": trace,
        "spanId": span_id(number),
        "parentSpanId": span_id(parent) if parent else "",
        "name": name,
        "kind": 1,
        "startTimeUnixNano": nanos(at[0]),
        "endTimeUnixNano": "0" if at[1] is None else nanos(at[1]),
        "attributes": listed({key.replace("__", "."): value for key, value in fields.items()}),
        "events": events or [],
        "links": links or [],
        "status": {} if error is None else {"code": 2, "message": error},
    }


def agent(
    number: int, parent: int = 0, at: tuple[float, float | None] = (0, 1), **given: Any
) -> Any:
    named = given.pop("agent", "refunds")
    fields = {"gen_ai__operation__name": "invoke_agent", "gen_ai__agent__name": named}
    return span(number, parent, at, **{**fields, **given})


def tool(number: int, parent: int, called: str, **given: Any) -> Any:
    fields = {"gen_ai__operation__name": "execute_tool", "gen_ai__tool__name": called}
    return span(number, parent, **{"name": f"execute_tool {called}", **fields, **given})


def happening(name: str, at_s: float, **fields: Any) -> dict[str, Any]:
    found = listed({key.replace("__", "."): value for key, value in fields.items()})
    return {"name": name, "timeUnixNano": nanos(at_s), "attributes": found}


def request(*spans: Any, service: str = "shop", **resource: Any) -> dict[str, Any]:
    fields = {"service.name": service, **resource}
    return {
        "resourceSpans": [
            {"resource": {"attributes": listed(fields)}, "scopeSpans": [{"spans": list(spans)}]}
        ]
    }


def log(at_s: float, name: str, trace: str = "", span: int = 0, **fields: Any) -> dict[str, Any]:
    return {
        "timeUnixNano": nanos(at_s),
        "traceId": trace,
        "spanId": span_id(span) if span else "",
        "eventName": name,
        "attributes": listed({key.replace("__", "."): value for key, value in fields.items()}),
    }


def logs(*entries: Any, scope: str = "app", service: str = "shop") -> dict[str, Any]:
    resource = {"attributes": listed({"service.name": service})}
    scopes = [{"scope": {"name": scope}, "logRecords": list(entries)}]
    return {"resourceLogs": [{"resource": resource, "scopeLogs": scopes}]}


def lines(*requests: Any) -> bytes:
    return b"".join(json.dumps(entry).encode() + b"\n" for entry in requests)


def read(
    *requests: Any, route: str = "", settle: bool = True, options: dict[str, object] | None = None
) -> list[Event]:
    """Return the events of requests, one a line, and of the silence after them."""
    reader = FORMAT.reader(Context(path=PATH, route=route, options=options or {}))
    batch = reader.feed(lines(*requests), 0, 1)
    assert batch.rejected == []
    late = reader.settle(FOREVER_US).events if settle else []
    return [entry.event for entry in (*batch.events, *late)]


def document(value: Any, indent: int | None = 1) -> Batch:
    return DOCUMENT.reader(Context(path=PATH)).feed(json.dumps(value, indent=indent).encode(), 0, 1)


def kinds(events: list[Event]) -> list[str]:
    return [event.event for event in events]


def only(events: list[Event], kind: str) -> Event:
    found = [event for event in events if event.event == kind]
    assert len(found) == 1, kinds(events)
    return found[0]
