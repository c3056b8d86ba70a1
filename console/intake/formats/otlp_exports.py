"""Spans and log records out of every shape in which OTLP data lies in files.

Requests of the OTLP exporters (`resourceSpans`, `resourceLogs`), Tempo exports (`batches`,
`instrumentationLibrarySpans`), Jaeger exports (`data[].spans[]`, microseconds, tags), spans as the
Python SDK prints them (`context`, `parent_id`; single, in a list, or under `spans`/`traces`), and
single spans with the keys of OTLP, whose times may be seconds and nanoseconds (JavaScript's SDK).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from console.intake.formats.otlp_values import (
    Attributes,
    attributes,
    identity,
    instant,
    number,
    objects,
    pick,
    plain,
    says_error,
    text,
    true,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPANS = ("resourceSpans", "resource_spans", "batches")
_LOGS = ("resourceLogs", "resource_logs")
_IGNORED = ("resourceMetrics", "resource_metrics", "resourceProfiles", "resource_profiles")
REQUEST_KEYS = frozenset({*_SPANS[:2], *_LOGS, *_IGNORED})
"""What an OTLP request object holds at least one of."""
_SPAN_SCOPES = ("scopeSpans", "scope_spans", "instrumentationLibrarySpans")
_LOG_SCOPES = ("scopeLogs", "scope_logs", "instrumentationLibraryLogs")
_WRAPPERS = ("trace", "result")
_JAEGER_PARENTS = ("CHILD_OF", "FOLLOWS_FROM")


class Happening(NamedTuple):
    """An event of a span."""

    name: str
    ts_us: int
    attributes: Attributes


class Span(NamedTuple):
    """One span: ids in hex, instants in microseconds, `end_us` None while it is under way."""

    trace: str
    id: str
    parent: str
    name: str
    start_us: int
    end_us: int | None
    error: bool
    message: str
    attributes: Attributes
    happenings: tuple[Happening, ...]
    links: tuple[str, ...]
    resource: Attributes


class LogRecord(NamedTuple):
    """One log record; `name` is its event's name, `scope` the library that wrote it."""

    trace: str
    span: str
    ts_us: int
    name: str
    scope: str
    attributes: Attributes
    body: Any
    resource: Attributes


def is_span_dump(fields: dict[str, Any]) -> bool:
    """Say whether an object is one span as the Python SDK prints it."""
    context = fields.get("context")
    return isinstance(context, dict) and "span_id" in context and "start_time" in fields


def is_flat_span(fields: dict[str, Any]) -> bool:
    """Say whether an object is one span with the keys of OTLP, outside any request."""
    if "traceId" not in fields or "spanId" not in fields:
        return False
    return "startTimeUnixNano" in fields or isinstance(fields.get("startTime"), list)


def is_flat_metric(fields: dict[str, Any]) -> bool:
    """Say whether an object is a metric that stands between flat spans."""
    return fields.get("type") == "metric" and "name" in fields


def known(value: Any) -> bool:
    """Say whether a decoded value is of a shape that `records` reads."""
    if isinstance(value, list):
        return any(known(entry) for entry in objects(value))
    if not isinstance(value, dict):
        return False
    if REQUEST_KEYS.intersection(value) or is_span_dump(value) or _inside(value) is not value:
        return True
    if is_flat_span(value) or is_flat_metric(value):
        return True
    if any("scopeSpans" in batch or "resource" in batch for batch in objects(value.get("batches"))):
        return True
    nested = [*objects(value.get("data")), *objects(value.get("traces")), value]
    spans = [span for trace in nested for span in objects(trace.get("spans"))]
    return any(is_span_dump(span) or "operationName" in span for span in spans)


def records(value: Any) -> Iterator[Span | LogRecord | ValueError]:
    """Yield what a decoded value holds; for what cannot be read, an error that says why."""
    if isinstance(value, list):
        for entry in objects(value):
            yield from records(entry)
    elif isinstance(value, dict):
        if is_span_dump(value):
            yield _attempt(_dumped, value, attributes(_within(value, "resource")))
            return
        if is_flat_span(value):
            yield _attempt(_span, value, attributes(_within(value, "resource")))
            return
        yield from _request(_inside(value))
        for trace in [*objects(value.get("traces")), value]:
            for span in filter(is_span_dump, objects(trace.get("spans"))):
                yield _attempt(_dumped, span, attributes(_within(span, "resource")))
        for trace in objects(value.get("data")):
            yield from _jaeger(trace)


