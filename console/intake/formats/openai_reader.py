"""Readers of OpenAI Agents traces: they collect spans until their trace is over."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from console.intake.formats.loose import bare, each_line, each_value, json_value, refused, text
from console.intake.formats.openai_spans import Place, Span, Trace, objects, span_of
from console.intake.formats.openai_traces import Names, span_told, told
from console.intake.formats.route_template import RouteTemplate
from console.intake.formats.verdict_values import names_option
from console.intake.reading import Batch, Context
from console.model import HOUR_US, MINUTE_US
from console.text import clean, name

QUIET_US, UNNAMED_QUIET_US = 10 * MINUTE_US, HOUR_US
"""So long after its last span a trace is over, and one without a line of its own."""
_DEFAULT_ROUTE = "{workflow}"
_PLACEHOLDERS = ("workflow", "group", "agent")
_TRACES, _SPANS, _CLOSED = 256, 10_000, 1024


class Settings(NamedTuple):
    """What a source says of its traces; `stem` is the file's name without ending."""

    template: RouteTemplate
    names: Names
    stem: str


class Story(msgspec.Struct):
    """All that is carried from block to block: open traces, and the routes of those just over."""

    traces: dict[str, Trace] = {}
    closed: dict[str, str] = {}
    clock_us: int = 0


OPTIONS = ("input_guardrails", "output_guardrails", "human_agents", "denials")
"""A source's own keys, each a list of texts."""


def settings_of(context: Context) -> Settings:
    """Return the settings of a source.

    Raises:
        ValueError: the template or an option is not right; the message says how.
    """
    options = context.options
    inputs, outputs, humans, denials = (names_option(options, key) for key in OPTIONS)
    names = Names(
        inputs=frozenset(inputs),
        outputs=frozenset(outputs),
        humans=frozenset(humans),
        denials=tuple(filter(None, denials)),
    )
    template = RouteTemplate(context.route or _DEFAULT_ROUTE, _PLACEHOLDERS)
    return Settings(template, names, context.path.stem)


class OpenAILinesReader:
    """Reads exports line by line."""

    name = "openai-agents"

    def __init__(self, settings: Settings, story: Story) -> None:
        self._settings = settings
        self._story = story
        self._batch = Batch([], [])

    def feed(self, block: bytes, offset: int, line: int) -> Batch:
        """Read whole lines; see `Reader.feed`."""
        for body, start, number in each_line(block, offset, line):
            for place, piece, value, reason in each_value(body):
                where = Place(start + place, len(piece), number)
                wrong = reason or self._take(value, where)
                if wrong:
                    self._batch.rejected.append(refused(piece, where.offset, number, wrong))
        return self._drain()

    def settle(self, clock_us: int) -> Batch:
        """End the traces in which nothing has happened for long enough before `clock_us`."""
        self._pass_time(clock_us)
        return self._drain()

    def dump(self) -> bytes:
        """Return the traces that are not over: a few megabytes at the very most."""
        return msgspec.msgpack.encode(self._story)

    def _drain(self) -> Batch:
        batch, self._batch = self._batch, Batch([], [])
        return batch

    def _take(self, value: object, where: Place) -> str:
        """Take in what one value holds; return why nothing, or not all, of it can be, or ""."""
        found, wrong = False, ""
        for trace, fields in objects(value):
            found = True
            if not trace:
                wrong = "this object names no trace"
            elif fields["object"] == "trace":
                self._name(trace, fields, where)
            else:
                wrong = self._add(trace, fields, where) or wrong
        return wrong if found else "this is neither a trace nor a span"

    def _name(self, identity: str, fields: dict[str, object], where: Place) -> None:
        if identity in self._story.closed:
            return
        trace = self._trace(identity)
        trace.workflow = clean(text(fields.get("workflow_name")), 200)
        trace.group, trace.place = name(text(fields.get("group_id"))), where
        if trace.complete():
            self._close(trace)

    def _add(self, identity: str, fields: dict[str, object], where: Place) -> str:
        span = span_of(fields, where, self._settings.names.denials)
        if span is None:
            return "this span has no id, or no time at which it started"
        story = self._story
        if identity in story.closed:
            self._add_late(Trace(id=identity), span)
            return ""
        trace = self._trace(identity)
        known = trace.spans.get(span.id)
        if known is None or span.end_us is not None:
            trace.spans[span.id] = span
        at_us = span.end_us or span.start_us
        trace.latest_us = max(trace.latest_us, at_us)
        if at_us > story.clock_us:
            story.clock_us = at_us
            self._pass_time(at_us)
        self._bound()
        return ""

    def _add_late(self, trace: Trace, span: Span) -> None:
        """Take what a span says whose trace is over, be it late or told a second time.

        Alone it does not show what it guards: a triggered guardrail that no option names is left.
        """
        names, route = self._settings.names, self._story.closed[trace.id]
        unclear = span.name not in names.inputs | names.outputs
        if not (span.kind == "guardrail" and span.triggered and unclear):
            self._batch.events.extend(span_told(trace, span, route, names))

    def _trace(self, identity: str) -> Trace:
        trace = self._story.traces.get(identity)
        if trace is None:
            trace = self._story.traces[identity] = Trace(id=identity)
        return trace

    def _bound(self) -> None:
        """Forget plain spans of a huge trace; end the oldest traces while there are too many."""
        traces = self._story.traces
        for trace in traces.values():
            if len(trace.spans) > _SPANS // 2:
                trace.thin()
        while len(traces) > _TRACES or sum(len(t.spans) for t in traces.values()) > _SPANS:
            self._close(next(iter(traces.values())))

    def _pass_time(self, clock_us: int) -> None:
        for trace in list(self._story.traces.values()):
            quiet_us = UNNAMED_QUIET_US if trace.workflow is None else QUIET_US
            if trace.spans and clock_us > trace.latest_us + quiet_us:
                self._close(trace)

    def _close(self, trace: Trace) -> None:
        story = self._story
        del story.traces[trace.id]
        if not trace.spans:
            return
        agents = [span.name for span in trace.roots() if span.kind == "agent"]
        agents += [span.name for span in trace.spans.values() if span.kind == "agent"]
        values = {
            "workflow": trace.workflow or next(iter(agents), ""),
            "group": trace.group,
            "agent": next(iter(agents), ""),
        }
        fallback = values["workflow"] or self._settings.stem or self.name
        route = self._settings.template.fill(lambda key: values[key], fallback)
        self._batch.events.extend(told(trace, route, self._settings.names))
        story.closed[trace.id] = route
        if len(story.closed) > _CLOSED:
            del story.closed[next(iter(story.closed))]


class OpenAIDocumentReader(OpenAILinesReader):
    """Reads a document anew after every change; only silence needs what was read before."""

    name = "openai-agents-document"

    def _bound(self) -> None:
        """A document is bounded by itself."""

    def feed(self, block: bytes, offset: int, line: int) -> Batch:
        """Read the whole file; see `Format.whole`."""
        self._story = Story()
        document = bare(block)
        if not document:
            return self._drain()
        where = Place(offset, len(block), line)
        try:
            wrong = self._take(json_value(document), where)
        except ValueError as error:
            wrong = str(error)
        if wrong:
            self._batch.rejected.append(refused(block, offset, line, wrong))
        for trace in list(self._story.traces.values()):
            if trace.workflow is not None and trace.complete():
                self._close(trace)
        return self._drain()
