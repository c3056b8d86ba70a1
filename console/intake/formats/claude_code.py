"""Claude Code: transcripts, and what `claude -p --output-format stream-json` prints.

A transcript has one JSON record per line, appended live, in a format internal to the runtime.
A run is one user prompt to its end. Whether a file is a transcript is seen from its records, since
names and places differ between versions; `claude_reader` reads them.
"""

from __future__ import annotations

import re

import msgspec
from msgspec import UNSET, UnsetType

from console.intake.formats.claude_messages import is_stream_line
from console.intake.formats.claude_reader import BOM, ClaudeCodeReader
from console.intake.formats.claude_records import BLANK, members
from console.intake.formats.claude_runs import Story
from console.intake.formats.claude_stream import StreamReader, StreamStory
from console.intake.formats.codex_records import EXEC_HEAD, objects
from console.intake.reading import UNDECODABLE, Context, restored

_TOLD = frozenset({b"user", b"assistant", b"system", b"progress", b"attachment"})
_ENVELOPE = frozenset({"parentUuid", "isSidechain"})
"""What records of all types have that are part of a conversation, also types yet unknown."""
_NOTED = frozenset(
    {
        b"summary",
        b"file-history-snapshot",
        b"queue-operation",
        b"pr-link",
        b"last-prompt",
        b"tools-used",
        b"cost-state",
        b"atis-latch",
        b"custom-title",
        b"ai-title",
        b"agent-name",
        b"mode",
        b"permission-mode",
        b"agent-color",
        b"agent-setting",
        b"attribution-snapshot",
        b"bridge-session",
        b"content-replacement",
        b"file-history-delta",
        b"isolation-latch",
        b"relocated",
        b"tag",
        b"worktree-state",
    }
)
"""The types that a file may begin with: those of a conversation, and notes between them."""


_CUT = re.compile(
    rb'\{"parentUuid":(?:null|"[^"]{1,64}"),(?:"\w{1,40}":(?:null|"[^"]{1,64}"),){0,4}'
    rb'"isSidechain":(?:true|false),'
)
"""How a record begins whose end lies beyond the head (a prompt, a tool's result may be long)."""

_CUT_STREAM = re.compile(rb'\{"type":"system","subtype":"[a-z_]{1,40}",')
"""How a message of a printed conversation begins that names all tools, or what a hook said."""

_ESCAPED = re.compile(rb"\\u00[67]")
"""How a small letter of a key is written otherwise than as it is."""


class _Keys(msgspec.Struct, gc=False):
    """The keys that make an object a native event, their values undecoded."""

    event: msgspec.Raw | UnsetType = UNSET
    route: msgspec.Raw | UnsetType = UNSET


_keys = msgspec.json.Decoder(_Keys).decode


class ClaudeCodeFormat:
    """Recognises records by their types together with the keys that only they have."""

    name = "claude-code"
    whole = False
    options: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Say whether some line is a record of a transcript, and none is a native event."""
        start, line = 0, b""
        for line in head.split(b"\n"):
            start += len(line) + 1
            if b"{" not in line or b"}" not in line:
                continue
            found = members(_bare(line))
            if any(map(_is_native, found)):
                return False
            if any(map(_is_record, found)):
                return not _holds_native(head[start:])
        return _CUT.match(_bare(line)) is not None

    def reader(self, context: Context, state: bytes = b"") -> ClaudeCodeReader:
        """Return a reader for one transcript, going on from `state`.

        Raises:
            ValueError: the route template names an unknown placeholder, or the state is not ours.
        """
        return ClaudeCodeReader(context, restored(Story, state, "a Claude Code transcript"))


class StreamFormat:
    """Recognises the messages of a printed conversation by what only they hold."""

    name = "claude-code-stream"
    whole = False
    options: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Say whether some line is such a message, and none is a native event."""
        if b'"session_id"' not in head and b'"system"' not in head:
            return False
        found = objects(head, EXEC_HEAD)
        if any(_is_native(fields.raw) for fields in found):
            return False
        if any(is_stream_line(fields) for fields in found):
            return True
        return _CUT_STREAM.match(_bare(head[head.rfind(b"\n") + 1 :])) is not None

    def reader(self, context: Context, state: bytes = b"") -> StreamReader:
        """Return a reader for one file, going on from `state`.

        Raises:
            ValueError: the route template names an unknown placeholder, or the state is not ours.
        """
        return StreamReader(context, restored(StreamStory, state, "claude stream-json"))


FORMAT = ClaudeCodeFormat()
STREAM = StreamFormat()


def _holds_native(lines: bytes) -> bool:
    """Say whether some line has the keys of a native event; the last line may be cut off."""
    # To look for it from the end takes two thirds of what `in` takes.
    if lines.rfind(b'"route"') < 0 and not _ESCAPED.search(lines):
        return False
    *rest, last = lines.split(b"\n")
    try:
        if any(keys.event is not UNSET and keys.route is not UNSET for keys in map(_keys, rest)):
            return True
        rest = []
    except UNDECODABLE:
        pass
    return any(_is_native(fields) for raw in (*rest, last) for fields in members(_bare(raw)))


def _bare(line: bytes) -> bytes:
    return line.removeprefix(BOM).strip(BLANK)


def _is_native(fields: dict[str, msgspec.Raw]) -> bool:
    return "event" in fields and "route" in fields


def _is_record(fields: dict[str, msgspec.Raw]) -> bool:
    if fields.keys() >= _ENVELOPE:
        return True
    kind = bytes(fields.get("type", b"")).strip(b'"')
    if kind in _TOLD:
        return "uuid" in fields and not fields.keys().isdisjoint(("sessionId", "parentUuid"))
    return kind in _NOTED and not fields.keys().isdisjoint(("sessionId", "leafUuid", "messageId"))
