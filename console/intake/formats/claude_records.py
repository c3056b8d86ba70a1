"""Lines of a Claude Code transcript -> records: only the fields that the reader needs.

The format is internal to its runtime and changes from version to version. A field of an unexpected
type is therefore left at its default, and never costs the record its other fields. Real files hold
two records glued on one line, and records cut off by a crash with the next one glued on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple, TypeVar, get_args

import msgspec

from console.intake.formats.usage import MOST_TOKENS
from console.intake.reading import UNDECODABLE
from console.text import name


class Block(msgspec.Struct, gc=False):
    """One block of a message: text, thinking, tool_use, tool_result or another."""

    type: str = ""
    text: str = ""
    id: str = ""
    name: str = ""
    tool_use_id: str = ""
    is_error: bool | None = None
    content: msgspec.Raw = msgspec.Raw()

    def said(self) -> str:
        """Return the text that a tool_result holds, joined where it comes in parts."""
        raw = bytes(self.content)
        if not raw:
            return ""
        parts = _part(raw, str | list[Block])
        if isinstance(parts, list):
            return "\n".join(part.text for part in parts)
        return parts or ""


class Usage(msgspec.Struct, gc=False):
    """What one answer took of its model so far, in tokens."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None

    def total(self) -> int:
        """Return the sum as an amount of tokens, 0 where it is none."""
        tokens = (
            (self.input_tokens or 0)
            + (self.output_tokens or 0)
            + (self.cache_creation_input_tokens or 0)
            + (self.cache_read_input_tokens or 0)
        )
        return tokens if 0 < tokens < MOST_TOKENS else 0


class Message(msgspec.Struct, gc=False):
    """What was said, by either side. `id` is shared by the lines of one answer."""

    id: str = ""
    model: str = ""
    stop_reason: str | None = None
    content: str | list[Block] = ""
    usage: Usage | None = None

    def blocks(self) -> list[Block]:
        """Return the content as blocks, plain text being one block."""
        if isinstance(self.content, list):
            return self.content
        return [Block(type="text", text=self.content)] if self.content else []


class Named(msgspec.Struct, rename="camel", gc=False):
    """A part of a record that may name the sub-agent it is about."""

    agent_id: str = ""


class Ending(msgspec.Struct, gc=False):
    """How the submission of a prompt ended."""

    kind: str = ""
    reason: str = ""


class Submission(msgspec.Struct, gc=False):
    """What became of a prompt that was submitted."""

    ending: Ending | None = None


class Attachment(msgspec.Struct, rename="camel", gc=False):
    """What the runtime put beside the conversation, such as what a hook did."""

    type: str = ""
    message: str = ""
    hook_event: str = ""


