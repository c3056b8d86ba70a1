"""What `gemini -p --output-format stream-json` prints: one prompt, line by line, to its result.

A run is one prompt. A refused tool is known by the words of the runtime, as in chats. The prompt is
told before hooks have seen it: one that a hook turned down never started.
"""

from __future__ import annotations

import msgspec

from console.intake.formats.claude_runs import directive
from console.intake.formats.codex_records import EXEC_HEAD, Fields, Found, objects
from console.intake.formats.codex_turns import Place, Turns
from console.intake.formats.gemini_runs import BLOCKED, STOPPED, USER_REJECTED, denial_rule
from console.intake.formats.printed import PromptedReader, took_s_of
from console.intake.formats.route_template import RouteTemplate
from console.intake.formats.usage import amount
from console.intake.reading import Context, restored
from console.intake.times import instant_us
from console.text import clean, name

FILE_ROUTE = "{file}"
PLACEHOLDERS = ("file", "session", "model", "project", "kind")
"""Those of chats too, as a source may hold both; the project is the folder that the file is in."""
_CANCELLED = "FatalCancellationError"


class StreamStory(msgspec.Struct):
    """All that is carried from one block to the next; no key of it hints at a secret."""

    session: str = msgspec.field(default="", name="talk")
    model: str = ""
    count: int = 0
    written_us: int | None = None
    waiting: Place | None = None
    turns: Turns = msgspec.field(default_factory=Turns)


class StreamReader(PromptedReader[StreamStory]):
    """Reads one file of `gemini -p --output-format stream-json`.

    Raises:
        ValueError: the route template names an unknown placeholder.
    """

    name = "gemini-stream"

    def __init__(self, context: Context, story: StreamStory) -> None:
        self._template = RouteTemplate(context.route or FILE_ROUTE, PLACEHOLDERS)
        super().__init__(context.path, story)

    def _take(self, found: Found) -> str:
        fields, kind = found.fields, found.fields.text("type")
        if not kind:
            return "this object has no type"
        try:
            at_us = instant_us(fields.text("timestamp"))
        except ValueError as error:
            return f"timestamp: {error}"
        place = Place(at_us, found.offset, found.length, found.line)
        if kind == "init":
            self._story.session = name(fields.text("session_id").strip())
            self._story.model = name(fields.text("model"))
        elif kind == "message" and fields.text("role") == "user":
            self._story.waiting = place
        elif kind == "message":
            self._turns.work(self._turn(place))
        elif kind == "tool_use":
            turn = self._turn(place)
            tool = fields.text("tool_name")
            self._turns.call(turn, name(fields.text("tool_id")), tool, escalated=False)
        elif kind == "tool_result":
            self._result(fields, place)
        elif kind == "error":
            self._error(fields.text("message"), place)
        elif kind == "result":
            self._end(fields, place)
        return ""

    def _result(self, fields: Fields, place: Place) -> None:
        """Look at what a tool brought: a failure may be a denial."""
        use = name(fields.text("tool_id"))
        call = self._turns.returned(self._turn(place), use)
        text = fields.inner("error").text("message") or fields.text("output")
        rule = denial_rule(fields.text("status"), text)
        if fields.text("status") == "success" or not rule:
            return
        self._turns.deny(
            place,
            name(f"{call.run}:{use}"),
            call,
            by="user" if rule == USER_REJECTED else "",
            action=call.tool,
            rule=rule,
            reason=clean(text),
            directive=directive(text),
        )

    def _error(self, text: str, place: Place) -> None:
        """Take in what the runtime says; a hook's word may end the turn before its result."""
        if text.startswith(BLOCKED) and self._story.waiting is not None:
            self._turn_down(place, text)
        elif text.startswith(STOPPED):
            self._turn(place)
            self._turns.cancel(place, directive(text) or "hook", text)

    def _end(self, fields: Fields, place: Place) -> None:
        turn, stats, error = self._story.turns.turn, fields.inner("stats"), fields.inner("error")
        if turn is not None and turn.ended and self._story.waiting is None:
            return  # a hook has ended it
        turn = self._turn(place)
        self._turns.spend(place, turn, amount(stats.number("total_tokens")))
        took_s = took_s_of(stats)
        if fields.text("status") == "success":
            self._turns.deliver(place, took_s)
        elif error.text("type") == _CANCELLED:
            self._turns.cancel(place, "user", error.text("message"), took_s)
        else:
            self._turns.fail(place, error.text("message") or "the turn failed", took_s)

    def _route(self) -> str:
        story = self._story
        values = {
            "file": self._path.stem,
            "session": story.session,
            "model": story.model,
            "project": self._path.parent.name,
            "kind": "main",
        }
        return self._template.fill(lambda known: values[known], self._path.stem or self.name)


class StreamFormat:
    """Recognises the events of a printed prompt by what only they hold."""

    name = "gemini-stream"
    whole = False
    options: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Say whether some line is such an event, and none is a native one."""
        if b'"timestamp"' not in head:
            return False
        found = objects(head, EXEC_HEAD)
        if any("event" in fields and "route" in fields for fields in found):
            return False
        return any(map(_is_event, found))

    def reader(self, context: Context, state: bytes = b"") -> StreamReader:
        """Return a reader for one file, going on from `state`.

        Raises:
            ValueError: the route template names an unknown placeholder, or the state is not ours.
        """
        return StreamReader(context, restored(StreamStory, state, "gemini stream-json"))


STREAM = StreamFormat()


def _is_event(fields: Fields) -> bool:
    if not fields.text("timestamp"):
        return False
    kind = fields.text("type")
    if kind == "init":
        return bool(fields.text("session_id") and fields.text("model"))
    if kind in {"tool_use", "tool_result"}:
        return bool(fields.text("tool_id"))
    return kind == "result" and "stats" in fields and "status" in fields
