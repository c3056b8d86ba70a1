"""Readers of OTLP data: request by request as they are appended, or a document as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from console.intake.formats.native import glued
from console.intake.formats.otlp_agents import as_claude, is_codex, is_step
from console.intake.formats.otlp_exports import LogRecord, Span, known, records
from console.intake.formats.otlp_logs import Talk, Talks, is_claude
from console.intake.formats.otlp_route import agent_of, route_of
from console.intake.formats.otlp_spans import (
    PLAIN,
    asks_about,
    events_of,
    failure,
    is_evaluator,
    is_pending,
    rank_of,
    stamp_of,
    tool_of,
    verdicts_of,
    waits,
    works,
)
from console.intake.formats.otlp_state import Note, Place, Root, Traces
from console.intake.formats.otlp_traces import Assembly
from console.intake.formats.otlp_usage import usage_of
from console.intake.formats.otlp_values import text
from console.intake.formats.otlp_verdicts import rule_of
from console.intake.reading import UNDECODABLE, Batch, Context, Rejected, Sourced, Stateless
from console.text import clean, name

if TYPE_CHECKING:
    from collections.abc import Iterator

BOM = b"\xef\xbb\xbf"
BLANK = b"\x00\r\t "
_EXCERPT = 200
_PIECES = 100
"""After so many refused pieces of one line or document the rest of it is refused as a whole."""


Record = Span | LogRecord


class Story(msgspec.Struct):
    """All that is carried from one block to the next; bounded."""

    traces: Traces = msgspec.field(default_factory=Traces)
    talks: dict[str, Talk] = {}
    place: Place = Place(0, 0, 1)


class Telling:
    """What spans and log records mean, whichever file they come from."""

    def __init__(self, context: Context, story: Story) -> None:
        self._template = context.route
        self._rule = rule_of(context.options)
        self.assembly = Assembly(story.traces)
        self.talks = Talks(story.talks, context.route)

    def take(self, record: Span | LogRecord, place: Place) -> str:
        """Take in one record; return why it says nothing although it should, or ""."""
        if isinstance(record, Span):
            if not (is_pending(record) or is_step(record)):
                self._span(record, place)
            return ""
        self.assembly.hear(record.ts_us)
        for told in (record,) if is_claude(record) else as_claude(record):
            self.talks.take(told, place, prompted=is_codex(record))
        return self._log(record, place)

    def _span(self, span: Span, place: Place) -> None:
        judged = span.links[0] if is_evaluator(span) and not span.parent and span.links else ""
        ended_us = span.start_us if span.end_us is None else span.end_us
        trace = self.assembly.trace(judged or span.trace, ended_us)
        self.assembly.link(
            trace, span.id, span.parent, tool_of(span), name(agent_of(span.attributes))
        )
        if waits(span):
            self.assembly.wait(trace, span.id, span.start_us, ended_us)
        rank, route = rank_of(span), route_of(span, self._template)
        if (rank != PLAIN or not span.parent) and not is_evaluator(span):
            self.assembly.consider(trace, _root(span, rank, route, place))
        if works(span) and trace.before(span.start_us, span.id):
            trace.first = _root(span, rank, route, place)
        took = usage_of(span)
        if took is not None:
            routed = msgspec.structs.replace(took, route=route)
            self.assembly.spend(trace, Note(routed, span.id, "", place))
        for event in events_of(span, self._rule):
            routed = msgspec.structs.replace(event, route=route)
            self.assembly.note(trace, Note(routed, span.id, asks_about(span), place))

    def _log(self, record: LogRecord, place: Place) -> str:
        for event in verdicts_of(record, self._rule):
            if not record.trace:
                return "an evaluation names no trace: it is nobody's verdict"
            routed = msgspec.structs.replace(event, route=route_of(record, self._template))
            trace = self.assembly.trace(record.trace, record.ts_us)
            self.assembly.note(trace, Note(routed, record.span, "", place))
        return ""

    def drain(self, rejected: list[Rejected]) -> Batch:
        """Return what has followed so far, and forget it."""
        batch = Batch(
            [*self.talks.events, *self.assembly.events], [*rejected, *self.assembly.rejected]
        )
        self.talks.events, self.assembly.events, self.assembly.rejected = [], [], []
        return batch


class OtlpReader:
    """Reads requests line by line. Carries the traces whose root has not come."""

    name = "otlp"

    def __init__(self, context: Context, story: Story) -> None:
        self._story = story
        self._telling = Telling(context, story)
        self._rejected: list[Rejected] = []

    def feed(self, block: bytes, offset: int, line: int) -> Batch:
        """Read whole lines; see `Reader.feed`."""
        events: list[Sourced] = []
        for raw in block.split(b"\n"):
            body = raw.strip(BLANK).removeprefix(BOM).strip(BLANK)
            if body:
                self._line(body, offset + raw.index(body), line)
                events += self._drained()
            offset += len(raw) + 1
            line += 1
        rejected, self._rejected = self._rejected, []
        return Batch(events, rejected)

    def settle(self, clock_us: int) -> Batch:
        """Take traces and runs for ended that have been silent for ten minutes."""
        self._telling.assembly.settle(clock_us, self._story.place)
        self._telling.talks.pass_time(clock_us)
        return self._telling.drain([])

    def dump(self) -> bytes:
        """Return the story so far as bytes."""
        return msgspec.msgpack.encode(self._story)

    def _drained(self) -> list[Sourced]:
        batch = self._telling.drain([])
        self._rejected += batch.rejected
        return batch.events

    def _line(self, body: bytes, offset: int, line: int) -> None:
        for start, piece, value in values(body):
            place = Place(offset + start, len(piece), line)
            reason = self._request(value, place)
            if reason:
                self._rejected.append(_refusal(place, piece, reason))

    def _request(self, value: Any, place: Place) -> str:
        """Read one request; return why it, or a part of it, could not be read."""
        found, reason = _read(value)
        told = [self._telling.take(record, place) for record in found]
        story, assembly = self._story, self._telling.assembly
        story.place = place
        assembly.assemble(place)
        assembly.pass_time(story.traces.last_us, place)
        self._telling.talks.pass_time(story.traces.last_us)
        return _sum_up([fault for fault in (reason, *told) if fault])


class DocumentReader(Stateless):
    """Reads whole documents anew whenever they have changed."""

    name = "otlp-document"

    def __init__(self, context: Context) -> None:
        self._context = context

    def feed(self, block: bytes, offset: int, line: int) -> Batch:
        """Read a whole document; see `Format.whole`."""
        telling = Telling(self._context, Story())
        body = block.strip(BLANK + b"\n").removeprefix(BOM).strip(BLANK + b"\n")
        rejected: list[Rejected] = []
        if not body:
            return Batch([], rejected)
        start, counted = block.index(body), 0
        found: list[tuple[Record, Place]] = []
        for begin, piece, value in values(body):
            line += block.count(b"\n", counted, start + begin)
            counted = start + begin
            place = Place(offset + counted, len(piece), line)
            entries, reason = _read(value)
            found += [(entry, place) for entry in entries]
            if reason:
                rejected.append(_refusal(place, piece, reason))
        for record, place in _rooted(found):
            reason = telling.take(record, place)
            if reason:
                rejected.append(_refusal(place, body, reason))
        last = Place(offset + start, len(body), line)
        telling.assembly.assemble(last)
        telling.assembly.close(last)
        telling.talks.close()
        return telling.drain(rejected)


def reason_of(error: Exception) -> str:
    """Return why something could not be read, as one clean sentence."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "not valid UTF-8"
    return clean(f"not JSON: {error}" if isinstance(error, msgspec.DecodeError) else str(error))


