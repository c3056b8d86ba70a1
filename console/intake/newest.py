"""Where the newest part of a native log begins: searched by time, without reading what is before.

A log is mostly in the order of time. Where it is not, what is found is some place in it, and
nothing rests on more than that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.intake.blocks import BLOCK_BYTES
from console.intake.reading import UNDECODABLE
from console.intake.times import instant_us

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[int, int], bytes]

_CLOSE_BYTES = 64 * 1024


class _Stamped(msgspec.Struct, gc=False):
    ts: str | int | float


_decode = msgspec.json.Decoder(_Stamped).decode


def newest_from(read: Read, first: int, end: int, since_us: int) -> int:
    """Return the offset of a line from which on a file tells of what came since an instant.

    It is up to some ten thousand bytes before the first such line; `end` where there is none.

    Args:
        read: returns bytes from an offset on, so many at most.
        first: the offset of a line, before which nothing is looked for.
        end: where the file ends.
        since_us: the instant.
    """
    low, high = first, end
    while high - low > _CLOSE_BYTES:
        middle = (low + high) // 2
        at_us = _instant_after(read, middle, high)
        if at_us is None or at_us >= since_us:
            high = middle
        else:
            low = middle
    if high == end and _older(read, low, since_us):
        return end
    return low if low == first else _line_after(read, low, end)


def _older(read: Read, offset: int, since_us: int) -> bool:
    """Say whether all that can be read of the last lines of a file came before an instant."""
    found = map(_instant_of, read(offset, 2 * _CLOSE_BYTES).split(b"\n"))
    return all(at_us < since_us for at_us in found if at_us is not None)


def _instant_after(read: Read, offset: int, end: int) -> int | None:
    """Return the time of the first line after an offset that has one; None for none close by."""
    for line in read(offset, min(BLOCK_BYTES, end - offset)).split(b"\n")[1:]:
        at_us = _instant_of(line)
        if at_us is not None:
            return at_us
    return None


def _instant_of(line: bytes) -> int | None:
    try:
        return instant_us(_decode(line.strip()).ts)
    except UNDECODABLE:
        return None


def _line_after(read: Read, offset: int, end: int) -> int:
    """Return the offset of the first line that begins after an offset."""
    while offset < end:
        data = read(offset, BLOCK_BYTES)
        place = data.find(b"\n")
        if place >= 0:
            return offset + place + 1
        if not data:
            break
        offset += len(data)
    return end
