"""What `codex exec --json` prints: one event per line, with no times in it.

An event takes the time at which its line is read, for which the file's modification time stands:
right to the poll while a run is followed live. In a file that is read after the fact all events
fall on its end, so that no run in it is late. A turn has no id of its own: it is named after its
thread, its file (a thread may be resumed into another one) and its number there. The usage at a
turn's end is that of its thread so far, so that a turn took the difference to the one before. No
line says whether `codex exec resume` went on with a thread of another file, whose total then stands
before the first turn here. A thread is known to have begun here only if its id, a UUID that carries
its time, was made as its first line was read (so while the file is followed live); of any other the
first turn counts no tokens. What versions before 0.44 print is in `codex_exec_old`.
"""

from __future__ import annotations

import msgspec

from console.intake.formats.claude_runs import directive
from console.intake.formats.codex_denials import USER_REJECTED, denial_rule
from console.intake.formats.codex_exec_old import ABORTED, OLD, is_old, of_today
from console.intake.formats.codex_exec_old import ANSWER as OLD_ANSWER
from console.intake.formats.codex_records import Fields, Found, tokens_of
from console.intake.formats.codex_session import made_us
from console.intake.formats.codex_turns import ANSWER, TROUBLE, Call, Place, Turn, Turns
from console.intake.formats.printed import NO_TIME, PrintedReader, numbered
from console.intake.reading import Context
from console.model import SECOND_US
from console.text import clean, name

FILE_ROUTE = "{file}"
PLACEHOLDERS = ("file", "session")
_DECLINED, _FAILED = "declined", "failed"
_ACTIONS = frozenset({"command_execution", "file_change", "mcp_tool_call"})
_BEGAN_US = 2 * SECOND_US
"""So soon after a thread was made no turn of it is over, and it was not resumed yet."""


class ExecStory(msgspec.Struct):
    """All that is carried from one block to the next.

    The thread, how many turns it began, and how many tokens it had taken: None for unknown.
    """

    thread: str = ""
    count: int = 0
    written_us: int | None = None
    turns: Turns = msgspec.field(default_factory=Turns)
    tokens: int | None = None


class ExecReader(PrintedReader[ExecStory]):
    """Reads one file of `codex exec --json`."""

    name = "codex-exec"

    def __init__(self, context: Context, story: ExecStory) -> None:
        self._template = context.route or FILE_ROUTE
        super().__init__(context.path, story)

    def _take(self, found: Found) -> str:
        """Apply one event; return why it cannot be, or ""."""
        fields, story = of_today(found.fields), self._story
        kind = fields.text("type")
        if not kind:
            return "this object has no event type"
        if story.written_us is None:
            return NO_TIME
        place = Place(story.written_us, found.offset, found.length, found.line)
        if kind == "thread.started":
            thread = name(fields.text("thread_id").strip())
            if thread != story.thread:
                story.thread = thread
                story.tokens = 0 if _began_at(thread, story.written_us) else None
        elif kind == "turn.started":
            story.count += 1
            thread = story.thread or self._path.parent.name
            turn = numbered(thread, self._path.stem, story.count)
            self._turns.begin(place, Turn(id=turn, route=self._route()))
        elif kind == "turn.completed":
            self._turns.spend(place, self._turn(), self._spent(fields.inner("usage")))
            self._turns.deliver(place)
        elif kind == "turn.failed":
            self._turn()
            reason = fields.inner("error").text("message")
            self._turns.fail(place, reason or "the turn failed")
        elif kind == "error":
            self._turns.say(place, self._turn(), TROUBLE, clean(fields.text("message")))
        elif kind.startswith("item."):
            self._item(fields.inner("item"), place, over=kind == "item.completed")
        elif kind in OLD:
            self._old(kind, fields, place)
        return ""

    def _old(self, kind: str, fields: Fields, place: Place) -> None:
        """Apply an event that only versions of old print."""
        if kind == OLD_ANSWER:
            self._turns.say(place, self._turn(), ANSWER)
        elif kind == ABORTED:
            self._turns.interrupt(place, self._turn(), None)
        else:
            self._turns.spend(place, self._turn(), self._counted(fields.inner("info")))

    def _spent(self, usage: Fields) -> int:
        """Return by how much a turn's end moves the thread's total on; one lower begins anew."""
        story, reached = self._story, tokens_of(usage)
        if not reached:
            return 0
        before, story.tokens = story.tokens, reached
        if before is None:
            return 0
        return reached - before if reached >= before else reached

    def _counted(self, info: Fields) -> int:
        """Return by how much a session's counter moved on; a first one counts its last call."""
        reached = tokens_of(info.inner("total_token_usage"))
        if self._story.tokens is None and reached:
            last = tokens_of(info.inner("last_token_usage"))
            self._story.tokens = reached - min(last or reached, reached)
        return self._spent(info.inner("total_token_usage"))

    def _turn(self) -> Turn:
        return self._turns.current(self._story.thread or name(self._path.stem), self._route())

    def _item(self, item: Fields, place: Place, *, over: bool) -> None:
        """The turn goes on, whatever trouble there was; an action may have been refused."""
        turn, what = self._turn(), item.text("type")
        if what != "error":
            self._story.turns.rest = None
        if not over or what not in _ACTIONS:
            return
        rule, text = _refusal(item, what)
        if rule:
            self._turns.deny(
                place,
                name(f"{turn.id}:{item.text('id')}"),
                Call(name(item.text("tool") or what), False, turn.id, turn.route),
                by="user" if rule == USER_REJECTED else "",
                action=name(item.text("tool") or what),
                rule=rule,
                reason=clean(text),
                directive=directive(text),
            )

    def _route(self) -> str:
        values = {"{file}": self._path.stem, "{session}": self._story.thread}
        route = self._template
        for placeholder, value in values.items():
            route = route.replace(placeholder, value)
        return name(route.strip() or self._path.stem or self.name)


def is_exec_line(fields: Fields) -> bool:
    """Say whether an object is one of the events that only `codex exec --json` prints."""
    kind = fields.text("type")
    if is_old(fields):
        return True
    if kind == "thread.started":
        return bool(fields.text("thread_id"))
    if kind == "turn.completed":
        return bool(fields.inner("usage").raw)
    if kind == "turn.failed":
        return "message" in fields.inner("error")
    item = fields.inner("item")
    return kind in {"item.started", "item.updated", "item.completed"} and bool(
        item.text("id") and item.text("type")
    )


def _began_at(thread: str, ts_us: int) -> bool:
    """Say whether a thread was made just when its first line was read."""
    made = made_us(thread)
    return made is not None and abs(ts_us - made) <= _BEGAN_US


def _refusal(item: Fields, what: str) -> tuple[str, str]:
    """Return by what an action was stopped, or "", and the text that says so."""
    status = item.text("status")
    text = item.text("aggregated_output") or item.inner("error").text("message")
    if status not in {_DECLINED, _FAILED}:
        return "", text
    rule = "" if what == "mcp_tool_call" else denial_rule("", text, escalated=False)
    if status == _FAILED and (item.number("exit_code") or 0) > 0:
        return "", text
    return rule or (_DECLINED if status == _DECLINED else ""), text or "declined"