def _read(value: Any) -> tuple[list[Record], str]:
    """Return the records of a decoded value, and what is wrong with it or its parts, or ""."""
    if isinstance(value, Exception):
        return [], reason_of(value)
    try:
        if not known(value):
            return [], "this is no OTLP data: it holds no spans, log records or metrics"
        found = list(records(value))
    except UNDECODABLE as error:
        return [], reason_of(error)
    faults = [str(record) for record in found if isinstance(record, ValueError)]
    kept = [record for record in found if not isinstance(record, ValueError)]
    return kept, _sum_up(faults)


def _sum_up(faults: list[str]) -> str:
    if len(faults) > 1:
        return clean(f"{len(faults)} records could not be read; the first: {faults[0]}")
    return clean(faults[0]) if faults else ""


def _rooted(found: list[tuple[Record, Place]]) -> Iterator[tuple[Record, Place]]:
    """Yield records such that a span whose parent is nowhere in the document has none."""
    ids = {(record.trace, record.id) for record, _ in found if isinstance(record, Span)}
    for record, place in found:
        if isinstance(record, Span) and (record.trace, record.parent) not in ids:
            yield record._replace(parent=""), place
        else:
            yield record, place


def _root(span: Span, rank: int, route: str, place: Place) -> Root:
    why = failure(span)
    return Root(
        trace=span.trace,
        span=span.id,
        parent=span.parent,
        rank=rank,
        route=route,
        conversation=name(text(span.attributes.get("gen_ai.conversation.id"))),
        start_us=span.start_us,
        end_us=None if span.end_us is None else max(span.end_us, span.start_us),
        failure=why,
        order=stamp_of(span) if why else "",
        place=place,
    )


def values(body: bytes) -> Iterator[tuple[int, bytes, Any]]:
    """Yield the JSON values in a text, itself or several glued together, each with its offset.

    For a piece that is not JSON the error takes the place of its value.
    """
    refused = 0
    whole = _decoded(body)
    if not isinstance(whole, Exception):
        yield 0, body, whole
        return
    for start, piece in glued(body):
        if refused == _PIECES:
            yield start, body[start:], ValueError("the rest, as too much before it was refused")
            return
        value = _decoded(piece)
        refused += not known(value)
        yield start, piece, value


def _decoded(piece: bytes) -> Any:
    try:
        return msgspec.json.decode(piece)
    except UNDECODABLE as error:
        return error


def _refusal(place: Place, piece: bytes, reason: str) -> Rejected:
    return Rejected(place.offset, len(piece), place.line, reason, piece[:_EXCERPT])
