"""Gemini CLI telemetry (`telemetry.outfile`): pretty-printed JSON objects, one after another.

A run is one prompt (`prompt_id`) to the next of its session, on the route `{project}`: the folder
of the file, or the one above `.gemini`. The template may also use `{session}` and `{service}`.

- `user_prompt` starts a run. `conversation_finished` delivers it; where it is not written, the last
  answer of the main model does, at the next prompt or after 30 minutes of silence. An API error
  with no answer after it is `run.failed`.
- `tool_call`: decision `reject`, an error that says that a hook or the policy stopped it: denied.
  Other failures of tools are no misses.
- `hook_call` before the agent that blocks its prompt, or a tool call at which a hook stopped the
  agent: `run.cancelled`, by our order where the hook's text bears one.
- `agent.start` and `agent.finish` are a sub-agent's run, of which the run under way is the parent:
  `GOAL` delivered, `ABORTED` cancelled, any other reason failed; it took `duration_ms`.
- `api_response` says what its call took of the model, whichever agent made it.
- `agent.recovery_attempt` is `recovery.succeeded` or `.failed`, `rewind` a recovery by rollback.

Spans, metrics and all other events are passed over: other hooks and `conseca.verdict` too, since
the tool call that they stop says so itself. The records have no ids: two alike in the same
millisecond are one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from console.intake.formats.claude_runs import Place
from console.intake.formats.gemini_runs import (
    ERROR,
    REJECTED,
    STOPPED,
    USER_REJECTED,
    WORDS,
    WORK,
    Run,
    Runs,
    denial_rule,
)
from console.intake.formats.loose import (
    array,
    at_path,
    instant,
    json_value,
    number,
    seconds,
    table,
    text,
)
from console.intake.formats.pretty_json import Frame, Frames
from console.intake.formats.route_template import RouteTemplate
from console.intake.formats.usage import total
from console.intake.reading import Batch, Context, restored
from console.model import USAGE
from console.text import name

if TYPE_CHECKING:
    from pathlib import Path

_DEFAULT_ROUTE = "{project}"
_PLACEHOLDERS = ("project", "session", "service")
_PREFIX = "gemini_cli."
_HEAD = re.compile(rb'"event\.name"\s*:\s*"gemini_cli\.')
_SESSIONS = 64
_MAIN = frozenset({"", "main"})
_REFUSALS = frozenset({"block", "deny"})
_BLOCKS = 2
"""The exit code with which a hook blocks; others are failures of the hook itself."""


class Story(msgspec.Struct):
    """All that is carried from block to block; bounded. Sessions in the order of their start."""

    frames: Frames = msgspec.field(default_factory=Frames)
    sessions: dict[str, Run] = {}


class TelemetryReader:
    """Reads one telemetry file, of any number of sessions."""

    name = "gemini-telemetry"

    def __init__(self, context: Context, story: Story) -> None:
        self._project = _project(context.path)
        self._template = RouteTemplate(context.route or _DEFAULT_ROUTE, _PLACEHOLDERS)
        self._story = story
        self._batch = Batch([], [])

    def feed(self, block: bytes, offset: int, line: int) -> Batch:
        """Read whole lines; see `Reader.feed`."""
        for frame in self._story.frames.feed(block, offset, line, self._batch.rejected):
            self._take(frame)
        return self._drain()

    def settle(self, clock_us: int) -> Batch:
        """Decide what only silence can decide, the file being read to its end."""
        self._pass_time(clock_us)
        return self._drain()

    def dump(self) -> bytes:
        """Return the runs under way and an object that is not complete yet: megabytes at most."""
        return msgspec.msgpack.encode(self._story)

    def _drain(self) -> Batch:
        batch, self._batch = self._batch, Batch([], [])
        return batch

    def _pass_time(self, clock_us: int) -> None:
        for run in self._story.sessions.values():
            runs = Runs(run)
            runs.pass_time(clock_us)
            self._batch.events.extend(runs.events)

    def _take(self, frame: Frame) -> None:
        said = table(table(frame.value).get("attributes"))
        kind = text(said.get("event.name"))
        if not kind.startswith(_PREFIX):
            return
        at_us = _when(said, table(frame.value))
        if at_us is None:
            return
        self._pass_time(at_us)
        session = name(text(said.get("session.id")).strip() or self._project)
        uuid = ":".join((session, kind.removeprefix(_PREFIX), str(at_us)))
        tool = text(said.get("function_name")) or text(said.get("agent_id"))
        place = Place(f"{uuid}:{tool}" if tool else uuid, at_us, *frame.place)
        runs = Runs(self._story.sessions.get(session))
        if kind == f"{_PREFIX}user_prompt":
            self._prompt(runs, place, session, frame.value)
        else:
            if runs.run is None:
                runs.run = Run(session, self._route(session, frame.value))
            _apply(runs, kind.removeprefix(_PREFIX), place, said)
        self._keep(session, runs)

    def _prompt(self, runs: Runs, place: Place, session: str, record: Any) -> None:
        prompt = text(table(table(record).get("attributes")).get("prompt_id")).strip()
        run = name(prompt) or place.uuid
        if runs.run is None or runs.run.id != run:
            runs.begin(place, Run(run, self._route(session, record)))

    def _keep(self, session: str, runs: Runs) -> None:
        sessions = self._story.sessions
        self._batch.events.extend(runs.events)
        if runs.run is not None:
            sessions[session] = runs.run
        if len(sessions) > _SESSIONS:
            oldest = Runs(sessions.pop(next(iter(sessions))))
            oldest.decide(None)
            self._batch.events.extend(oldest.events)

    def _route(self, session: str, record: Any) -> str:
        values = {
            "project": self._project,
            "session": session,
            "service": text(table(at_path(record, "resource.attributes")).get("service.name")),
        }
        return self._template.fill(lambda key: values[key], self._project or "gemini")


class TelemetryFormat:
    """Recognises log records of the CLI by their event names."""

    name = "gemini-telemetry"
    whole = False
    options: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Say whether objects with attributes stand here, some of them events of the CLI."""
        beginning = head.lstrip(b"\xef\xbb\xbf \t\r\n\x00")
        return (
            beginning.startswith(b"{")
            and bool(_HEAD.search(beginning))
            and b'"attributes"' in beginning
            and b'"route"' not in beginning.split(b"\n", 1)[0]
        )

    def reader(self, context: Context, state: bytes = b"") -> TelemetryReader:
        """Return a reader for one file, going on from `state`.

        Raises:
            ValueError: the route template names an unknown placeholder, or the state is not ours.
        """
        return TelemetryReader(context, restored(Story, state, "Gemini CLI telemetry"))


