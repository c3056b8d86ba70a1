"""Which records were read already, known again by a few bytes each: as many as fit, oldest out."""

from __future__ import annotations

from hashlib import blake2b

_BYTES = 8


def mark_of(identity: str) -> bytes:
    """Return an id in few bytes, to know it again by."""
    return blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest()


class Marks:
    """A bounded set of marks in the order in which they came; `packed` is what `pack` returned."""

    def __init__(self, packed: bytes, most: int) -> None:
        starts = range(0, len(packed), _BYTES)
        self._known: dict[bytes, None] = dict.fromkeys(packed[at : at + _BYTES] for at in starts)
        self._most = most

    def __contains__(self, mark: bytes) -> bool:
        return mark in self._known

    def add(self, mark: bytes) -> None:
        """Remember a mark; forget the oldest where there are too many."""
        self._known[mark] = None
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]

    def pack(self) -> bytes:
        """Return all marks as bytes."""
        return b"".join(self._known)