class Record(msgspec.Struct, rename="camel", gc=False):
    """One record of a transcript, of any type; fields that a type lacks keep their defaults.

    They stand in the order in which most records have them: so they are found at once.
    """

    is_sidechain: bool = False
    cwd: str = ""
    session_id: str = ""
    version: str = ""
    git_branch: str = ""
    slug: str = ""
    type: str = ""
    subtype: str = ""
    uuid: str = ""
    timestamp: str | int | float | None = None
    message: Message | None = None
    request_id: str | None = None
    tool_use_result: Named | str | list[msgspec.Raw] | None = None
    agent_id: str = ""
    agent_name: str = ""
    prompt_id: str = ""
    is_meta: bool = False
    is_compact_summary: bool = False
    is_visible_in_transcript_only: bool = False
    is_api_error_message: bool = False
    tool_denial_kind: str = ""
    data: Named | str | list[msgspec.Raw] | None = None
    content: str | list[Block] = ""
    duration_ms: float | None = None
    hook_count: int | None = None
    hook_errors: list[Any] | None = None
    prevented_continuation: bool = False
    stop_reason: str = ""
    retry_attempt: int | None = None
    max_retries: int | None = None
    attachment: Attachment | None = None
    prompt_submit_ending: Submission | None = None
    cost_usd: float | None = msgspec.field(default=None, name="costUSD")
    total_cost_usd: float | None = msgspec.field(default=None, name="totalCostUSD")
    has_unknown_model_cost: bool = False

    def own_id(self, session: str, at_us: int) -> str:
        """Return the id of the record, of one that has none its session and instant."""
        return name(self.uuid.strip()) or f"{session}@{at_us}"

    def text(self) -> str:
        """Return the text that a system record says itself, without leading space."""
        return self.content.lstrip() if isinstance(self.content, str) else ""

    def marked(self) -> bool:
        """Say whether the runtime marks what stands in the user's place as its own."""
        return self.is_meta or self.is_compact_summary or self.is_visible_in_transcript_only

    def names_agent(self) -> str:
        """Return the id of the sub-agent that this record tells of, or ""."""
        for part in (self.data, self.tool_use_result):
            if part is not None and isinstance(part, Named) and part.agent_id:
                return part.agent_id
        return ""

    def blocked_by_hook(self) -> str | None:
        """Return why a hook kept a prompt from the agent; None where none did.

        Versions that do not record the ending say so in words, with the prompt behind them.
        """
        submission, said = self.prompt_submit_ending, self.text()
        ending = submission.ending if submission else None
        in_words = said.startswith(_BLOCKED) and self.subtype == "informational"
        why = said.removeprefix(_BLOCKED).partition(_PROMPT)[0].strip()
        if ending is not None and ending.kind == "blocked_by_hook":
            return ending.reason or why
        return why if in_words else None

    def stopped_by_hook(self) -> bool:
        """Say whether a hook stopped the agent in the middle of its work: at the use of a tool.

        Hooks at a prompt keep it from the agent before, those at a stop act when it is done.
        """
        put = self.attachment
        if put is None or put.type != "hook_stopped_continuation":
            return False
        return "ToolUse" in put.hook_event


class Piece(NamedTuple):
    """A part of a line: a record, or (None) what could not be read, with the reason."""

    start: int
    length: int
    record: Record | None
    reason: str = ""


T = TypeVar("T", bound=msgspec.Struct)
NO_ANSWER = "<synthetic>"
"""The model of records that the runtime writes in the agent's place."""
INTERRUPTED = "[Request interrupted by user"
_BLOCKED, _PROMPT = "UserPromptSubmit operation blocked by hook:", "\n\nOriginal prompt: "
BLANK = b" \t\r\n\x00"
DECODER = msgspec.json.Decoder(Record)
decode = DECODER.decode
"""Reads a line that is one record in good order, which most are; raises one of UNDECODABLE."""
_RAW_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_RAW_ITEMS = msgspec.json.Decoder(list[msgspec.Raw]).decode
_GAP = re.compile(rb"[ \t\r\n\x00]*+")
_QUOTE, _BACKSLASH, _OPEN = b'"\\{'
_TOKEN = re.compile(rb'["{}]|\\.', re.DOTALL)
_SURROGATE = re.compile(
    rb"(?<!\\)(?P<slashes>\\++)u(?P<first>[dD][89a-fA-F][0-9a-fA-F]{2})"
    rb"(?P<low>(?<=u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})?"
)
_RECORD_HEAD = b'{"parentUuid"'
_RESYNC_LIMIT = 4
"""How often one line is searched for a further record behind something unreadable."""
_GLUED_LIMIT = 1000
"""How many records of one line are read; what stands behind them is left unread, as one piece."""


def members(line: bytes) -> list[dict[str, msgspec.Raw]]:
    """Return the fields of each object on a line, undecoded: what `recognises` looks at."""
    try:
        return [_RAW_FIELDS(line)]
    except UNDECODABLE:
        found = []
    for start, end in islice(_objects(line), _GLUED_LIMIT):
        try:
            found.append(_RAW_FIELDS(line[start:end]))
        except UNDECODABLE:
            continue
    return found


def pieces(line: bytes) -> Iterator[Piece]:
    """Read a line object by object: oddly typed, glued together, or cut off in the middle."""
    line = _SURROGATE.sub(_mended, line)
    reached = count = 0
    for start, end in [(0, len(line))] if _is_json(line) else islice(_objects(line), _GLUED_LIMIT):
        if line[reached:start].strip(BLANK):
            yield _unread(line, reached, start)
        record, reason = _record(line[start:end])
        yield Piece(start, end - start, record, reason)
        reached, count = end, count + 1
    if line[reached:].strip(BLANK):
        rest = _unread(line, reached, len(line))
        crowded = f"this line holds more than {_GLUED_LIMIT} objects"
        yield rest._replace(reason=crowded) if count == _GLUED_LIMIT else rest


