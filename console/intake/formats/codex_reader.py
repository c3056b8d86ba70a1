"""What each record of a Codex rollout is: a turn's start or end, words, a call, an output.

What follows from them, also from silence, is in `codex_turns`; how lines become records, in
`codex_records`; whether a record is a copy, in `codex_session`.
"""

from __future__ import annotations

import msgspec

from console.intake.formats.claude_runs import directive
from console.intake.formats.codex_bare import enveloped, is_prompt, told_cwd, words
from console.intake.formats.codex_denials import (
    USER_REJECTED,
    asks_to_escalate,
    denial_rule,
    output_text,
)
from console.intake.formats.codex_records import (
    ROLLOUT_HEAD,
    Fields,
    Found,
    records,
    tokens_of,
)
from console.intake.formats.codex_session import DEFAULT_ROUTE, Session, session_of
from console.intake.formats.codex_turns import (
    ANSWER,
    TROUBLE,
    Place,
    Telling,
    Turn,
    Turns,
)
from console.intake.reading import Batch, Context, Rejected, Sourced
from console.intake.times import instant_us
from console.text import clean, name

KINDS = frozenset(
    {
        "session_meta",
        "turn_context",
        "response_item",
        "event_msg",
        "compacted",
        "world_state",
        "token_usage_record",
    }
)
"""The types of record by which a rollout is known."""
_TELLING = frozenset(
    {"session_meta", "turn_context", "response_item", "event_msg", "token_usage_record"}
)
_CALLS = frozenset({"function_call", "custom_tool_call", "local_shell_call"})
_OUTPUTS = frozenset({"function_call_output", "custom_tool_call_output"})
_STARTS = frozenset({"task_started", "turn_started"})
_ENDS = frozenset({"task_complete", "turn_complete"})
_THOUGHTS = frozenset({"reasoning", "agent_reasoning", "agent_reasoning_raw_content"})
_ANSWERS = frozenset({"AgentMessage", "Plan", "ImageGeneration"})
_DOINGS = _CALLS | _THOUGHTS | {"agent_message", "turn_aborted", "error", "stream_error"}
"""What shows that a message of the user was a prompt: the agent went to work, or was stopped."""
_CONTEXT = frozenset({"environment_context", "user_instructions"})
"""Kinds of message that the runtime sends in the user's place."""
_HARMLESS = frozenset({"thread_rollback_failed", "active_turn_not_steerable"})
"""Errors that are an answer to the human's command and no part of the turn."""
_PASSING = "the turn completed without an answer"
_NOT_ASKED = "the agent was never asked: a hook stopped the prompt, or the turn had none"
_SCRIPT = "exec"
"""The tool that runs a script of the agent's, which calls other tools."""
_LONGEST_MS = 1000 * 86_400_000


class Story(msgspec.Struct):
    """All that is carried from one block to the next.

    `told`: turns are told by the runtime. `tokens` is what the session's counter last said. `held`
    is a message of the user (its place, its time as written) for which no event was read yet;
    `evented` says that prompts have events.
    """

    session: Session = msgspec.field(default_factory=Session)
    turns: Turns = msgspec.field(default_factory=Turns)
    told: bool = False
    last_us: int | None = None
    tokens: int | None = None
    held: tuple[Place, str] | None = None
    evented: bool = False


