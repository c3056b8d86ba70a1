"""Lines of Codex logs -> records: an envelope, and a payload whose fields are read one by one.

The format is internal to its runtime and changes from version to version. A field of an unexpected
type counts as absent, and never costs the record its other fields. A crash leaves a record cut off
in the middle, with the next one glued on.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from console.intake.formats.native import glued
from console.intake.formats.usage import amount
from console.intake.reading import UNDECODABLE, Rejected

BLANK = b" \t\r\n\x00"
BOM = b"\xef\xbb\xbf"
_EXCERPT_BYTES = 200
ROLLOUT_HEAD, EXEC_HEAD = b'{"timestamp"', b'{"type"'
"""How records begin: by this the next one is found behind one that was cut off."""
_RESYNC_LIMIT = 4
"""How often one line is searched for a further record behind something unreadable."""
_GLUED_LIMIT = 1000
"""How many records of one line are read; what stands behind them is refused as one piece."""
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Fields:
    """The fields of one JSON object, each decoded only when it is asked for."""

    def __init__(self, raw: dict[str, msgspec.Raw]) -> None:
        self.raw = raw

    def __contains__(self, key: str) -> bool:
        return key in self.raw

    def null(self, key: str) -> bool:
        """Say whether the field is there and is null."""
        return bytes(self.raw.get(key, b"")).strip() == b"null"

    def text(self, key: str) -> str:
        """Return a string field, or ""."""
        raw = self.raw.get(key)
        value = None if raw is None else _value(raw, b'"')
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> float | None:
        """Return a finite number field, or None."""
        raw = self.raw.get(key)
        value = None if raw is None else _value(raw, b"-0123456789")
        if isinstance(value, int | float) and abs(value) < 1e18 and math.isfinite(value):
            return float(value)
        return None

    def inner(self, key: str) -> Fields:
        """Return an object field; one with no fields where it is no object."""
        raw = self.raw.get(key)
        found = None if raw is None else members(bytes(raw))
        return found or Fields({})

    def items(self, key: str) -> list[Fields]:
        """Return the objects in an array field."""
        raw = bytes(self.raw.get(key, b""))
        try:
            parts = _ITEMS(raw) if raw[:1] == b"[" else []
        except UNDECODABLE:
            return []
        return [found for part in parts if (found := members(bytes(part))) is not None]


class Found(NamedTuple):
    """A record with where it was read."""

    fields: Fields
    offset: int
    length: int
    line: int

    def refused(self, reason: str, block: bytes, offset: int) -> Rejected:
        """Return the refusal of this record, of `block` which begins at `offset`."""
        start = self.offset - offset
        excerpt = block[start : start + min(self.length, _EXCERPT_BYTES)]
        return Rejected(self.offset, self.length, self.line, reason, excerpt)


def tokens_of(usage: Fields) -> int:
    """Return the tokens of a usage; what was cached is part of the input, reasoning of the rest."""
    parts = amount(usage.number("input_tokens")) + amount(usage.number("output_tokens"))
    return amount(usage.number("total_tokens")) or parts


def members(raw: bytes) -> Fields | None:
    """Return the fields of a JSON object, undecoded; None where it is none."""
    try:
        return Fields(_MEMBERS(raw))
    except UNDECODABLE:
        pass
    try:
        # The strict decoder refuses half a character; other writers leave them, and NaN, behind.
        odd = json.loads(raw.decode("utf-8", "replace")) if raw[:1] == b"{" else None
        if not isinstance(odd, dict):
            return None
        return Fields({key: msgspec.Raw(json.dumps(value).encode()) for key, value in odd.items()})
    except UNDECODABLE:
        return None


def objects(head: bytes, begins: bytes) -> list[Fields]:
    """Return the objects on the lines of a file's head; most lines of a document hold none."""
    lines = b"\n".join([line for line in head.split(b"\n") if b"{" in line and b"}" in line])
    return [found.fields for found in records(lines, 0, 1, begins) if isinstance(found, Found)]


def records(block: bytes, offset: int, line: int, head: bytes) -> Iterator[Found | Rejected]:
    """Yield the objects on the lines of a block, and what is none, in file order.

    Records begin with `head`.
    """
    for raw in block.split(b"\n"):
        body = raw.strip(BLANK)
        if not offset:
            body = body.removeprefix(BOM).strip(BLANK)
        if body:
            start = offset if len(body) == len(raw) else offset + raw.index(body)
            whole = members(body)
            if whole is not None:
                yield Found(whole, start, len(body), line)
            else:
                yield from _pieces(body, start, line, head)
        offset += len(raw) + 1
        line += 1


def _pieces(body: bytes, offset: int, line: int, head: bytes) -> Iterator[Found | Rejected]:
    """Read a line that is not one object: several, or one that was cut off."""
    place = count = searches = 0
    while place < len(body):
        unread = len(body)
        for at, piece in glued(body[place:]):
            found = members(piece) if count < _GLUED_LIMIT else None
            if found is None:
                unread = place + at
                break
            count += 1
            yield Found(found, offset + place + at, len(piece), line)
        hopeless = searches == _RESYNC_LIMIT or count == _GLUED_LIMIT
        place = len(body) if hopeless else _next_head(body, unread + 1, head)
        searches += 1
        rest = body[unread:place].strip(BLANK)
        if rest:
            yield _refusal(rest, offset + unread, line, count)


def _next_head(body: bytes, place: int, head: bytes) -> int:
    found = body.find(head, place)
    return found if found >= 0 else len(body)


def _refusal(piece: bytes, offset: int, line: int, count: int) -> Rejected:
    if count >= _GLUED_LIMIT:
        reason = f"this line holds more than {_GLUED_LIMIT} objects"
    elif not piece.startswith(b"{"):
        reason = "this is not a JSON object"
    else:
        reason = "this JSON object is cut off, broken or nested too deeply"
    return Rejected(offset, len(piece), line, reason, piece[:_EXCERPT_BYTES])


def _value(raw: msgspec.Raw, starts: bytes) -> object:
    """Decode a value that begins as wanted; text that was cut inside a character is mended."""
    body = bytes(raw).strip()
    if not body or body[0] not in starts:
        return None
    try:
        return msgspec.json.decode(body)
    except UNDECODABLE:
        pass
    try:
        return json.loads(body.decode("utf-8", "replace"))
    except UNDECODABLE:
        return None