def _unread(line: bytes, start: int, end: int) -> Piece:
    reason = "this is not a JSON object"
    if line[start:].lstrip(BLANK).startswith(b"{"):
        reason = "this JSON object is cut off or broken"
    return Piece(start, len(line[start:end].rstrip(BLANK)), None, reason)


def _record(raw: bytes) -> tuple[Record | None, str]:
    try:
        return decode(raw), ""
    except UNDECODABLE:
        pass
    try:
        return _salvage(raw, Record), ""
    except RecursionError:
        return None, "this JSON object is nested too deeply"
    except ValueError:
        return None, "this JSON object is cut off or broken"


def _objects(line: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the objects that follow each other on a line begin and end.

    After something that is not an object, the next record is looked for by its usual head: deeper
    objects can look like records too, and must not be taken for them.
    """
    at, searches = 0, 0
    while at < len(line):
        at = _GAP.match(line, at).end()  # type: ignore[union-attr]
        end = _object_end(line, at)
        head = line.find(_RECORD_HEAD, at + 1, end if end > 0 else len(line))
        if end > 0 and (head < 0 or _is_json(line[at:end])):
            yield at, end
            at = end
        elif head < 0 or searches == _RESYNC_LIMIT:
            return
        else:
            at, searches = head, searches + 1


def _object_end(line: bytes, start: int) -> int:
    """Return where the object that begins at `start` ends, or -1."""
    if line[start : start + 1] != b"{":
        return -1
    depth, quoted = 0, False
    for token in _TOKEN.finditer(line, start):
        mark = line[token.start()]
        if mark == _QUOTE:
            quoted = not quoted
        elif quoted or mark == _BACKSLASH:
            continue
        else:
            depth += 1 if mark == _OPEN else -1
            if not depth:
                return token.end()
    return -1


def _is_json(raw: bytes) -> bool:
    try:
        _RAW_FIELDS(raw)
    except UNDECODABLE:
        return False
    return True


def _salvage(raw: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Decode an object field by field, leaving out the fields that cannot be read."""
    parts = _RAW_FIELDS(raw)
    kept = {}
    for field in msgspec.structs.fields(kind):
        if field.encode_name in parts:
            value = _part(bytes(parts[field.encode_name]), field.type)
            if value is not None:
                kept[field.name] = value
    return kind(**kept)


def _part(raw: bytes, wanted: Any) -> Any:
    """Decode one value as what is wanted; None where nothing of it can be read."""
    try:
        return msgspec.json.decode(raw, type=wanted)
    except UNDECODABLE:
        pass
    kinds = (wanted, *get_args(wanted))
    if raw[:1] == b'"' and str in kinds:
        return _odd_text(raw)
    if raw[:1] == b"[" and list[Block] in kinds:
        return [_salvage(item, Block) for item in _objects_in(raw)]
    if raw[:1] == b"{":
        return next((_salvage(raw, kind) for kind in kinds if _is_struct(kind)), None)
    return None


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, msgspec.StructMeta)


def _objects_in(raw: bytes) -> list[msgspec.Raw]:
    return [item for item in _RAW_ITEMS(raw) if bytes(item)[:1] == b"{"]


def _odd_text(raw: bytes) -> str | None:
    """Read a string that is not UTF-8 throughout."""
    try:
        return msgspec.json.decode(raw.decode("utf-8", "replace"), type=str)
    except ValueError:
        return None


def _mended(escape: re.Match[bytes]) -> bytes:
    """Put U+FFFD for half a surrogate pair: the runtime cuts text in the middle of a character.

    Behind an even number of backslashes the first half is no escape, but plain text.
    """
    slashes, low = escape["slashes"], escape["low"] or b""
    escaped = len(slashes) % 2 == 1
    if escaped and low:
        return escape[0]
    first = b"fffd" if escaped else escape["first"]
    return slashes + b"u" + first + (rb"\ufffd" if low else b"")