class CodexReader:
    """Reads one rollout. Carries the session, the turn under way and what waits for the clock."""

    name = "codex"

    def __init__(self, context: Context, story: Story) -> None:
        self._template = context.route or DEFAULT_ROUTE
        self._path = context.path
        self._story = story
        self._turns = Telling(story.turns, child=story.session.child)
        self._rejected: list[Rejected] = []

    def feed(self, block: bytes, offset: int, line: int) -> Batch:
        """Read whole lines; see `Reader.feed`."""
        for found in records(block, offset, line, ROLLOUT_HEAD):
            if isinstance(found, Rejected):
                self._rejected.append(found)
                continue
            reason = self._take(found._replace(fields=enveloped(found.fields)))
            if reason:
                self._rejected.append(found.refused(reason, block, offset))
        return self._drain()

    def settle(self, clock_us: int) -> Batch:
        """Infer ends and withdrawals from ten minutes of silence before `clock_us`."""
        self._turns.settle(clock_us)
        return self._drain()

    def dump(self) -> bytes:
        """Return the story so far as bytes: tens of kilobytes at most."""
        return msgspec.msgpack.encode(self._story)

    def _drain(self) -> Batch:
        events: list[Sourced] = self._turns.events
        batch = Batch(events, self._rejected)
        self._turns.events, self._rejected = [], []
        return batch

    def _take(self, found: Found) -> str:
        """Apply one record; return why it cannot be, or ""."""
        kind, session = found.fields.text("type"), self._story.session
        if not kind:
            return "this object has no record type"
        if kind not in _TELLING:
            return ""
        ts_us, reason = self._instant(found.fields)
        if ts_us is None:
            return reason
        payload = found.fields.inner("payload")
        if kind == "session_meta":
            session.meet(payload, ts_us, self._path)
            self._turns.child = session.child
            return ""
        copied = session.is_copied(payload.text("turn_id"), payload.number("started_at"), ts_us)
        tokens = self._spent(kind, payload)
        if not copied:
            self._turns.pass_time(ts_us)
            place = Place(ts_us, found.offset, found.length, found.line)
            if tokens:
                self._turns.spend(place, self._turn(), tokens)
            self._enter(kind, payload, place, found.fields)
        return ""

    def _spent(self, kind: str, payload: Fields) -> int:
        """Return by how much a record moves the session's counter of tokens on.

        It is written after every call, also again as it was. A file that begins with a counter
        under way, or in which it begins anew, counts the last call alone; nothing where a file does
        not say what that took, or where the model has not answered in it yet: a thread that was
        resumed or forked repeats its last call so.
        """
        if kind == "token_usage_record":
            whole, last = payload.inner("thread_token_usage"), payload.inner("usage")
        elif payload.text("type") == "token_count":
            info = payload.inner("info")
            whole, last = info.inner("total_token_usage"), info.inner("last_token_usage")
        else:
            return 0
        story, reached = self._story, tokens_of(whole)
        if not reached:
            return 0
        before, story.tokens = story.tokens, reached
        if before is None:
            turn, took = story.turns.turn, min(tokens_of(last), reached)
            answered = turn is not None and turn.busy
            return took if answered or took == reached else 0
        return reached - before if reached >= before else tokens_of(last) or reached

    def _instant(self, fields: Fields) -> tuple[int | None, str]:
        """Return when a record was written, or None and why that is not known."""
        story = self._story
        if "timestamp" not in fields or fields.null("timestamp"):
            return story.last_us, "this record has no timestamp, and none came before it"
        try:
            story.last_us = instant_us(fields.text("timestamp") or fields.number("timestamp") or "")
        except ValueError as error:
            return None, clean(str(error))
        return story.last_us, ""

    def _enter(self, kind: str, payload: Fields, place: Place, fields: Fields) -> None:
        what, role = payload.text("type"), payload.text("role")
        if self._story.held is not None:
            self._unhold(what, by_agent=what in _DOINGS or role == "assistant")
        if kind == "turn_context":
            session = self._story.session
            session.cwd = session.cwd or clean(payload.text("cwd"))
        elif kind == "event_msg":
            self._event(what, payload, place, fields)
        elif what in _CALLS:
            call = name(payload.text("call_id") or payload.text("id"))
            escalated = asks_to_escalate(payload)
            self._turns.call(self._turn(), call, _tool(payload, what), escalated=escalated)
        elif what in _OUTPUTS:
            self._output(payload, place)
        elif what == "message" and role == "assistant":
            self._turns.say(place, self._turn(), ANSWER)
        elif what == "message" and role == "user":
            self._hold(words(payload), place, fields)
        elif what in _THOUGHTS:
            self._turns.work(self._turn())

    def _event(self, what: str, payload: Fields, place: Place, fields: Fields) -> None:
        turns = self._turns
        if what in _STARTS:
            self._start(payload, place)
        elif what in _ENDS:
            self._complete(payload, place)
        elif what == "turn_aborted":
            self._abort(payload, place)
        elif what == "user_message":
            self._story.evented = True
            if payload.text("kind") not in _CONTEXT:
                self._prompt(place, fields.text("timestamp"))
        elif what in {"agent_message", "exited_review_mode"}:
            turns.say(place, self._turn(), ANSWER)
        elif what == "item_completed":
            self._item(payload.inner("item").text("type"), place)
        elif what in _THOUGHTS:
            turns.work(self._turn())
        elif what == "stream_error":
            turns.say(place, self._turn(), TROUBLE, clean(payload.text("message")))
        elif what == "error" and self._story.turns.turn and _error_code(payload) not in _HARMLESS:
            turns.fail(place, payload.text("message") or "an error ended the turn")

    def _turn(self) -> Turn:
        return self._turns.current(self._session_id(), self._route())

    def _session_id(self) -> str:
        return self._story.session.id or session_of(self._path)

    def _route(self) -> str:
        return self._story.session.route(self._template, self._path)

    def _start(self, payload: Fields, place: Place) -> None:
        self._story.told = True
        turn = name(payload.text("turn_id").strip()) or f"{self._session_id()}:{place.ts_us}"
        attribution = payload.inner("turn_attribution")
        above = (attribution.text("parent_turn_id"), payload.text("root_turn_id"))
        parent = next((name(other) for other in above if other and name(other) != turn), "")
        parent = parent or self._story.session.above
        self._turns.begin(place, Turn(id=turn, route=self._route(), told=True), parent)

    def _prompt(self, place: Place, stamp: str) -> None:
        """A human wrote: before turns were told, that begins one."""
        self._turns.ask(place)
        if not self._story.told:
            own = name(f"{self._session_id()}:{stamp or place.line}")
            above = self._story.session.above
            self._turns.begin(place, Turn(id=own, route=self._route(), asked=True), above)

    def _hold(self, said: str, place: Place, fields: Fields) -> None:
        """Keep a message in the user's name: a prompt, if no event tells of it before work does."""
        story = self._story
        story.session.cwd = story.session.cwd or clean(told_cwd(said))
        if not (story.evented or story.told or story.held) and is_prompt(said):
            story.held = place, fields.text("timestamp")

    def _unhold(self, what: str, *, by_agent: bool) -> None:
        """Take a message of the user for a prompt, or leave that to the event that tells of it."""
        held = self._story.held
        if held is None or not (by_agent or what in _STARTS or what == "user_message"):
            return
        self._story.held = None
        if by_agent:
            self._prompt(*held)

    def _item(self, item: str, place: Place) -> None:
        if item == "UserMessage":
            self._turns.ask(place)
        elif item in _ANSWERS:
            self._turns.say(place, self._turn(), ANSWER)
        else:
            self._turns.work(self._turn())

    def _named(self, payload: Fields) -> Turn:
        """Return the turn whose end is told; it may have begun before the file does."""
        turn, known = self._turn(), name(payload.text("turn_id").strip())
        if known and known != turn.id:
            before, turn = turn, Turn(id=known, route=self._route(), told=True, asked=True)
            if before.told:
                self._turns.tell_usage()
            else:
                turn.meter = before.meter
            turn.ended = known in self._story.turns.over
            self._story.turns.turn = turn
        return turn

    def _complete(self, payload: Fields, place: Place) -> None:
        """See whether a turn that is over had an outcome: its last message, if it says so."""
        turn, elapsed_s = self._named(payload), _elapsed_s(payload)
        rest, turns = self._story.turns.rest, self._turns
        answered = rest is not None and rest.kind == ANSWER
        trouble = rest.reason if rest is not None else ""
        error = payload.inner("error").text("message") or payload.text("error")
        if error or payload.inner("error").raw:
            turns.fail(place, error or "an error ended the turn", elapsed_s)
        elif answered or not payload.null("last_agent_message"):
            turns.deliver(place, elapsed_s)
        elif turn.asked or turn.busy:
            turns.fail(place, trouble or _PASSING, elapsed_s)
        else:
            turns.cancel(place, "runtime", _NOT_ASKED, elapsed_s)

    def _abort(self, payload: Fields, place: Place) -> None:
        turn, reason, elapsed_s = self._named(payload), payload.text("reason"), _elapsed_s(payload)
        if reason == "budget_limited":
            self._turns.fail(place, "the turn's own budget was spent", elapsed_s)
        elif reason == "review_ended":
            self._turns.cancel(place, "user", "the review was ended", elapsed_s)
        else:
            self._turns.interrupt(place, turn, elapsed_s)

    def _output(self, payload: Fields, place: Place) -> None:
        known = name(payload.text("call_id"))
        call, text = self._turns.returned(self._turn(), known), output_text(payload)
        rule = denial_rule(call.tool, text, escalated=call.escalated)
        if rule:
            self._turns.deny(
                place,
                known or f"{call.run}@{place.ts_us}",
                call,
                by="user" if rule == USER_REJECTED else "",
                action=call.tool,
                rule=rule,
                reason=clean(text),
                directive=directive(text),
            )


def _elapsed_s(payload: Fields) -> float | None:
    duration_ms = payload.number("duration_ms")
    if duration_ms is None or not 0 <= duration_ms < _LONGEST_MS:
        return None
    return duration_ms / 1000


def _tool(payload: Fields, what: str) -> str:
    """Return what a call is of; of an MCP server's, with the server in front.

    A script that the agent runs may call servers' tools: it is as one of theirs then.
    """
    tool, space = payload.text("name") or what.removesuffix("_call"), payload.text("namespace")
    if tool == _SCRIPT and "mcp__" in payload.text("input"):
        space = "mcp"
    return f"{space}__{tool}" if space.startswith("mcp") else tool


def _error_code(payload: Fields) -> str:
    return payload.text("codex_error_info") or next(iter(payload.inner("codex_error_info").raw), "")
