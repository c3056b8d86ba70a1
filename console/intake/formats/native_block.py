"""Native lines a block at a time: those that need no cleaning become what is stored, at once.

A line is *plain* if to read it by itself (`native`) would give the same event unchanged: ASCII with
nothing escaped, no field null, too long or out of range, no parent, nothing of what models took,
nothing like a secret in it.
All others are handed back, to be read one by one: whatever has to be decided is decided there.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import accumulate, count
from operator import add
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.intake.reading import UNDECODABLE
from console.intake.times import EARLIEST_US, LATEST_US
from console.model import EVENTS, RUNLESS, Told
from console.text import NAME_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from console.intake.blocks import Block
    from console.model import Piece

Key = tuple[str, str]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_decode = msgspec.json.Decoder(Told).decode
_pack = msgspec.msgpack.Encoder().encode
_OF_RUNS = EVENTS - RUNLESS
_BRACE = set(b"{")
_LONGEST = 10**9


class Numbered(NamedTuple):
    """A running number that an agent gave to a line."""

    line: int
    route: str
    agent: str
    boot: str
    seq: int


class Plainly(NamedTuple):
    """The plain lines of a block with the (route, run) of each, and the others.

    `others` are (bytes, offset, line), to be read one by one.
    """

    keys: list[Key]
    pieces: list[Piece]
    numbered: list[Numbered]
    others: list[tuple[bytes, int, int]]


def read(block: Block, file: int, until_us: int, suspected: Callable[[bytes], bool]) -> Plainly:
    """Read the plain lines of a block of a file (its number).

    Args:
        block: whole lines.
        file: the number of the file that it is of.
        until_us: what lies after it is not plain.
        suspected: whether there may be a secret in packed events, or in names.
    """
    parts = block.data.split(b"\n")
    if not parts[-1]:
        parts.pop()
    starts = map(add, accumulate(map(len, parts), initial=block.offset), count())
    found = Plainly([], [], [], [])
    lines = zip(_told(block.data, parts), parts, starts, count(block.line), strict=False)
    _take(found, lines, file, min(until_us, LATEST_US - 1))
    refused = _refused(found, suspected)
    return _without(found, refused, parts, block.line) if refused else found


def _told(block: bytes, parts: list[bytes]) -> list[Told | None]:
    """Return what each line tells; None for one that may need cleaning, or is none."""
    clean = block.isascii() and b"\\" not in block and b"\x7f" not in block
    if clean and all(parts) and {part[0] for part in parts} == _BRACE:
        try:
            return list(map(_decode, parts))
        except UNDECODABLE:
            pass
    return [_one(part) for part in parts]


def _one(part: bytes) -> Told | None:
    if part[:1] != b"{" or b"\\" in part or b"\x7f" in part or not part.isascii():
        return None
    try:
        return _decode(part)
    except UNDECODABLE:
        return None


def _take(
    found: Plainly,
    lines: Iterable[tuple[Told | None, bytes, int, int]],
    file: int,
    latest_us: int,
) -> None:
    """Add lines (told, bytes, offset, number) to those found.

    One loop and no calls that can be done without: it runs once for every line.
    """
    keys, pieces, numbered, others = found
    instant_of = datetime.fromisoformat
    for item, part, offset, number in lines:
        try:
            # None fails, and so does a time that is a number or has no zone.
            at_us = (instant_of(item.ts) - _EPOCH) // _MICROSECOND  # type: ignore[union-attr, arg-type]
        except (AttributeError, TypeError, ValueError):
            others.append((part, offset, number))
            continue
        if TYPE_CHECKING:
            assert item is not None
        route, run, boot, seq = item.route, item.run, item.boot, item.seq
        item.ts, item.route, item.run, item.boot, item.seq = at_us, "", "", "", None
        packed = _pack(item)
        if (
            (item.event not in _OF_RUNS and not _of_a_run(item.event))
            or len(packed) > NAME_LIMIT
            or len(boot) > NAME_LIMIT
            or not EARLIEST_US <= at_us <= latest_us
            or item.parent
            or item.cost_usd is not None
            or item.tokens is not None
            or item.meter
            or (item.sla_s is not None and not 0 < item.sla_s < _LONGEST)
            or (item.elapsed_s is not None and not 0 <= item.elapsed_s < _LONGEST)
            or (item.minutes is not None and not 0 <= item.minutes < _LONGEST)
        ):
            others.append((part, offset, number))
            continue
        if seq is not None and item.agent:
            numbered.append(Numbered(number, route, item.agent, boot, seq))
        keys.append((route, run))
        pieces.append((at_us, item, packed, (file, offset, number)))


def _refused(found: Plainly, suspected: Callable[[bytes], bool]) -> set[int]:
    """Return the numbers of the lines whose names or words have to be looked at one by one."""
    keys, pieces, numbered, _ = found
    known = set(keys)
    unnamed = {key for key in known if not _named(key)}
    refused: set[int] = set()
    if unnamed:
        refused.update(
            piece[3][2] for key, piece in zip(keys, pieces, strict=True) if key in unnamed
        )
    names = [name for key in known for name in key] + [item.boot for item in numbered]
    if suspected(b"".join([piece[2] for piece in pieces]) + "\n".join(names).encode()):
        refused.update(
            piece[3][2]
            for key, piece in zip(keys, pieces, strict=True)
            if suspected(piece[2]) or suspected("\n".join(key).encode())
        )
        refused.update(item.line for item in numbered if suspected(item.boot.encode()))
    return refused


def _named(key: Key) -> bool:
    route, run = key
    return bool(route.strip() and run.strip()) and max(len(route), len(run)) <= NAME_LIMIT


def _of_a_run(event: str) -> bool:
    return bool(event.strip()) and event not in RUNLESS


def _without(found: Plainly, refused: set[int], parts: list[bytes], line: int) -> Plainly:
    """Move lines to the others, by their numbers."""
    keys, pieces, numbered, others = found
    return Plainly(
        [key for key, piece in zip(keys, pieces, strict=True) if piece[3][2] not in refused],
        [piece for piece in pieces if piece[3][2] not in refused],
        [item for item in numbered if item.line not in refused],
        others
        + [
            (parts[piece[3][2] - line], *piece[3][1:]) for piece in pieces if piece[3][2] in refused
        ],
    )
