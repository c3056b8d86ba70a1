"""What `claude -p --output-format stream-json` prints: a conversation, one message a line.

A run is one turn: from its `init`, or the first that the agent says, to its `result`. It has no id
of its own: it is named after its session, its file and its number there. A result says what its
turn took in tokens, and what the process had cost so far, so that a turn cost the difference to the
one before.

Newer versions name the time of what is said, none that of an `init` or a `result`. A turn began no
later than what is first said in it, and ended no later after the last time named than it took in
all. Else the file's modification time stands for the time at which a line is read: right to the
poll while a run is followed live, the end of the last turn afterwards.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from console.intake.formats.claude_denials import RULE, USER_REJECTED, denial_rule
from console.intake.formats.claude_messages import (
    denial_kind,
    first_text,
    named_us_of,
    text_of,
)
from console.intake.formats.claude_routes import DEFAULT_ROUTE, PLACEHOLDERS, cwd_name
from console.intake.formats.claude_runs import PLANS, directive
from console.intake.formats.codex_records import Fields, Found
from console.intake.formats.codex_turns import Call, Place, Turn, Turns
from console.intake.formats.printed import NO_TIME, PromptedReader, took_s_of
from console.intake.formats.route_template import RouteTemplate
from console.intake.formats.usage import amount, price
from console.intake.reading import Context
from console.model import SECOND_US
from console.text import clean, name

_TOKENS = (
    "input_tokens",
    "output_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
)
_STOPPED = {
    "aborted_streaming": "user",
    "aborted_tools": "user",
    "hook_stopped": "hook",
    "stop_hook_prevented": "hook",
}
"""Why a turn ended that was stopped from outside, and by whom."""
_TURNED_DOWN = "UserPromptSubmit operation blocked by hook"
"""The outcome of a prompt that never came to the agent."""
_ERRORS = 64
"""Of so many failed tool uses of a turn it is remembered what was said."""


class StreamStory(msgspec.Struct):
    """All that is carried from one block to the next; bounded.

    The session, how many turns it had, and what it had cost; when the file was written, and the
    last time that a line named; `waiting` is the init of a turn of which nothing was said since,
    since a hook may yet turn its prompt down. Of the turn under way: `errors` are
    the texts of failed tool uses with the order that they name, by tool use; `denied` those that
    are told. No key of it hints at a secret.
    """

    session: str = msgspec.field(default="", name="talk")
    cwd: str = ""
    version: str = ""
    count: int = 0
    written_us: int | None = None
    timed_us: int | None = None
    waiting: Place | None = None
    turns: Turns = msgspec.field(default_factory=Turns)
    paid_usd: float = 0.0
    errors: dict[str, tuple[str, str]] = {}
    denied: list[str] = []


class Refusal(NamedTuple):
    """A tool use that was refused: by what, in which words, and the order that these name."""

    use: str
    tool: str
    rule: str
    text: str
    order: str


class StreamReader(PromptedReader[StreamStory]):
    """Reads one file of `claude -p --output-format stream-json`.

    Raises:
        ValueError: the route template names an unknown placeholder.
    """

    name = "claude-code-stream"

    def __init__(self, context: Context, story: StreamStory) -> None:
        self._template = RouteTemplate(context.route or DEFAULT_ROUTE, PLACEHOLDERS)
        super().__init__(context.path, story)

    def _at_us(self, fields: Fields, kind: str) -> int | None:
        """Return when a message was written, as far as is known."""
        story, named_us = self._story, named_us_of(fields)
        if named_us is not None:
            story.timed_us = named_us
            return named_us
        if story.timed_us is None or fields.text("subtype") == "init":
            return story.written_us
        took_s = took_s_of(fields) if kind == "result" else None
        latest_us = story.timed_us + round((took_s or 0) * SECOND_US)
        if story.written_us is None:
            return latest_us
        return max(story.timed_us, min(latest_us, story.written_us))

    def _take(self, found: Found) -> str:
        """Apply one message; return why it cannot be, or ""."""
        fields, story = found.fields, self._story
        kind = fields.text("type")
        if not kind:
            return "this object has no type"
        at_us = self._at_us(fields, kind)
        if at_us is None:
            return NO_TIME
        place = Place(at_us, found.offset, found.length, found.line)
        session = name(fields.text("session_id").strip())
        if session and session != story.session:
            story.session, story.paid_usd = session, 0.0
        if kind == "system":
            self._system(fields, place)
        elif kind == "assistant":
            turn = self._turn(place)
            for block in fields.inner("message").items("content"):
                if block.text("type") == "tool_use":
                    use, tool = name(block.text("id")), block.text("name")
                    self._turns.call(turn, use, tool, escalated=False)
            self._turns.work(turn)
        elif kind == "user":
            self._results(fields, place)
        elif kind == "result":
            self._end(fields, place)
        return ""

    def _system(self, fields: Fields, place: Place) -> None:
        story, turn, what = self._story, self._story.turns.turn, fields.text("subtype")
        if what == "init":
            story.cwd = clean(fields.text("cwd")) or story.cwd
            story.version = name(fields.text("claude_code_version")) or story.version
            if turn is None or turn.ended or turn.busy:  # else it is the same, said twice
                story.waiting = story.waiting or place
        elif what == "permission_denied" and turn is not None and not turn.ended:
            rule = name(fields.text("decision_reason_type")) or RULE
            text = fields.text("message") or fields.text("decision_reason")
            call = name(fields.text("tool_use_id"))
            refusal = Refusal(call, fields.text("tool_name"), rule, text, directive(text))
            self._deny(place, turn, refusal)

    def _results(self, fields: Fields, place: Place) -> None:
        """Look at what tools brought: a failure may be a denial."""
        turn = self._story.turns.turn
        if turn is None or turn.ended:
            return
        metas = fields.items("tool_result_meta")
        kinds = {name(item.text("id")): denial_kind(item) for item in metas}
        for block in fields.inner("message").items("content"):
            if block.text("type") != "tool_result":
                continue
            use, text = name(block.text("tool_use_id")), text_of(block)
            tool = self._turns.returned(turn, use).tool
            if bytes(block.raw.get("is_error", b"")) != b"true":
                continue
            rule = denial_rule(kinds.get(use, ""), tool, text)
            if rule:
                self._deny(place, turn, Refusal(use, tool, rule, text, directive(text)))
            else:
                self._remember(use, text)

    def _remember(self, use: str, text: str) -> None:
        """Keep what was said of a tool use: the result may name it among those denied."""
        errors = self._story.errors
        errors[use] = clean(text), directive(text)
        if len(errors) > _ERRORS:
            del errors[next(iter(errors))]

    def _deny(self, place: Place, turn: Turn, refusal: Refusal) -> None:
        """Record, once, that an action was refused; of a plan or a question it is an answer."""
        denied, tool = self._story.denied, name(refusal.tool or "unknown tool")
        if refusal.use in denied or tool in PLANS:
            return
        self._story.denied = [*denied[1 - _ERRORS :], refusal.use]
        self._turns.deny(
            place,
            name(f"{turn.id}:{refusal.use}"),
            Call(tool, False, turn.id, turn.route),
            by="user" if refusal.rule == USER_REJECTED else "",
            action=tool,
            rule=refusal.rule,
            reason=clean(refusal.text),
            directive=refusal.order,
        )

    def _end(self, fields: Fields, place: Place) -> None:
        text = fields.text("result")
        if text.startswith(_TURNED_DOWN) and not fields.number("num_turns"):
            self._turn_down(place, text)
            return
        turn = self._turn(place)
        for item in fields.items("permission_denials"):
            use, tool = name(item.text("tool_use_id")), item.text("tool_name")
            words, order = self._story.errors.get(use, ("", ""))
            self._deny(place, turn, Refusal(use, tool, RULE, words, order))
        self._spend(fields, turn, place)
        took_s, reason = took_s_of(fields), fields.text("terminal_reason")
        failed = bytes(fields.raw.get("is_error", b"")) == b"true"
        if reason in _STOPPED:
            self._turns.cancel(place, _STOPPED[reason], reason, took_s)
        elif failed or fields.text("subtype") != "success":
            said = first_text(fields, "errors") or text or reason
            self._turns.fail(place, said or fields.text("subtype") or "the turn failed", took_s)
        else:
            self._turns.deliver(place, took_s)

    def _spend(self, fields: Fields, turn: Turn, place: Place) -> None:
        """Count what a turn took; a total lower than the one before is of another process."""
        story, usage = self._story, fields.inner("usage")
        tokens = sum(amount(usage.number(key)) for key in _TOKENS)
        total = price(fields.number("total_cost_usd"))
        paid = total - story.paid_usd if total >= story.paid_usd else total
        story.paid_usd = total
        at = place.ts_us, place.offset, place.length, place.line
        turn.meter.count(turn.id, at, tokens, paid)

    def _next(self) -> Turn:
        self._story.errors, self._story.denied = {}, []
        return super()._next()

    def _route(self) -> str:
        story = self._story
        values = {
            "cwd": story.cwd,
            "cwd_name": cwd_name(story.cwd),
            "session": story.session,
            "version": story.version,
            "agent": "main",
        }
        fallback = self._path.stem or self.name
        return self._template.fill(lambda known: values.get(known, ""), fallback)
