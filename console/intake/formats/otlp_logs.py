"""Runs out of the events that Claude Code writes as OTLP log records.

A run is one user prompt. Its id is that of the trace in which it was logged, so that logs and
spans of one prompt are one run; without tracing it is the `prompt.id`, else one made of the
session. No event ends a run: it counts as delivered by an answer after which no tool was used, and
as failed by an `api_error` after which nothing came, once the next prompt, a stop hook or ten
minutes of silence show that it was the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from console.intake.formats.otlp_route import route_of
from console.intake.formats.otlp_spans import decided
from console.intake.formats.otlp_state import Place
from console.intake.formats.otlp_traces import QUIET_US
from console.intake.formats.otlp_usage import requested
from console.intake.formats.otlp_values import directive, number, text
from console.intake.reading import Sourced
from console.model import SECOND_US, USAGE, Event
from console.text import clean, name

if TYPE_CHECKING:
    from console.intake.formats.otlp_exports import LogRecord

_PREFIX, _SCOPE = "claude_code.", "com.anthropic.claude_code"
_TALKS = 128
_WORDS, _ERROR = "words", "error"
_REQUEST = "api_request"


class Last(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What may turn out to have been the end of a run: an answer in words, or an error."""

    kind: str
    id: str
    ts_us: int
    reason: str
    place: Place


class Talk(msgspec.Struct):
    """One run that is told of in events. `begun` is false for a command nobody answered yet."""

    run: str
    route: str
    session: str
    prompt: str
    start_us: int | None = None
    last_us: int = 0
    waited_us: int = 0
    begun: bool = True
    ended: bool = False
    first: Place | None = None
    last: Last | None = None


