"""Messages of a Gemini CLI chat -> what they mean for the run under way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from console.intake.formats.claude_runs import Place
from console.intake.formats.gemini_runs import (
    BLOCKED,
    ERROR,
    INTERRUPTED,
    REJECTED,
    STOPPED,
    USER_REJECTED,
    WORDS,
    WORK,
    Run,
    Runs,
    denial_rule,
)
from console.intake.formats.loose import array, at_path, instant, table, text
from console.intake.formats.marks import Marks
from console.intake.formats.usage import total
from console.text import name

if TYPE_CHECKING:
    from pathlib import Path

    from console.intake.formats.route_template import RouteTemplate

PLACEHOLDERS = ("project", "session", "kind")
_SEEN_LIMIT = 4096
_DENIED_LIMIT = 256
_OWN_WORDS = (
    "Please continue.",
    "System: ",
    "<state_snapshot>",
    "<session_context>",
    "This is the Gemini CLI. We are setting up",
)
"""What the runtime says to its model in the user's place."""
_STOPPED = ("Request cancelled", "User cancelled the request")
_BLOCKED = (BLOCKED, STOPPED)


class Story(msgspec.Struct):
    """All that is carried from block to block; bounded.

    `message` is the id of the last message, `took` how many of its tokens were counted, `seen` are
    the marks of all before, `denied` the tool calls of which it is told that they were stopped.
    """

    session: str = ""
    project: str = ""
    kind: str = ""
    message: str = ""
    took: int = 0
    last_us: int | None = None
    run: Run | None = None
    denied: list[str] = []
    seen: bytes = b""