def _inside(value: dict[str, Any]) -> dict[str, Any]:
    """Return the request that an answer of Tempo (`trace`) or Jaeger (`result`) wraps, or it."""
    for key in _WRAPPERS:
        inner = value.get(key)
        if isinstance(inner, dict) and _is_request(inner):
            return inner
    return value


def _is_request(value: Any) -> bool:
    return isinstance(value, dict) and any(key in value for key in (*_SPANS, *_LOGS))


def _request(value: dict[str, Any]) -> Iterator[Span | LogRecord | ValueError]:
    for batch in objects(pick(value, *_SPANS)):
        resource = attributes(_within(batch, "resource"))
        for scope in objects(pick(batch, *_SPAN_SCOPES)):
            entries = scope.get("spans")
            for span in entries if isinstance(entries, list) else ():
                yield _attempt(_span, span, resource)
    for batch in objects(pick(value, *_LOGS)):
        resource = attributes(_within(batch, "resource"))
        for scope in objects(pick(batch, *_LOG_SCOPES)):
            library = scope.get("scope")
            writer = text(library.get("name")) if isinstance(library, dict) else ""
            entries = pick(scope, "logRecords", "log_records", "logs")
            for record in entries if isinstance(entries, list) else ():
                yield _attempt(_log, record, {"resource": resource, "scope": writer})


def _within(fields: dict[str, Any], key: str) -> Any:
    inner = fields.get(key)
    return inner.get("attributes") if isinstance(inner, dict) else None


def _attempt(make: Any, entry: Any, resource: Attributes) -> Span | LogRecord | ValueError:
    if not isinstance(entry, dict):
        return ValueError("a span or log record is no object")
    try:
        made: Span | LogRecord = make(entry, resource)
    except ValueError as error:
        return error
    return made


def _ids(trace: Any, span: Any) -> tuple[str, str]:
    ids = identity(trace, 16), identity(span, 8)
    if not all(ids):
        raise ValueError("a span has no trace id or no span id")
    return ids


def _clock(value: Any) -> Any:
    """Return a time that may be seconds and nanoseconds, in nanoseconds then."""
    if isinstance(value, list) and len(value) == 2 and all(type(part) is int for part in value):
        return value[0] * 1_000_000_000 + value[1]
    return value


def _begin(value: Any) -> int:
    start_us = instant(_clock(value))
    if start_us is None:
        raise ValueError("a span has no start time")
    return start_us


def _span(entry: dict[str, Any], resource: Attributes) -> Span:
    trace, span = _ids(pick(entry, "traceId", "trace_id"), pick(entry, "spanId", "span_id"))
    status = entry.get("status")
    status = status if isinstance(status, dict) else {}
    return Span(
        trace=trace,
        id=span,
        parent=identity(pick(entry, "parentSpanId", "parent_span_id"), 8),
        name=text(entry.get("name")),
        start_us=_begin(pick(entry, "startTimeUnixNano", "start_time_unix_nano", "startTime")),
        end_us=instant(_clock(pick(entry, "endTimeUnixNano", "end_time_unix_nano", "endTime"))),
        error=says_error(status.get("code")),
        message=text(status.get("message")),
        attributes=attributes(entry.get("attributes")),
        happenings=_happenings(entry, "timeUnixNano", "time_unix_nano", "time"),
        links=_links(entry.get("links")),
        resource=resource,
    )


def _happenings(entry: dict[str, Any], *times: str) -> tuple[Happening, ...]:
    return tuple(
        Happening(text(event.get("name")), at_us, attributes(event.get("attributes")))
        for event in objects(entry.get("events"))
        if (at_us := _when(pick(event, *times))) is not None
    )


def _when(value: Any) -> int | None:
    """Return when an event of a span was; None, which leaves it out, if that cannot be read."""
    try:
        return instant(_clock(value))
    except ValueError:
        return None


