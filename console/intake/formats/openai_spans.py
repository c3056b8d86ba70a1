"""Traces of the OpenAI Agents SDK as they are collected: only what the events need of each span."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from console.intake.formats.claude_runs import directive
from console.intake.formats.loose import array, instant, table, text
from console.intake.formats.usage import added, amount
from console.text import clean, name

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_APPROVED = "Tool execution was not approved"
_NON_FATAL = "(non-fatal)"
_TELLING = frozenset({"agent", "guardrail", "handoff"})
CALLS = frozenset({"generation", "response"})
"""The kinds of span that are one call to a model."""
_COUNTS = ("prompt_tokens", "completion_tokens")
_DEPTH = 5
_CONTAINERS = ("traces", "spans", "data", "items")


class Place(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where an object was read: byte offset and length, line number."""

    offset: int
    length: int
    line: int


class Span(msgspec.Struct, frozen=True, array_like=True, gc=False, kw_only=True):
    """One span. `denied` is why its action was refused, `order` the directive that did it.

    `error` is what stopped it; an error that the SDK itself calls not fatal is none.
    `tokens` is what a call to a model took, not what a span says of all the calls within it.
    """

    id: str
    parent: str
    kind: str
    name: str
    place: Place
    start_us: int
    end_us: int | None = None
    triggered: bool | None = None
    to: str = ""
    error: str = ""
    denied: str = ""
    order: str = ""
    tokens: int = 0


class Trace(msgspec.Struct):
    """The spans of one trace so far, and what its own line says (None: it has not come).

    `shed` are the tokens of spans that were forgotten.
    """

    id: str
    workflow: str | None = None
    group: str = ""
    place: Place | None = None
    spans: dict[str, Span] = {}
    latest_us: int = 0
    shed: int = 0

    def roots(self) -> list[Span]:
        """Return the spans that no other known span holds, in order of time."""
        found = [span for span in self.spans.values() if span.parent not in self.spans]
        return sorted(found, key=lambda span: (span.start_us, span.id))

    def complete(self) -> bool:
        """Say whether every span has ended, and so has the one that holds it."""
        ended = all(span.end_us is not None for span in self.spans.values())
        held = all(not span.parent or span.parent in self.spans for span in self.spans.values())
        return bool(self.spans) and ended and held

    def thin(self) -> None:
        """Forget the spans that say nothing but that there was work, all but first and last."""
        first = min(self.spans.values(), key=lambda span: span.start_us)
        last = max(self.spans.values(), key=lambda span: span.end_us or span.start_us)
        begun = max(self.spans.values(), key=lambda span: span.start_us)
        kept = {first.id, last.id, begun.id}
        spans, self.spans = (
            self.spans,
            {
                span.id: span
                for span in self.spans.values()
                if span.id in kept or span.error or span.denied or span.kind in _TELLING
            },
        )
        self.shed += sum(spans[gone].tokens for gone in spans.keys() - self.spans.keys())

    def above(self, span: Span, kind: str) -> Span | None:
        """Return the nearest span of a kind that holds another, or None."""
        seen = {span.id}
        parent = self.spans.get(span.parent)
        while parent is not None and parent.id not in seen:
            if parent.kind == kind:
                return parent
            seen.add(parent.id)
            parent = self.spans.get(parent.parent)
        return None


def objects(value: Any, depth: int = 0, trace: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each span and trace in a document or line with its trace's id; spans come first."""
    if depth > _DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from objects(item, depth + 1, trace)
        return
    fields = table(value)
    kind = fields.get("object")
    if kind == "trace.span":
        yield name(text(fields.get("trace_id"))) or trace, fields
        return
    own = name(text(fields.get("id"))) if kind == "trace" else trace
    for container in _CONTAINERS:
        if isinstance(fields.get(container), dict | list):
            yield from objects(fields[container], depth + 1, own)
    if kind == "trace":
        yield own, fields


def span_of(fields: dict[str, Any], place: Place, denials: tuple[str, ...]) -> Span | None:
    """Return a span, or None if it has no id or no start."""
    data = table(fields.get("span_data"))
    start_us, identity = instant(fields.get("started_at")), name(text(fields.get("id")))
    if start_us is None or not identity:
        return None
    kind, triggered = text(data.get("type")), data.get("triggered")
    error = _error(fields.get("error"))
    denied, order = _denial(kind, text(data.get("output")), error, denials)
    return Span(
        id=identity,
        parent=name(text(fields.get("parent_id"))),
        kind=name(kind),
        name=name(text(data.get("name"))),
        place=place,
        start_us=start_us,
        end_us=instant(fields.get("ended_at")),
        triggered=triggered if isinstance(triggered, bool) else None,
        to=name(text(data.get("to_agent"))),
        error="" if _NON_FATAL in error else clean(error, 500),
        denied=denied,
        order=order or (directive(f"{data.get('name')}\n{error}") if kind == "guardrail" else ""),
        tokens=_tokens(table(data.get("usage"))) if kind in CALLS else 0,
    )


def _tokens(usage: dict[str, Any]) -> int:
    """Return what a call took, as the SDK writes it or as its model's API does."""
    written = added(usage, "input_tokens", "output_tokens")
    return amount(usage.get("total_tokens")) or written or added(usage, *_COUNTS)


def _error(error: object) -> str:
    """Return what an error says, its data included."""
    if not isinstance(error, dict):
        return text(error)
    told = [text(error.get("message"))]
    told += [text(value) for value in table(error.get("data")).values()]
    told += [text(value) for value in array(error.get("data"))]
    return ": ".join(part for part in told if part) or ("error" if error else "")


def _denial(kind: str, output: str, error: str, denials: tuple[str, ...]) -> tuple[str, str]:
    """Return why a function was refused, as far as it was, and by which order."""
    if kind not in {"function", "mcp_tools"}:
        return "", ""
    order = directive(output) or directive(error)
    if not order and not output.startswith((NOT_APPROVED, *denials)):
        return "", ""
    return clean(output if directive(output) or not order else error, 500), order
