"""What each record of a Claude Code transcript is: a prompt, a refusal, an interruption, an end.

What follows from them, also from silence, is in `claude_runs`; how lines become records, in
`claude_records`.
"""

from __future__ import annotations

from itertools import count

import msgspec

from console.intake.formats import claude_usage
from console.intake.formats.claude_blocks import records
from console.intake.formats.claude_denials import USER_REJECTED, denial_rule
from console.intake.formats.claude_records import (
    BLANK,
    INTERRUPTED,
    NO_ANSWER,
    Block,
    Message,
    Piece,
    Record,
    decode,
    pieces,
)
from console.intake.formats.claude_routes import Routes
from console.intake.formats.claude_runs import (
    FEEDBACK,
    PLANS,
    At,
    Held,
    Place,
    Run,
    Runs,
    Story,
    ToolUse,
    directive,
)
from console.intake.formats.claude_work import Work
from console.intake.formats.marks import Marks
from console.intake.reading import UNDECODABLE, Batch, Context, Rejected
from console.intake.times import instant_us
from console.text import clean, name

BOM = b"\xef\xbb\xbf"
_EXCERPT_BYTES = 200
_SEEN_LIMIT = 4608
_DAY_MS = 86_400_000

_TALK = frozenset({"user", "assistant", "system"})
_COMMANDS = ("<command-name>", "<command-message>")
_LOCAL_OUTPUT = ("<local-command-stdout>", "<local-command-stderr>")
_NOTICES = (
    INTERRUPTED,
    "<local-command-",
    "<bash-input>",
    "<bash-stdout>",
    "<bash-stderr>",
    "Caveat: The messages below",
    "<task-notification",
    "<bash-notification",
    "<agent-notification",
    "<system-reminder>",
    "<user-memory-input>",
    "<ide_",
    "Stop hook feedback:",
    "This session is being continued from a previous conversation that ran out of context",
)
_MAIL = "<teammate-message"
"""What another agent of a team wrote: no human's prompt, though it may be a session's first."""


