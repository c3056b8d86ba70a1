"""Gemini CLI: chats, as documents (to 0.3x) and as lines (from 0.40), and its telemetry file.

Chats are `~/.gemini/tmp/<project>/chats/session-*`. A run is one message of the user to the next;
it bears the message's id. The route is `{project}`: the folder above `chats`, else the project's
hash. The template may also use `{session}` and `{kind}` (`main` or `subagent`).

- *Ends.* What happened last decides, at the next prompt or after silence: words without a tool call
  are `run.delivered` (30 minutes: an approval may take long, and shows only when it is given), an
  error `run.failed` (10 minutes). Tool calls without words after them leave the run open.
- *Refusals.* "Tool execution blocked: ..." (a hook) and "... denied by policy" are denied actions,
  and so is a tool call that the human did not allow; the run is then cancelled unless the agent
  goes on. Other errors of tools are no misses.
- *Interruptions.* A tool call or request that the human cancelled is a rescue, and the run failed,
  if the next prompt comes within ten minutes; else the run is cancelled.
- *A rewind* of the conversation is a recovery by rollback. A prompt that a hook stopped is
  `run.cancelled`, by our order where its text bears one.
- *Sub-agents* have chats of their own, below a folder named after the session that started them.
  Each is one run, of the parent of that name. Messages that the runtime writes are no prompts.

A message that comes again with the same id replaces the one before, as long as it is the last.
Telemetry tells of the same runs under other names: have a source for one of the two, not for both.
"""

from __future__ import annotations

import re
from typing import Any

from console.intake.formats.gemini_chat import PLACEHOLDERS, Chat, Story
from console.intake.formats.gemini_telemetry import TELEMETRY
from console.intake.formats.loose import (
    array,
    bare,
    each_line,
    each_value,
    goes_on,
    json_value,
    refused,
    table,
    text,
)
from console.intake.formats.route_template import RouteTemplate
from console.intake.reading import Batch, Context, restored

_DEFAULT_ROUTE = "{project}"
_DOCUMENT = re.compile(rb'\{\s*(?:"\w{1,40}"\s*:\s*"[^"\n]{0,300}"\s*,\s*){2,12}"')
"""A document begins with texts about the session; its messages come after them."""
_MESSAGES = re.compile(rb'\{\s*"messages"\s*:\s*\[\s*\{')
_ANSWER = re.compile(rb'"type"\s*:\s*"gemini"')
"""Keepers of sessions store the messages alone; what the agent said is theirs only."""
_HEADER = ("sessionId", "projectHash")
_LINE_MARKS = (b'"projectHash"', b'"$set"', b'"gemini"')


class GeminiLinesReader:
    """Reads a chat record by record."""

    name = "gemini"

    def __init__(self, context: Context, story: Story) -> None:
        self._path = context.path
        self._template = RouteTemplate(context.route or _DEFAULT_ROUTE, PLACEHOLDERS)
        self._chat = Chat(self._path, self._template, story)

    def feed(self, block: bytes, offset: int, line: int) -> Batch:
        """Read whole lines; see `Reader.feed`."""
        batch = Batch([], [])
        for body, start, number in each_line(block, offset, line):
            for place, piece, value, reason in each_value(body):
                where = (start + place, len(piece), number)
                wrong = reason or self._take(value, where)
                if wrong:
                    batch.rejected.append(refused(piece, where[0], number, wrong))
        return self._drain(batch)

    def settle(self, clock_us: int) -> Batch:
        """Decide what only silence can decide, the file being read to its end."""
        self._chat.runs.pass_time(clock_us)
        return self._drain(Batch([], []))

    def dump(self) -> bytes:
        """Return the story so far as bytes: tens of kilobytes at most."""
        return self._chat.dump()

    def _drain(self, batch: Batch) -> Batch:
        batch.events.extend(self._chat.runs.events)
        self._chat.runs.events = []
        return batch

    def _take(self, value: object, where: tuple[int, int, int]) -> str:
        fields = table(value)
        patch = table(fields.get("$set"))
        if text(fields.get("$rewindTo")):
            self._chat.rewind(text(fields["$rewindTo"]), where)
        elif "id" in fields and "type" in fields:
            return self._chat.message(fields, where)
        elif patch or any(key in fields for key in _HEADER):
            return self._conversation(patch or fields, where)
        elif "$set" not in fields:
            return "this is not a record of a chat"
        return ""

    def _conversation(self, fields: dict[str, Any], where: tuple[int, int, int]) -> str:
        """Take in a session's own fields, with messages where they are told (again) in full."""
        updated = fields.get("lastUpdated")
        self._chat.header({**fields, "lastUpdated": None})
        reasons = [self._chat.message(table(m), where) for m in array(fields.get("messages"))]
        self._chat.header({"lastUpdated": updated})
        return next(filter(None, reasons), "")


