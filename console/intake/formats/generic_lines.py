"""One line of a generic log -> its records, or why there is none.

JSON is read strictly where it is strict. What Python's own loggers write beyond that is read too:
NaN and infinities (as nothing), and half surrogate pairs (shown as such). Several objects glued
onto one line are all read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

import msgspec

from console.intake.formats import logfmt
from console.intake.formats.native import glued, reason_of
from console.intake.reading import UNDECODABLE

BOM = b"\xef\xbb\xbf"
BLANK = b"\x00\r\t "
_REFUSALS = 100
"""After so many refusals on one line the rest of it is refused as a whole."""
_PIECES = 10_000
"""So many records of one line are read; the rest is refused as a whole, and holds nothing up."""
_TOO_LARGE = "not JSON: a number in it is too large"
_STRICT = msgspec.json.Decoder().decode


class Piece(NamedTuple):
    """A part of a line in bytes from its start: a record, or (None) why it is none."""

    start: int
    text: bytes
    record: dict[str, Any] | None
    reason: str = ""
    logfmt: bool = False


def stripped(raw: bytes) -> bytes:
    """Return a line without blanks, NULs and a byte order mark round it."""
    text = raw.strip(BLANK)
    return text.removeprefix(BOM).lstrip(BLANK) if text.startswith(BOM) else text


def pieces(text: bytes, *, as_logfmt: bool | None = False) -> Iterator[Piece]:
    """Yield the records of a line that is not blank; with None it may be JSON or else logfmt."""
    if as_logfmt is None and not text.startswith((b"{", b"[")):
        found = _logfmt(text)
        if found.record is not None:
            yield found
            return
    if as_logfmt:
        yield _logfmt(text)
        return
    try:
        record = _STRICT(text)
    except UNDECODABLE as error:
        yield from _loose(text, _reason(error))
    else:
        yield _object(0, text, record)


def _object(start: int, text: bytes, value: object) -> Piece:
    if isinstance(value, dict):
        return Piece(start, text, value)
    return Piece(start, text, None, "not a JSON object")


def _logfmt(text: bytes) -> Piece:
    try:
        return Piece(0, text, logfmt.parse(text.decode()), logfmt=True)
    except ValueError as error:
        return Piece(0, text, None, reason_of(error))


def _loose(text: bytes, reason: str) -> Iterator[Piece]:
    """Read a line that is not one object in strict JSON: perhaps it is several, or one with NaN."""
    parts = glued(text)
    first, second = next(parts), next(parts, None)
    if second is None:
        found = _loosely(0, text)
        yield found._replace(reason=reason) if found.record is None else found
        return
    refused = 0
    for count, (start, part) in enumerate(chain((first, second), parts)):
        if refused == _REFUSALS or count == _PIECES:
            why = "too much was refused" if count < _PIECES else f"{_PIECES:,} records were read"
            yield Piece(start, text[start:], None, f"the rest of a line on which {why}")
            return
        found = _loosely(start, part)
        refused += found.record is None
        yield found


def _loosely(start: int, text: bytes) -> Piece:
    try:
        return _object(start, text, json.loads(text.decode(), parse_constant=_nothing))
    except UNDECODABLE as error:
        return Piece(start, text, None, _reason(error))


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error}"
    if isinstance(error, UnicodeDecodeError | RecursionError | msgspec.DecodeError):
        too_large = isinstance(error, msgspec.ValidationError)
        return _TOO_LARGE if too_large else reason_of(error)
    return _TOO_LARGE


def _nothing(word: str) -> None:
    """Read NaN, Infinity and -Infinity as null."""
    del word
