"""Native lines a block at a time: those that need no cleaning become what is stored, at once.

A line is *plain* if to read it by itself (`native`) would give the same event unchanged: every
field as `Told` has it (no text or number that would be changed or refused, none null), an instant
with a zone, nothing like a secret in it.
All others are handed back, to be read one by one: whatever has to be decided is decided there.

Lines are taken column by column, without a step in Python for each where that can be done without:
there may be millions.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate, chain, compress, count, repeat
from operator import add, attrgetter
from typing import TYPE_CHECKING, NamedTuple, cast

import msgspec

from console.intake.reading import UNDECODABLE
from console.intake.times import EARLIEST_US, LATEST_US
from console.model import OF_RUNS, RUNLESS, Told
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.intake.blocks import Block
    from console.model import Piece

Key = tuple[str, str]
_Place = tuple[int, int, int]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_decode = msgspec.json.Decoder(Told).decode
_texts = attrgetter(
    "route", "event", *(item.name for item in msgspec.structs.fields(Told) if item.default == "")
)
"""Gets all texts of what a line tells, but for its time."""
_pack = msgspec.msgpack.Encoder().encode
_BRACE = set(b"{")


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
    places = list(zip(repeat(file, len(parts)), starts, count(block.line), strict=False))
    told = _told(block.data, parts)
    instants = _instants(told, min(until_us, LATEST_US - 1))
    others: list[tuple[bytes, int, int]] = []
    if None in instants:
        plain = [at_us is not None for at_us in instants]
        rest = (at_us is None for at_us in instants)
        others += [
            (part, offset, number)
            for part, (_, offset, number) in compress(zip(parts, places, strict=True), rest)
        ]
        instants, told = list(compress(instants, plain)), list(compress(told, plain))
        places = list(compress(places, plain))
    found = _found(cast("list[Told]", told), cast("list[int]", instants), places)
    found.others.extend(others)
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
    if part[:1] != b"{":
        return None
    try:
        told = _decode(part)
    except UNDECODABLE:
        return None
    return told if all(map(_as_kept, _texts(told))) else None


@lru_cache(maxsize=4_096)  # agents repeat themselves
def _as_kept(text: str) -> bool:
    """Say whether a text is kept as it is."""
    return clean(text) == text


def _instants(lines: list[Told | None], latest_us: int) -> list[int | None]:
    """Return when each line says it was; None for one that is not plain."""
    told = cast("list[Told]", lines)
    instant_of = datetime.fromisoformat
    try:
        # None fails, and so does a time that is a number or has no zone.
        instants: list[int | None] = [
            (instant_of(item.ts) - _EPOCH) // _MICROSECOND  # type: ignore[arg-type]
            for item in told
        ]
    except (AttributeError, TypeError, ValueError):
        instants = []
    if (
        instants
        and min(instants) >= EARLIEST_US  # type: ignore[type-var, operator]
        and max(instants) <= latest_us  # type: ignore[type-var, operator]
        and all(map(_of_a_run, {item.event for item in told}))
    ):
        return instants
    return [None if item is None else _instant(item, latest_us) for item in lines]


def _instant(item: Told, latest_us: int) -> int | None:
    """Return when a line says it was, as far as it is plain."""
    try:
        at_us = (datetime.fromisoformat(item.ts) - _EPOCH) // _MICROSECOND  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return at_us if EARLIEST_US <= at_us <= latest_us and _of_a_run(item.event) else None


def _found(told: list[Told], instants: list[int], places: list[_Place]) -> Plainly:
    """Return lines as they are kept: what is said elsewhere is taken out of what they tell."""
    keys = [(item.route, item.run) for item in told]
    numbered = []
    if [item for item in told if item.seq is not None or item.boot]:
        for item, (_, _, number) in zip(told, places, strict=True):
            if item.seq is not None and item.agent:
                numbered.append(Numbered(number, item.route, item.agent, item.boot, item.seq))
            item.boot, item.seq = "", None
    for item, at_us in zip(told, instants, strict=True):
        item.ts = at_us
        item.route = item.run = ""
    return Plainly(keys, list(zip(instants, told, places, strict=True)), numbered, [])


def _refused(found: Plainly, suspected: Callable[[bytes], bool]) -> set[int]:
    """Return the numbers of the lines whose names or words have to be looked at one by one."""
    keys, pieces, numbered, _ = found
    known = set(keys)
    names = list(chain.from_iterable(known))
    refused: set[int] = set()
    if not all(map(str.strip, names)):
        unnamed = {key for key in known if not all(map(str.strip, key))}
        refused.update(
            piece[2][2] for key, piece in zip(keys, pieces, strict=True) if key in unnamed
        )
    names += [item.boot for item in numbered]
    if suspected(_pack([piece[1] for piece in pieces]) + "\n".join(names).encode()):
        refused.update(
            piece[2][2]
            for key, piece in zip(keys, pieces, strict=True)
            if suspected(_pack(piece[1])) or suspected("\n".join(key).encode())
        )
        refused.update(item.line for item in numbered if suspected(item.boot.encode()))
    return refused


def _of_a_run(event: str) -> bool:
    return event in OF_RUNS or (bool(event.strip()) and event not in RUNLESS)


def _without(found: Plainly, refused: set[int], parts: list[bytes], line: int) -> Plainly:
    """Move lines to the others, by their numbers."""
    keys, pieces, numbered, others = found
    return Plainly(
        [key for key, piece in zip(keys, pieces, strict=True) if piece[2][2] not in refused],
        [piece for piece in pieces if piece[2][2] not in refused],
        [item for item in numbered if item.line not in refused],
        others
        + [
            (parts[piece[2][2] - line], *piece[2][1:]) for piece in pieces if piece[2][2] in refused
        ],
    )