class ClaudeCodeReader:
    """Reads one transcript. Carries the run under way and what waits for the clock."""

    name = "claude-code"

    def __init__(self, context: Context, story: Story) -> None:
        self._routes = Routes(context)
        self._path = context.path
        self._story = story
        self._runs = Runs(story)
        self._rejected: list[Rejected] = []
        self._seen = Marks(story.seen, _SEEN_LIMIT)
        self._work = Work(self._runs, self._seen)

    def feed(self, block: bytes, offset: int, line: int) -> Batch:
        """Read whole lines; see `Reader.feed`."""
        found = records(block)
        if found is None:
            self._each(block, offset, line)
            return self._drain()
        takes, start = self._work.takes, 0
        for number, record, end in zip(count(line), *found, strict=False):
            if not takes(record, offset + start, end - start, number):
                reason = self._take(record, offset + start, end - start, number)
                if reason:
                    piece = Piece(0, end - start, None, reason)
                    self._reject(piece, block[start:end], offset + start, number)
            start = end + 1
        return self._drain()

    def _each(self, block: bytes, offset: int, line: int) -> None:
        """Read lines one by one: some are blank, or not one record in good order."""
        for raw in block.split(b"\n"):
            body = raw.strip(BLANK)
            if not offset:
                body = body.removeprefix(BOM).strip(BLANK)
            if body:
                start = offset if len(body) == len(raw) else offset + raw.index(body)
                try:
                    record = decode(body)
                except UNDECODABLE:
                    self._odd(body, start, line)
                else:
                    reason = self._take(record, start, len(body), line)
                    if reason:
                        self._reject(Piece(0, len(body), None, reason), body, start, line)
            offset += len(raw) + 1
            line += 1

    def settle(self, clock_us: int) -> Batch:
        """Infer ends and withdrawals from ten minutes of silence before `clock_us`."""
        self._runs.settle(clock_us)
        return self._drain()

    def dump(self) -> bytes:
        """Return the story so far as bytes: tens of kilobytes at most."""
        self._story.seen = self._seen.pack()
        return msgspec.msgpack.encode(self._story)

    def _drain(self) -> Batch:
        batch = Batch(self._runs.events, self._rejected)
        self._runs.events, self._rejected = [], []
        return batch

    def _odd(self, body: bytes, start: int, line: int) -> None:
        """Read a line that is not one record in good order."""
        for piece in pieces(body):
            reason = piece.reason
            if piece.record is not None:
                reason = self._take(piece.record, start + piece.start, piece.length, line)
            if reason:
                self._reject(piece._replace(reason=reason), body, start, line)

    def _reject(self, piece: Piece, body: bytes, start: int, line: int) -> None:
        end = piece.start + min(piece.length, _EXCERPT_BYTES)
        excerpt = body[piece.start : end]
        offset = start + piece.start
        self._rejected.append(Rejected(offset, piece.length, line, piece.reason, excerpt))

    def _take(self, record: Record, offset: int, length: int, line: int) -> str:
        """Apply one record; return why it cannot be, or ""."""
        story, own = self._story, record.uuid
        if not record.type:
            return "this object has no record type"
        tells = record.type in _TALK or _tells(record)
        if tells and own and own in self._seen:
            return ""
        if record.timestamp is not None:
            try:
                story.last_us = instant_us(record.timestamp)
            except ValueError as error:
                return clean(str(error))
            if story.rest is not None:
                self._runs.pass_time(story.last_us)
        if not tells:
            claude_usage.pay(story, record, (offset, length, line))
            return ""
        if story.last_us is None:
            return "this record has no timestamp, and none came before it"
        if own:
            self._seen.fresh(own)
        self._enter(record, (story.last_us, offset, length, line))
        return ""

    def _enter(self, record: Record, at: At) -> None:
        story = self._story
        if not story.session:
            story.session = name(record.session_id.strip()) or name(self._path.stem)
        if not story.cwd:
            story.cwd = clean(record.cwd)
        if not story.begun:
            story.begun = True
            self._recognise_agent(record, self._place(record, at))
        if record.type == "user":
            self._user(record, at)
        elif record.type == "assistant":
            self._assistant(record, at)
        elif record.type == "system":
            self._system(record, self._place(record, at))
        elif record.type == "attachment":
            self._stopped(record, self._place(record, at))
        else:
            self._name_agent(record, at)

    def _place(self, record: Record, at: At) -> Place:
        return Place(record.own_id(self._story.session, at[0]), *at)

    def _recognise_agent(self, record: Record, place: Place) -> None:
        """A file that begins beside the main line, with an agent's id, is that sub-agent's own."""
        agent = record.agent_id
        if not agent and self._path.name.startswith("agent-"):
            agent = self._path.stem.removeprefix("agent-")
        own_file = self._path.stem != self._story.session
        if record.is_sidechain and agent and own_file:
            self._story.agent = name(agent)
            run = Run(id=name(f"{self._story.session}/{agent}"), route=self._route(record))
            self._runs.begin_agent(place, run, self._parent(record))

    def _parent(self, record: Record) -> str:
        """Return the run that started a sub-agent, as far as the sub-agent's own file says it.

        Versions that name no prompt leave that to the main transcript, which names one whose id is
        a UUID. Until it is read the session stands for it, so that a sub-agent is never counted as
        a run of its own; of several parents the ledger takes the first by name, which is the UUID.
        """
        return name(record.prompt_id.strip() or f"session:{self._story.session}")

    def _run(self, record: Record) -> Run:
        return self._story.run or self._runs.current(self._story.session, self._route(record))

    def _beside(self, record: Record) -> bool:
        """Say whether a record belongs to a sub-agent that is told of in the main transcript."""
        return record.is_sidechain and not self._story.agent

    def _name_agent(self, record: Record, at: At) -> None:
        agent = record.names_agent()
        if agent:
            self._run(record)
            session = name(record.session_id.strip()) or self._story.session
            self._runs.name_agent(self._place(record, at), name(agent), session)

    def _user(self, record: Record, at: At) -> None:
        content = record.message.content if record.message is not None else ""
        if isinstance(content, str):
            said, answered, shown = [content.lstrip()] if content else [], False, False
        else:
            said, answered, shown = self._blocks(record, content, at)
        self._name_agent(record, at)
        if self._beside(record) or (answered and not said):
            return
        place = self._place(record, at)
        if any(text.startswith(INTERRUPTED) for text in said):
            self._runs.answer()
            self._runs.interrupt(place, self._run(record))
        elif any(text.startswith(_LOCAL_OUTPUT) for text in said):
            self._story.held = None
        elif not (answered or record.marked() or self._story.agent):
            self._prompt(record, place, said, shown=shown)

    def _blocks(self, record: Record, blocks: list[Block], at: At) -> tuple[list[str], bool, bool]:
        """Take in the results of tools; return what is said beside them.

        With it, whether there is any result, and whether there is anything else than text.
        """
        said, answered, shown = [], False, False
        for index, block in enumerate(blocks):
            if block.type == "text":
                said.append(block.text.lstrip())
                continue
            shown = shown or block.type != ""
            if block.type == "tool_result":
                answered, run = True, self._run(record)
                if not self._beside(record):
                    self._story.rest = None
                    self._work.result(block, run, at[0])
                if block.is_error:
                    suffix = f"#{index}" if index else ""
                    self._error(record, block, self._place(record, at), suffix)
        return said, answered, shown

    def _prompt(self, record: Record, place: Place, said: list[str], *, shown: bool) -> None:
        """Start a run if a human asked for something: in words, or with something `shown`."""
        notices = _NOTICES if self._story.run is None else (*_NOTICES, _MAIL)
        asked = [text for text in said if text and not text.startswith(notices)]
        if not asked and not shown:
            return
        prompt = name(record.prompt_id.strip()) if record.prompt_id else ""
        held = Held(place, prompt or place.uuid, self._route(record), prompt)
        if asked and asked[0].startswith(_COMMANDS):
            if self._story.run is None or not self._story.run.launched:
                self._runs.hold(held)
        else:
            self._runs.begin(held)

    def _error(self, record: Record, block: Block, place: Place, suffix: str) -> None:
        run = self._run(record)
        tool = self._story.tools.get(name(block.tool_use_id)) or ToolUse(
            "unknown tool", place.ts_us, run.id, run.route
        )
        text = block.said()
        if not text and isinstance(record.tool_use_result, str):
            text = record.tool_use_result
        rule = denial_rule(record.tool_denial_kind, tool.name, text)
        if rule == USER_REJECTED and tool.name in PLANS:
            self._runs.turn(place, tool.run, FEEDBACK)
        elif rule:
            self._runs.deny(place, suffix, tool, rule, text)
        elif text.startswith(INTERRUPTED) and not self._beside(record):
            self._runs.interrupt(place, self._run(record))

    def _assistant(self, record: Record, at: At) -> None:
        story, runs, message, beside = self._story, self._runs, record.message, self._beside(record)
        if message is None:
            message = Message()
        if message.model == NO_ANSWER and not record.is_api_error_message:
            return
        if not beside and story.held is not None:
            runs.answer()
        run = story.run or self._run(record)
        if not beside and not record.is_api_error_message:
            self._work.answer(record, message, run, at)
            return
        claude_usage.count(story, self._seen, record, run, at)
        if not beside:
            runs.speak(run, message.id)
        for block in message.blocks():
            if block.type == "tool_use":
                runs.use(at[0], run, block.id, block.name, waits=not beside)
        if not beside:
            said = [block.text for block in message.blocks() if block.text]
            runs.fail(self._place(record, at), "\n".join(said))

    def _system(self, record: Record, place: Place) -> None:
        if self._beside(record):
            return
        self._run(record)
        blocked = record.blocked_by_hook()
        if blocked is not None:
            self._blocked(record, blocked, place)
        elif record.subtype == "turn_duration":
            known = record.duration_ms is not None and 0 <= record.duration_ms < 1000 * _DAY_MS
            self._runs.deliver(place, (record.duration_ms or 0) / 1000 if known else None)
        elif record.subtype == "stop_hook_summary":
            self._stop_hooks(record, place)
        elif record.subtype == "api_error":
            self._runs.rest(place, self._run(record), _given_up(record))
        elif record.subtype == "local_command" and record.text().startswith(_LOCAL_OUTPUT):
            self._story.held = None

    def _blocked(self, record: Record, reason: str, place: Place) -> None:
        """A prompt that a hook stopped: a run that ended before it began, perhaps by our order."""
        prompt = name(record.prompt_id.strip())
        asked = Held(place, prompt or place.uuid, self._route(record), prompt)
        self._runs.begin(asked, started=False)
        self._runs.cancel(place, directive(reason) or "hook", reason)

    def _stopped(self, record: Record, place: Place) -> None:
        """A hook stopped the agent in the middle of its work, perhaps by our order."""
        if self._beside(record) or record.attachment is None:
            return
        self._runs.answer()
        self._run(record)
        reason = record.attachment.message
        self._runs.cancel(place, directive(reason) or "hook", reason)

    def _stop_hooks(self, record: Record, place: Place) -> None:
        errors = [str(error) for error in record.hook_errors or ()]
        blocking = [text for text in errors if not text.startswith("Failed with non-blocking")]
        if blocking or record.prevented_continuation:
            reasons = [*blocking, record.stop_reason, "a stop hook prevented continuation"]
            self._runs.check(place, next(text for text in reasons if text))
            return
        if record.hook_count and record.hook_count > 0:
            self._runs.check(place, None)
        self._runs.deliver(place)

    def _route(self, record: Record) -> str:
        return self._routes.of(record, self._story)


def _tells(record: Record) -> bool:
    """Say whether a record tells something of a run; the others only show that time passes."""
    if record.type == "progress":
        return bool(record.names_agent())
    return record.type in _TALK or record.stopped_by_hook()


def _given_up(record: Record) -> str:
    """Say in words what it means if nothing comes after an error of the API."""
    attempt, most = record.retry_attempt, record.max_retries
    known = attempt is not None and most is not None
    return "the API gave no answer" + (f" (attempt {attempt} of {most})" if known else "")
