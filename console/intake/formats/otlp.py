"""OpenTelemetry traces and logs as OTLP/JSON, and exports of them.

`FORMAT` reads files with one export request a line, as the collector's file exporter and the
OTLP file exporters of the SDKs append them, or with one span a line; `DOCUMENT` reads whole
documents: pretty-printed requests, Tempo and Jaeger exports, span dumps of the Python SDK. Both
mean the same by a span.

A run is a trace, told of by its root once that has ended (`otlp_traces`), since exporters write
spans when they end; its id is the trace id, or conversation (else trace) and root span where a
trace holds several roots. It failed if the root itself did; what its children survived is no miss.
Checks are evaluations, refusals are guardrails, rejected tools and tools that fail for want of
permission (`otlp_verdicts`, `otlp_spans`). Events of Claude Code, Codex and Gemini CLI in logs are
runs, too (`otlp_logs`, `otlp_agents`). Metrics say nothing of single runs and are passed over.

The route template knows `{service}`, `{workflow}`, `{agent}`, `{span}` and the name of any
attribute of the root span or its resource (`otlp_route`). The options of evaluations are in
`otlp_verdicts`.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from console.intake.formats.otlp_exports import REQUEST_KEYS, is_flat_span, is_span_dump
from console.intake.formats.otlp_reader import (
    BLANK,
    BOM,
    DocumentReader,
    OtlpReader,
    Story,
)
from console.intake.formats.otlp_route import check_template
from console.intake.formats.otlp_verdicts import Rule, rule_of
from console.intake.reading import UNDECODABLE, Context, restored

_CUT_REQUEST = re.compile(rb'\{\s*"(?:' + "|".join(sorted(REQUEST_KEYS)).encode() + rb')"\s*:')
_KEYS = "|".join(sorted({*REQUEST_KEYS, "batches"})).encode()
_DOCUMENT = re.compile(
    rb'(?:\[\s*)?\{\s*(?:"(?:trace|result)"\s*:\s*\{\s*)?"(' + _KEYS + rb')"\s*:\s*\['
)
_DUMP = re.compile(rb'(?:\[\s*)?\{\s*"(?:spans|traces|name)"\s*:')
_DUMP_WORDS = (b'"context"', b'"trace_id"', b'"span_id"', b'"parent', b'"start_time"')
_JAEGER_WORDS = (b'"data"', b'"traceID"', b'"spanID"', b'"operationName"')


class OtlpFormat:
    """Recognises lines that are each a complete request."""

    name = "otlp"
    whole = False
    options: tuple[str, ...] = Rule.__struct_fields__

    def recognises(self, head: bytes) -> bool:
        """Say whether some line is a request, or the cut beginning of one."""
        text_of = head.removeprefix(BOM).lstrip(BLANK + b"\n")
        if text_of.startswith(b"["):
            return False
        lines = text_of.split(b"\n")
        if any(_is_request(raw.strip(BLANK)) for raw in lines if b"{" in raw and b"}" in raw):
            return True
        last = lines[-1].strip(BLANK)
        return len(last) > 1000 and bool(_CUT_REQUEST.match(last))

    def reader(self, context: Context, state: bytes = b"") -> OtlpReader:
        """Return a reader for one file, going on from `state`.

        Raises:
            ValueError: the route template or an option cannot be, or the state is not ours.
        """
        check_template(context.route)
        return OtlpReader(context, restored(Story, state, "an OTLP file"))


class DocumentFormat:
    """Recognises documents that hold spans or log records and are not lines of requests."""

    name = "otlp-document"
    whole = True
    options: tuple[str, ...] = Rule.__struct_fields__

    def recognises(self, head: bytes) -> bool:
        """Say whether the head is the beginning of a request, or of an export, in several lines."""
        body = head.removeprefix(BOM).lstrip(BLANK + b"\n")
        if FORMAT.recognises(head):
            return False
        found = _DOCUMENT.match(body)
        if found:
            return found[1] != b"batches" or b'"traceId"' in body or b'"resource"' in body
        if _DUMP.match(body) and all(word in body for word in _DUMP_WORDS):
            return True
        return body.startswith(b"{") and all(word in body for word in _JAEGER_WORDS)

    def reader(self, context: Context, state: bytes = b"") -> DocumentReader:
        """Return a reader for one document; there is no state.

        Raises:
            ValueError: the route template or an option cannot be.
        """
        del state
        check_template(context.route)
        rule_of(context.options)
        return DocumentReader(context)


FORMAT = OtlpFormat()
DOCUMENT = DocumentFormat()


def _is_request(raw: bytes) -> bool:
    if not raw.startswith(b"{") or not raw.endswith(b"}"):
        return False
    try:
        value: Any = msgspec.json.decode(raw)
    except UNDECODABLE:
        return False
    if not isinstance(value, dict):
        return False
    single = is_span_dump(value) or is_flat_span(value)
    return single or bool(REQUEST_KEYS.intersection(value))