class GeminiDocumentReader(GeminiLinesReader):
    """Reads a chat anew after every change; only silence needs what was read before."""

    name = "gemini-document"

    def feed(self, block: bytes, offset: int, line: int) -> Batch:
        """Read the whole file; see `Format.whole`."""
        self._chat = Chat(self._path, self._template, Story())
        batch, document = Batch([], []), bare(block)
        if not document:
            return batch
        try:
            fields = table(json_value(document))
            reason = "this document is not a chat"
            if "sessionId" in fields or "messages" in fields:
                reason = self._conversation(fields, (offset, len(block), line))
        except ValueError as error:
            reason = str(error)
        if reason:
            batch.rejected.append(refused(block, offset, line, reason))
        return self._drain(batch)


class GeminiFormat:
    """Chats as JSON lines: a header, messages, patches."""

    name = "gemini"
    whole = False
    options: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Say whether some whole line of the head is a chat's header, a patch or an answer."""
        if goes_on(head):
            return False
        for body, _, _ in each_line(head, 0, 1):
            if not any(mark in body for mark in _LINE_MARKS):
                continue
            for _, _, value, _ in each_value(body):
                fields = table(value)
                if "event" in fields and "route" in fields:
                    return False
                if _is_line(fields):
                    return True
        return False

    def reader(self, context: Context, state: bytes = b"") -> GeminiLinesReader:
        """Return a reader for one chat, going on from `state`.

        Raises:
            ValueError: the route template names an unknown placeholder, or the state is not ours.
        """
        return GeminiLinesReader(context, restored(Story, state, "a Gemini CLI chat"))


class GeminiDocumentFormat:
    """Chats as one document, rewritten as a whole."""

    name = "gemini-document"
    whole = True
    options: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Say whether a document begins so that is a chat, and not a file of lines."""
        start = bare(head)
        told = _DOCUMENT.match(start)
        session = told is not None and all(f'"{key}"'.encode() in told[0] for key in _HEADER)
        alone = _MESSAGES.match(start) is not None and _ANSWER.search(start) is not None
        return (session or alone) and not FORMAT.recognises(head)

    def reader(self, context: Context, state: bytes = b"") -> GeminiDocumentReader:
        """Return a reader for one chat; `state` is what may yet follow from silence.

        Raises:
            ValueError: the route template names an unknown placeholder, or the state is not ours.
        """
        return GeminiDocumentReader(context, restored(Story, state, "a Gemini CLI chat"))


FORMAT = GeminiFormat()
DOCUMENT = GeminiDocumentFormat()
__all__ = ["DOCUMENT", "FORMAT", "TELEMETRY"]


def _is_line(fields: dict[str, Any]) -> bool:
    if text(fields.get("type")) == "gemini":
        return "id" in fields and "timestamp" in fields and "content" in fields
    if fields.keys() == {"$set"}:
        return "lastUpdated" in table(fields["$set"])
    return all(text(fields.get(key)) for key in _HEADER) and "messages" not in fields
