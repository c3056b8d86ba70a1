"""Foreign JSON read leniently: a value of an unexpected type is absent, and never an error."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from console.intake.formats.native import glued
from console.intake.reading import UNDECODABLE, Rejected
from console.intake.times import instant_us
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo
    from pathlib import Path

BLANK = b" \t\r\n\x00"
BOM = b"\xef\xbb\xbf"
_EXCERPT_BYTES = 200
_DAYS_S = 10**9
_OPEN_ENDED = (b"{", b"[", b",")
_GLUED_LIMIT = 1000
"""How many values of one line are read; what stands behind them is refused, as one piece."""
_RAW_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_RAW_ITEMS = msgspec.json.Decoder(list[msgspec.Raw]).decode


def bare(data: bytes) -> bytes:
    """Return `data` without a byte order mark, blanks and runs of NUL around it."""
    return data.strip(BLANK).removeprefix(BOM).strip(BLANK)


def json_value(data: bytes) -> Any:
    """Decode one JSON value. NaN, infinities and half surrogates are read, as Python reads them.

    Raises:
        ValueError: it cannot be read; the message is a sentence.
    """
    try:
        return msgspec.json.decode(data)
    except UNDECODABLE:
        pass
    try:
        return json.loads(data.decode("utf-8", "replace"))
    except RecursionError:
        raise ValueError("this JSON value is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(clean(f"this is not one JSON value: {error}", 200)) from None
    except ValueError:
        raise ValueError("this JSON value holds a number that is too long to read") from None


def each_line(block: bytes, offset: int, line: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield each line of a block that is not blank, bare, with its offset and its number."""
    for raw in block.split(b"\n"):
        body = raw.strip(BLANK)
        if body.startswith(BOM):
            body = body.removeprefix(BOM).strip(BLANK)
        if body:
            yield body, offset + raw.index(body), line
        offset += len(raw) + 1
        line += 1


def goes_on(head: bytes) -> bool:
    """Say whether the first line goes on in the next: one of a document, however it is laid out."""
    first, _, rest = bare(head).partition(b"\n")
    return bool(rest) and first.startswith((b"{", b"[")) and first.rstrip().endswith(_OPEN_ENDED)


def each_value(body: bytes) -> Iterator[tuple[int, bytes, Any, str]]:
    """Yield a line's JSON values: offset, bytes, the value, and why it cannot be read, or ""."""
    try:
        value = json_value(body)
    except ValueError as error:
        reason = str(error)
    else:
        yield 0, body, value, ""
        return
    for count, (start, piece) in enumerate(glued(body)):
        if count == _GLUED_LIMIT:
            yield start, body[start:], None, f"this line holds more than {_GLUED_LIMIT} values"
            return
        if len(piece) == len(body):
            yield start, piece, None, reason
            return
        try:
            yield start, piece, json_value(piece), ""
        except ValueError as error:
            yield start, piece, None, str(error)


def refused(data: bytes, offset: int, line: int, reason: str) -> Rejected:
    """Return what stands in the batch for a piece that could not be read."""
    return Rejected(offset, len(data), line, clean(reason), data[:_EXCERPT_BYTES])


def text(value: object) -> str:
    """Return a text, or a number as a text; "" for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    try:
        return str(value)
    except ValueError:
        return ""


def table(value: object) -> dict[str, Any]:
    """Return an object's members; none for anything else."""
    return value if isinstance(value, dict) else {}


def array(value: object) -> list[Any]:
    """Return an array's elements; none for anything else."""
    return value if isinstance(value, list) else []


def number(value: object) -> float | None:
    """Return a finite number; None for anything else, truth values included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        exact = float(value)
    except OverflowError:
        return None
    return exact if math.isfinite(exact) else None


def seconds(value: object) -> float | None:
    """Return a duration in seconds that an event may carry; None for anything else."""
    length = number(value)
    return length if length is not None and 0 <= length < _DAYS_S else None


def instant(value: object, zone: tzinfo | None = None) -> int | None:
    """Return an instant in microseconds; None for what is none.

    A time without a zone is one only if the `zone` in which it was written is known.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        if isinstance(value, str) and zone is not None:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                value = moment.replace(tzinfo=zone).isoformat()
        return instant_us(value)
    except (ValueError, OverflowError, ArithmeticError):
        return None


def at_path(value: object, path: str) -> Any:
    """Return what stands at a path such as `info.task.0.name`; None where there is nothing."""
    for step in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and len(step) < 10:
            value = value[int(step)] if int(step) < len(value) else None
        else:
            return None
    return value


def places(data: bytes, steps: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield offset and length of each element of the array at the end of `steps`.

    For evidence only: yields nothing for a document that is read, but is not strict JSON.
    """
    part, start = data, 0
    try:
        for step in steps:
            part = bytes(_RAW_FIELDS(part)[step])
            start = max(data.find(part, start), 0)
        elements = _RAW_ITEMS(part)
    except (*UNDECODABLE, KeyError):
        return
    for element in elements:
        raw = bytes(element)
        start = max(data.find(raw, start), 0)
        yield start, len(raw)
        start += len(raw)


def changed_us(path: Path) -> int | None:
    """Return when a file was last changed, in microseconds; None where that cannot be known."""
    try:
        return path.stat().st_mtime_ns // 1_000
    except (OSError, ValueError):
        return None