class Chat:
    """Applies the records of one chat to its story."""

    def __init__(self, path: Path, template: RouteTemplate, story: Story) -> None:
        self.story = story
        self.runs = Runs(story.run)
        self._path = path
        self._template = template
        self._seen = Marks(story.seen, _SEEN_LIMIT)

    def dump(self) -> bytes:
        """Return the story as bytes: tens of kilobytes at most."""
        self.story.run, self.story.seen = self.runs.run, self._seen.pack()
        return msgspec.msgpack.encode(self.story)

    def header(self, fields: dict[str, Any]) -> None:
        """Take in what is said of the session, at its start or in a patch."""
        story = self.story
        story.session = story.session or name(text(fields.get("sessionId")).strip())
        story.project = story.project or name(text(fields.get("projectHash")).strip())
        story.kind = story.kind or name(text(fields.get("kind")))
        at_us = instant(fields.get("lastUpdated"))
        if at_us is not None and (story.last_us is None or at_us > story.last_us):
            story.last_us = at_us
            self.runs.pass_time(at_us)

    def rewind(self, message: str, place: tuple[int, int, int]) -> None:
        """Take in that the conversation went back to before a message."""
        if self.story.last_us is not None:
            self._run()
            self.runs.rewind(Place(name(message), self.story.last_us, *place))

    def message(self, fields: dict[str, Any], place: tuple[int, int, int]) -> str:
        """Take in a message; return why it cannot be, or "". A repeated one replaces the last."""
        story, identity = self.story, name(text(fields.get("id")).strip())
        at_us = instant(fields.get("timestamp"))
        if at_us is None:
            at_us = story.last_us
        if not identity or at_us is None:
            return "this message has no id, or nothing says when it was"
        if identity != story.message:
            if not self._seen.fresh(identity):
                return ""
            story.message, story.took = identity, 0
            self.runs.pass_time(at_us)
        story.last_us = max(story.last_us or at_us, at_us)
        kind, where = text(fields.get("type")), Place(identity, at_us, *place)
        if kind == "user":
            self._user(fields, where)
        elif kind == "gemini":
            self._gemini(fields, where)
        elif kind in {"error", "info", "warning"}:
            self._notice(kind, _said(fields.get("content")).strip(), where)
        return ""

    def _user(self, fields: dict[str, Any], place: Place) -> None:
        content = fields.get("content")
        if isinstance(content, list) and content:
            if all("functionResponse" in table(part) for part in content):
                return
        elif not text(content).strip():
            return
        if _said(content).lstrip().startswith(_OWN_WORDS):
            return
        run = self.runs.run
        if run is not None and run.id == self._identity(place):
            return
        parent = ""
        if self.story.kind == "subagent":
            parent = name(self._path.parent.name)
        self.runs.begin(place, Run(self._identity(place), self._route()), parent=parent)

    def _identity(self, place: Place) -> str:
        """Return what a run is named after: its prompt, a sub-agent's after its session."""
        return self._session() if self.story.kind == "subagent" else place.uuid

    def _session(self) -> str:
        return self.story.session or name(self._path.stem)

    def _gemini(self, fields: dict[str, Any], place: Place) -> None:
        self._count(fields, place)
        calls = [table(call) for call in array(fields.get("toolCalls"))]
        how, at = WORK, place
        if not calls and _said(fields.get("content")).strip():
            how = WORDS
        for order, call in enumerate(calls):
            status, said = text(call.get("status")), _result(call)
            at_us = instant(call.get("timestamp"))
            own = name(text(call.get("id")) or f"{place.uuid}#{order}")
            when = place if at_us is None else msgspec.structs.replace(place, ts_us=at_us)
            when = msgspec.structs.replace(when, uuid=own)
            rule = denial_rule(status, said) if status in {"error", "cancelled"} else ""
            if status == "error" and said.startswith(STOPPED) and self._first(own):
                self.runs.block(when, said)
            if rule and self._first(own):
                self.runs.deny(when, "", text(call.get("name")), rule, said)
            if rule == USER_REJECTED:
                how, at = REJECTED, when
            elif status == "cancelled" and how != REJECTED:
                how, at = INTERRUPTED, when
            elif how == WORK and when.ts_us > at.ts_us:
                at = msgspec.structs.replace(place, ts_us=when.ts_us)
        self.story.last_us = max(self.story.last_us or at.ts_us, at.ts_us)
        self.runs.mark(how, at)

    def _count(self, fields: dict[str, Any], place: Place) -> None:
        """Count what an answer took, or what it took more than was told of it before."""
        run, story = self._run(), self.story
        parts = ("input", "output", "thoughts", "tool")
        tokens = total(table(fields.get("tokens")), "total", *parts)
        if tokens > story.took:
            at = (place.ts_us, place.offset, place.length, place.line)
            run.meter.count(place.uuid, at, tokens - story.took)
            story.took = tokens

    def _first(self, call: str) -> bool:
        """Say whether it is told for the first time that a tool call was stopped."""
        if call in self.story.denied:
            return False
        self.story.denied = [*self.story.denied[1 - _DENIED_LIMIT :], call]
        return True

    def _notice(self, kind: str, said: str, place: Place) -> None:
        """Take in what the runtime told the human."""
        self._run()
        if said.startswith(_BLOCKED):
            self.runs.block(place, said)
        elif said.startswith(_STOPPED):
            self.runs.mark(INTERRUPTED, place)
        elif kind == "error":
            self.runs.mark(ERROR, place, said or "error")

    def _run(self) -> Run:
        """Return the run under way; before any prompt, one named after the session."""
        if self.runs.run is None:
            self.runs.run = Run(self._session(), self._route())
        return self.runs.run

    def _route(self) -> str:
        story = self.story
        folders = [folder.name for folder in self._path.parents]
        project = story.project
        if "chats" in folders[:3]:
            project = folders[folders.index("chats") + 1] or project
        project = project or self._path.parent.name
        values = {"project": project, "session": story.session, "kind": story.kind or "main"}
        return self._template.fill(lambda key: values[key], project or "gemini")


def _said(content: object) -> str:
    """Return the words of a message, whose content is a text or parts."""
    if isinstance(content, list):
        return "\n".join(text(part) or text(table(part).get("text")) for part in content)
    return text(content) or text(table(content).get("text"))


def _result(call: dict[str, Any]) -> str:
    """Return what the runtime answered to a tool call: its error, else what it showed."""
    result = call.get("result")
    parts = result if isinstance(result, list) else [result]
    told = [text(at_path(part, "functionResponse.response.error")) for part in parts]
    told = [said for said in told if said] or [text(result), text(call.get("resultDisplay"))]
    return "\n".join(said for said in told if said)