TELEMETRY = TelemetryFormat()


def _apply(runs: Runs, kind: str, place: Place, said: dict[str, Any]) -> None:
    """Take in one event of a session whose run is known."""
    if kind == "tool_call":
        _tool_call(runs, place, said)
    elif kind == "api_response" and text(said.get("role")) not in _MAIN:
        _count(runs, place, said)
    elif kind in {"api_response", "api_request"} and text(said.get("role")) in _MAIN:
        _count(runs, place, said)
        runs.mark(WORDS if kind == "api_response" else WORK, place)
    elif kind == "api_error" and text(said.get("role")) in _MAIN:
        reason = text(said.get("error")) or text(said.get("error.message"))
        runs.mark(ERROR, place, reason or "error")
    elif kind == "conversation_finished":
        if runs.run is not None and runs.run.last in {WORDS, WORK}:
            runs.mark(WORDS, place)
        runs.decide(None)
    elif kind == "hook_call":
        _hook_call(runs, place, said)
    elif kind == "rewind" and text(said.get("outcome")) != "cancel":
        runs.rewind(place)
    elif kind.startswith("agent."):
        _agent(runs, kind, place, said)


def _tool_call(runs: Runs, place: Place, said: dict[str, Any]) -> None:
    error = text(said.get("error")) or text(said.get("error.message"))
    rejected = text(said.get("decision")) == "reject"
    rule = USER_REJECTED if rejected else denial_rule("error", error)
    if not rule and text(said.get("error_type")) == "policy_violation":
        rule = "policy"
    if rule:
        runs.deny(place, "", text(said.get("function_name")), rule, error)
    if error.startswith(STOPPED):
        runs.block(place, error)
    else:
        runs.mark(REJECTED if rejected else WORK, place)