def _links(value: Any) -> tuple[str, ...]:
    found = []
    for link in objects(value):
        context = link.get("context")
        where = context if isinstance(context, dict) else link
        found.append(identity(pick(where, "traceId", "trace_id"), 16))
    return tuple(trace for trace in found if trace)


def _log(entry: dict[str, Any], given: Attributes) -> LogRecord:
    found = attributes(entry.get("attributes"))
    body = plain(entry.get("body"))
    at_us = instant(pick(entry, "timeUnixNano", "time_unix_nano"))
    at_us = at_us or instant(pick(entry, "observedTimeUnixNano", "observed_time_unix_nano"))
    if at_us is None:
        raise ValueError("a log record has no time")
    named = pick(entry, "eventName", "event_name") or found.get("event.name") or body
    return LogRecord(
        trace=identity(pick(entry, "traceId", "trace_id"), 16),
        span=identity(pick(entry, "spanId", "span_id"), 8),
        ts_us=at_us,
        name=named if isinstance(named, str) else "",
        scope=given["scope"],
        attributes=found,
        body=body,
        resource=given["resource"],
    )


def _dumped(entry: dict[str, Any], resource: Attributes) -> Span:
    """Read a span as the Python SDK prints or keeps it; times are ISO text or epoch nanoseconds."""
    own, above = entry["context"], entry.get("parent")
    trace, span = _ids(_kept(own.get("trace_id")), _kept(own.get("span_id")))
    above = _kept(above.get("span_id")) if isinstance(above, dict) else None
    status = entry.get("status")
    status = status if isinstance(status, dict) else {}
    return Span(
        trace=trace,
        id=span,
        parent=identity(entry.get("parent_id") or above, 8),
        name=text(entry.get("name")),
        start_us=_begin(entry.get("start_time")),
        end_us=instant(entry.get("end_time")),
        error=says_error(status.get("status_code")),
        message=text(status.get("description")),
        attributes=attributes(entry.get("attributes")),
        happenings=_happenings(entry, "timestamp", "time"),
        links=_links(entry.get("links")),
        resource=resource,
    )


def _kept(value: Any) -> Any:
    """Return an id in hex that the Python SDK keeps as a number; any other as it is."""
    return f"{value:x}" if type(value) is int and value > 0 else value


def _jaeger(trace: dict[str, Any]) -> Iterator[Span | ValueError]:
    processes = trace.get("processes")
    processes = processes if isinstance(processes, dict) else {}
    for entry in objects(trace.get("spans")):
        process = entry.get("process") or processes.get(text(entry.get("processID")))
        process = process if isinstance(process, dict) else {}
        resource = attributes(process.get("tags")) | {"service.name": process.get("serviceName")}
        made = _attempt(_jaeger_span, entry, resource)
        if not isinstance(made, LogRecord):
            yield made


def _jaeger_span(entry: dict[str, Any], resource: Attributes) -> Span:
    trace, span = _ids(entry.get("traceID"), entry.get("spanID"))
    tags = attributes(entry.get("tags"))
    start_us, duration_us = _begin(entry.get("startTime")), number(entry.get("duration"))
    parent, links = identity(entry.get("parentSpanID"), 8), []
    for reference in objects(entry.get("references")):
        target = identity(reference.get("traceID"), 16)
        if reference.get("refType") in _JAEGER_PARENTS and target == trace:
            parent = parent or identity(reference.get("spanID"), 8)
        elif target and target != trace:
            links.append(target)
    ended = duration_us is not None and duration_us >= 0
    return Span(
        trace=trace,
        id=span,
        parent=parent,
        name=text(entry.get("operationName")),
        start_us=start_us,
        end_us=instant(start_us + int(duration_us or 0)) if ended else None,
        error=true(tags.get("error")) or says_error(tags.get("otel.status_code")),
        message=text(tags.get("otel.status_description")),
        attributes=tags,
        happenings=_jaeger_logs(entry.get("logs")),
        links=tuple(links),
        resource=resource,
    )


def _jaeger_logs(value: Any) -> tuple[Happening, ...]:
    found = []
    for log in objects(value):
        fields = attributes(log.get("fields"))
        at_us = _when(log.get("timestamp"))
        if at_us is not None:
            found.append(Happening(text(pick(fields, "event", "name", "message")), at_us, fields))
    return tuple(found)
