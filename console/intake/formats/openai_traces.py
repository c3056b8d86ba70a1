"""A trace of the OpenAI Agents SDK that is over -> the events of its run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from console.intake.formats.openai_spans import CALLS
from console.intake.formats.usage import MOST_TOKENS
from console.intake.reading import Sourced
from console.model import USAGE, Event
from console.text import name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.intake.formats.openai_spans import Place, Span, Trace

INPUT, OUTPUT, TOOL = "input", "output", "tool"


class Names(NamedTuple):
    """What a source's options say: guardrails by their side, agents that are humans."""

    inputs: frozenset[str]
    outputs: frozenset[str]
    humans: frozenset[str]
    denials: tuple[str, ...]


def told(trace: Trace, route: str, names: Names) -> Iterator[Sourced]:
    """Yield all events of a trace that is over and has at least one span."""
    spans = sorted(trace.spans.values(), key=lambda span: (span.start_us, span.id))
    first = spans[0]
    yield _sourced(trace, route, "run.started", first.start_us, first.place, suffix="#started")
    for span in spans:
        yield from span_told(trace, span, route, names)
    if trace.shed:
        tokens, at_us = min(trace.shed, MOST_TOKENS - 1), spans[-1].start_us
        yield _sourced(trace, route, USAGE, at_us, spans[-1].place, suffix="#usage", tokens=tokens)
    yield from _ending(trace, spans, route, names)


def span_told(trace: Trace, span: Span, route: str, names: Names) -> Iterator[Sourced]:
    """Yield what one span says by itself: tokens, verdicts, refusals, handoffs to a human."""
    at_us = span.end_us if span.end_us is not None else span.start_us

    def event(kind: str, **fields: Any) -> Sourced:
        return _sourced(trace, route, kind, at_us, span.place, suffix=f"#{span.id}", **fields)

    if span.tokens:
        yield event(USAGE, tokens=span.tokens)
    if span.denied:
        yield event(
            "action.denied",
            action=span.name,
            rule="not approved" if not span.order else "order",
            reason=span.denied,
            directive=span.order,
        )
    elif span.kind == "guardrail" and span.triggered is not None:
        side = side_of(trace, span, names)
        if not span.triggered:
            yield event("check.passed", check=span.name)
        elif side == OUTPUT:
            yield event("check.failed", check=span.name, reason="the guardrail was triggered")
        else:
            guarded = trace.above(span, "function" if side == TOOL else "agent")
            action = guarded.name if guarded is not None else ""
            rule = f"{side} guardrail {span.name}"
            yield event("action.denied", action=action, rule=rule, directive=span.order)
    elif span.kind == "handoff" and span.to in names.humans:
        yield event("handoff", to=span.to)


def side_of(trace: Trace, span: Span, names: Names) -> str:
    """Return what a guardrail guards. The SDK does not say it, but the order of spans does.

    One inside a function guards that tool. An output guardrail begins after a model has answered
    within its agent; an input guardrail before, or while the first answer is still being made.
    """
    if span.name in names.inputs:
        return INPUT
    if span.name in names.outputs:
        return OUTPUT
    agent, function = trace.above(span, "agent"), trace.above(span, "function")
    if function is not None and (agent is None or function.start_us >= agent.start_us):
        return TOOL
    for other in trace.spans.values():
        answered = other.kind in CALLS and other.end_us is not None
        if answered and (other.end_us or 0) <= span.start_us:
            within = trace.above(other, "agent")
            if (within.id if within else "") == (agent.id if agent else ""):
                return OUTPUT
    return INPUT


def _ending(trace: Trace, spans: list[Span], route: str, names: Names) -> Iterator[Sourced]:
    last = max(spans, key=lambda span: (span.end_us or span.start_us, span.id))
    at_us, place = last.end_us or last.start_us, trace.place or last.place
    stopped = next(
        (s.order for s in spans if s.kind == "guardrail" and s.triggered and s.order), ""
    )
    fatal = _fatal(spans)
    if stopped:
        yield _sourced(trace, route, "run.cancelled", at_us, place, suffix="#ended", by=stopped)
    elif fatal is not None:
        yield _sourced(
            trace, route, "run.failed", at_us, place, suffix="#ended", reason=fatal.error
        )
    elif not any(span.kind == "handoff" and span.to in names.humans for span in spans):
        yield _sourced(trace, route, "run.delivered", at_us, place, suffix="#ended")


def _fatal(spans: list[Span]) -> Span | None:
    """Return the outermost error that the run did not survive: nothing began after it."""
    found = [span for span in spans if span.error]
    for span in found:
        end_us = span.end_us if span.end_us is not None else span.start_us
        if all(other is span or other.start_us < end_us for other in spans):
            return span
    return None


def _sourced(
    trace: Trace, route: str, kind: str, at_us: int, place: Place, *, suffix: str, **fields: Any
) -> Sourced:
    own = name(trace.id + suffix)
    event = Event(ts_us=at_us, route=route, event=kind, run=trace.id, id=own, **fields)
    return Sourced(event, place.offset, place.length, place.line)
