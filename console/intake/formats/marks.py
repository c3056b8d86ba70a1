"""Which records were read already, known again by a few bytes each: as many as fit, oldest out."""

from __future__ import annotations

from collections import deque
from hashlib import blake2b

_BYTES = 8
_empty = blake2b(digest_size=_BYTES).copy
"""Makes a hash to begin with: to copy one takes half as long as to set one up."""


class Marks:
    """A bounded set of ids, a few bytes of each; `packed` is what `pack` returned.

    Their order is kept apart: to find the first key of a dict takes a look at all that were deleted
    before it. They are unpacked when one is looked up: many readers are made that read no more.
    """

    def __init__(self, packed: bytes, most: int) -> None:
        self._packed = packed
        self._known: set[bytes] = set()
        self._order: deque[bytes] = deque()
        self._most = most

    def __contains__(self, identity: str) -> bool:
        if self._packed:
            self._unpack()
        return _mark_of(identity) in self._known

    def fresh(self, identity: str) -> bool:
        """Remember an id; say whether it was not known. The oldest makes room for it."""
        if self._packed:
            self._unpack()
        mark = _mark_of(identity)
        if mark in self._known:
            return False
        self._known.add(mark)
        self._order.append(mark)
        if len(self._order) > self._most:
            self._known.discard(self._order.popleft())
        return True

    def pack(self) -> bytes:
        """Return all marks as bytes, in the order in which they came."""
        return self._packed or b"".join(self._order)

    def _unpack(self) -> None:
        starts = range(0, len(self._packed), _BYTES)
        marks = dict.fromkeys(self._packed[at : at + _BYTES] for at in starts)
        self._known, self._order, self._packed = set(marks), deque(marks), b""


def _mark_of(identity: str) -> bytes:
    """Return an id in few bytes, to know it again by."""
    mark = _empty()
    mark.update(identity.encode("utf-8", "surrogatepass"))
    return mark.digest()