def _count(runs: Runs, place: Place, said: dict[str, Any]) -> None:
    """Tell what a call to a model took; what was cached is part of the input."""
    parts = ("input", "output", "thoughts", "tool")
    tokens = total(said, "total_token_count", *(f"{part}_token_count" for part in parts))
    if tokens:
        runs.emit(place, USAGE, "#usage", tokens=tokens)


def _hook_call(runs: Runs, place: Place, said: dict[str, Any]) -> None:
    """Take in a hook: one that runs before the agent can keep a prompt from it.

    It does so with exit code 2 and a text, or with an answer in JSON.
    """
    if text(said.get("hook_event_name")) != "BeforeAgent":
        return
    answers = [_object(said.get("hook_output")), _object(said.get("stdout"))]
    refuses = any(
        text(answer.get("decision")) in _REFUSALS or answer.get("continue") is False
        for answer in answers
    )
    if refuses or number(said.get("exit_code")) == _BLOCKS:
        reasons = [text(answer.get(key)) for answer in answers for key in ("reason", "stopReason")]
        told = [*reasons, text(said.get("stderr")), text(said.get("error"))]
        runs.block(place, next((reason for reason in told if reason), "a hook stopped the prompt"))


def _object(value: object) -> dict[str, Any]:
    """Return an object that stands as itself, or as JSON in a text."""
    try:
        return table(json_value(value.encode()) if isinstance(value, str) else value)
    except ValueError:
        return {}


def _agent(runs: Runs, kind: str, place: Place, said: dict[str, Any]) -> None:
    """Take in what a sub-agent did: a run of its own, of which the run under way is the parent."""
    agent = name(text(said.get("agent_id")).strip())
    if not agent or runs.run is None:
        return
    reason = text(said.get("terminate_reason")) or text(said.get("reason"))
    if kind == "agent.start":
        runs.emit(place, "run.started", "", run=agent, parent=runs.run.id)
    elif kind == "agent.recovery_attempt":
        ok = said.get("success") in (True, "true")
        runs.emit(
            place, f"recovery.{'succeeded' if ok else 'failed'}", "", run=agent, reason=reason
        )
    elif kind == "agent.finish":
        took_ms = number(said.get("duration_ms"))
        elapsed_s = None if took_ms is None else seconds(took_ms / 1000)
        how = {"GOAL": "run.delivered", "ABORTED": "run.cancelled"}.get(
            reason.upper(), "run.failed"
        )
        by = "user" if how == "run.cancelled" else ""
        runs.emit(place, how, "", run=agent, by=by, reason=reason, elapsed_s=elapsed_s)


def _when(said: dict[str, Any], record: dict[str, Any]) -> int | None:
    """Return when an event was: its own time, else the record's, in seconds and nanoseconds."""
    at_us = instant(said.get("event.timestamp"))
    if at_us is None:
        parts = [number(part) for part in array(record.get("hrTime"))[:2]]
        if len(parts) == 2 and parts[0] is not None and parts[1] is not None:
            at_us = instant(int(parts[0]) * 1_000_000 + int(parts[1]) // 1_000)
    return at_us


def _project(path: Path) -> str:
    folder = path.parent
    return folder.parent.name if folder.name == ".gemini" else folder.name or path.stem