class Talks:
    """Follows the runs of all sessions in a file; collects their events in `events`."""

    def __init__(self, state: dict[str, Talk], template: str) -> None:
        self.state, self.template = state, template
        self.events: list[Sourced] = []

    def take(self, record: LogRecord, place: Place, *, prompted: bool = False) -> None:
        """Read one event; where runs are `prompted`, none begins before its prompt is read."""
        kind = _kind(record)
        talk = self._talk(record, kind, place, follows=not prompted and _acts(kind))
        if kind == _REQUEST:
            self._spent(talk, record, place)
        if talk is None:
            return
        if kind != "user_prompt" and not talk.begun:
            self._begin(talk)
        handler = _HANDLERS.get(kind)
        if handler is not None:
            handler(self, talk, record, place)
        talk.last_us = max(talk.last_us, record.ts_us)

    def pass_time(self, clock_us: int) -> None:
        """Judge the runs that have been silent for long enough before `clock_us`."""
        for talk in self.state.values():
            if clock_us > talk.last_us + QUIET_US:
                self._fall_silent(talk)

    def close(self) -> None:
        """Judge all runs: nothing more will come."""
        for talk in self.state.values():
            self._fall_silent(talk)

    def _talk(self, record: LogRecord, kind: str, place: Place, *, follows: bool) -> Talk | None:
        """Return the run that an event belongs to, started if the event is its prompt.

        An event that `follows` is of a run also if that one's prompt was not read.
        """
        fields = record.attributes
        session, prompt = name(text(fields.get("session.id"))), name(text(fields.get("prompt.id")))
        key = prompt or session
        known = self.state.get(key)
        if kind != "user_prompt":
            return known or (self._follow(record, session, prompt) if key and follows else None)
        if known is not None and prompt:
            return known
        for talk in self.state.values():
            if talk.session == session:
                self._fall_silent(talk)
        talk = self._follow(record, session, prompt)
        talk.start_us, talk.first = record.ts_us, place
        talk.begun = "command_name" not in fields
        if talk.begun:
            self._started(talk)
        return talk

    def _follow(self, record: LogRecord, session: str, prompt: str) -> Talk:
        run = record.trace or prompt
        if any(talk.run == run for talk in self.state.values()):
            run = prompt
        run = run or f"{session}@{record.ts_us}"
        talk = Talk(run=run, route=route_of(record, self.template), session=session, prompt=prompt)
        key = prompt or session
        self.state.pop(key, None)
        self.state[key] = talk
        if len(self.state) > _TALKS:
            oldest = self.state.pop(next(iter(self.state)))
            self._fall_silent(oldest)
        return talk

    def _begin(self, talk: Talk) -> None:
        talk.begun = True
        self._started(talk)

    def _started(self, talk: Talk) -> None:
        if talk.start_us is not None and talk.first is not None:
            event_id = f"{talk.session}/{talk.prompt}@{talk.start_us}#started"
            self._emit(talk, talk.start_us, "run.started", event_id, talk.first)

    def _emit(
        self, talk: Talk, ts_us: int, kind: str, event_id: str, place: Place, **fields: Any
    ) -> None:
        event = Event(
            ts_us=ts_us, route=talk.route, run=talk.run, event=kind, id=name(event_id), **fields
        )
        self.events.append(Sourced(event, place.offset, place.length, place.line))

    def _spent(self, talk: Talk | None, record: LogRecord, place: Place) -> None:
        """Tell what a request took, also of a run of which nothing else was read."""
        told, fields = requested(record.attributes), record.attributes
        run = record.trace or name(text(fields.get("prompt.id")) or text(fields.get("session.id")))
        if not told or not (talk or run):
            return
        route = talk.route if talk else route_of(record, self.template)
        event_id = name(f"{_id(record)}#usage")
        event = Event(
            ts_us=record.ts_us, route=route, run=talk.run if talk else run, event=USAGE,
            id=event_id, **told,
        )  # fmt: skip
        self.events.append(Sourced(event, place.offset, place.length, place.line))

    def _fall_silent(self, talk: Talk) -> None:
        """Take the last that a run said for its end."""
        last, talk.last = talk.last, None
        if last is None or talk.ended:
            return
        talk.ended = True
        elapsed_s = None
        if talk.start_us is not None:
            elapsed_s = max(last.ts_us - talk.start_us - talk.waited_us, 0) / SECOND_US
        kind = "run.delivered" if last.kind == _WORDS else "run.failed"
        self._emit(
            talk, last.ts_us, kind, last.id, last.place, elapsed_s=elapsed_s, reason=last.reason
        )

    def _said(self, talk: Talk, record: LogRecord, place: Place) -> None:
        talk.last = Last(_WORDS, f"{_id(record)}#ended", record.ts_us, "", place)

    def _requested(self, talk: Talk, record: LogRecord, place: Place) -> None:
        del record, place
        if talk.last is not None and talk.last.kind == _ERROR:
            talk.last = None

    def _erred(self, talk: Talk, record: LogRecord, place: Place) -> None:
        reason = clean(text(record.attributes.get("error")) or "API error")
        talk.last = Last(_ERROR, f"{_id(record)}#ended", record.ts_us, reason, place)

    def _used(self, talk: Talk, record: LogRecord, place: Place) -> None:
        del record, place
        talk.last = None

    def _decided(self, talk: Talk, record: LogRecord, place: Place) -> None:
        fields = record.attributes
        talk.last = None
        decision, source = (text(fields.get(key)) for key in ("decision", "source"))
        tool, event_id = name(text(fields.get("tool_name"))), _id(record)
        if source.startswith("user") and talk.last_us:
            talk.waited_us += max(record.ts_us - talk.last_us, 0)
        for kind, found in decided(decision, source, tool):
            order = directive(fields) if kind == "action.denied" else ""
            asked = kind == "approval.requested"
            at_us = min(talk.last_us or record.ts_us, record.ts_us) if asked else record.ts_us
            suffix = f"{event_id}#{kind}"
            self._emit(talk, at_us, kind, suffix, place, directive=order, **found)

    def _hooked(self, talk: Talk, record: LogRecord, place: Place) -> None:
        """A hook that stops a prompt withdraws the run; one at the end is a check of it."""
        fields, event_id = record.attributes, _id(record)
        hook, blocking = text(fields.get("hook_event")), number(fields.get("num_blocking")) or 0
        if hook == "UserPromptSubmit" and blocking > 0:
            talk.ended, by = True, directive(fields) or "hook"
            self._emit(talk, record.ts_us, "run.cancelled", f"{event_id}#ended", place, by=by)
        elif hook == "Stop" and blocking > 0:
            talk.last = None
            fields = {"check": "stop_hook", "reason": "a stop hook objected"}
            self._emit(talk, record.ts_us, "check.failed", f"{event_id}#check", place, **fields)
        elif hook == "Stop":
            if (number(fields.get("num_success")) or 0) > 0:
                done = {"check": "stop_hook"}
                self._emit(talk, record.ts_us, "check.passed", f"{event_id}#check", place, **done)
            self._fall_silent(talk)
        elif hook == "PreToolUse":
            talk.last = None


_HANDLERS = {
    "assistant_response": Talks._said,
    _REQUEST: Talks._requested,
    "api_error": Talks._erred,
    "tool_result": Talks._used,
    "tool_decision": Talks._decided,
    "hook_execution_complete": Talks._hooked,
}


def is_claude(record: LogRecord) -> bool:
    """Say whether a log record is an event of Claude Code."""
    return record.scope.startswith(_SCOPE) or record.name.startswith(_PREFIX)


def _kind(record: LogRecord) -> str:
    named = text(record.attributes.get("event.name")) or record.name
    return named.removeprefix(_PREFIX)


def _acts(kind: str) -> bool:
    """Say whether an event tells of a run even if its prompt was not read."""
    return kind in _HANDLERS and kind not in {_REQUEST, "hook_execution_complete"}


def _id(record: LogRecord) -> str:
    """Return the id of an event: its session, time and number in it."""
    fields = record.attributes
    sequence = text(fields.get("event.sequence"))
    return name(f"{text(fields.get('session.id'))}@{record.ts_us}#{sequence}")
