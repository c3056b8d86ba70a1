"""Compressed log files: what gzip holds, unpacked piece by piece and within bounds.

A file that is still being written, or was cut off, is read as far as it goes and waited for; a
damaged one is read up to the damage and refused from there on. Both can end within a line; only a
whole line before that point is read.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from console.intake.blocks import Rewritten
from console.intake.position import GZIP, MARKER_BYTES, REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_UNPACKED_BYTES = 8 * 1024**3
"""What a file unpacks to beyond this is refused."""
MAX_RATIO = 500
"""Bytes out for a byte in: logs reach some 100, and a bomb of zeros comes to 1,030."""
FREE_BYTES = 64 * 1024**2
"""So much may be unpacked whatever the ratio is: a short log may be one line a thousand times."""
_IN_BYTES, _OUT_BYTES = 16 * 1024, 256 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 31
_OTHERS = {b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
MAGIC_BYTES = 6


def packing(head: bytes) -> tuple[str, str]:
    """Return how a file that begins with `head` is packed, and why it is not read for that."""
    if head.startswith(_GZIP_MAGIC):
        return GZIP, ""
    for magic, name in _OTHERS.items():
        if head.startswith(magic):
            return REFUSED, f"compressed with {name}, which is not read; unpack it, or use gzip"
    return "", ""


class Unpacked:
    """What a gzip file of one member or several unpacks to, read from front to back.

    Holds the bytes last asked for and little more; to go back means to begin anew. `refused` says
    why nothing more is unpacked; `waiting` is set by who finds that more has to be written first.

    Args:
        raw: gives (length) bytes of the compressed file at (offset).
    """

    def __init__(self, raw: Callable[[int, int], bytes]) -> None:
        self._raw = raw
        self._begin()

    def _begin(self) -> None:
        self.consumed = 0
        self.refused = ""
        self.waiting = False
        self._start = 0
        self._held = bytearray()
        self._input = b""
        self._before = b""
        self._inflate = zlib.decompressobj(_GZIP_WINDOW)

    @property
    def taken(self) -> int:
        """Return how many compressed bytes were unpacked so far."""
        return self.consumed - len(self._input)

    @property
    def reached(self) -> int:
        """Return how many bytes were unpacked so far."""
        return self._start + len(self._held)

    @property
    def complete(self) -> bool:
        """Say whether all was unpacked that there is now, and nothing is cut off."""
        fresh = self.consumed > 0 and self._inflate.eof and not self.refused
        return fresh and not self._input.strip(b"\x00")

    def at(self, offset: int, length: int) -> bytes:
        """Return unpacked bytes, fewer where they end: for now, for good, or by damage.

        Raises:
            OSError: the file cannot be read.
            Rewritten: what was unpacked before is not in the file any more.
        """
        if offset < self._start:
            self._begin()
        end = offset + length
        while self.reached < end and not self.refused:
            spare = min(offset - MARKER_BYTES, self.reached) - self._start
            if spare > 0:
                del self._held[:spare]
                self._start += spare
            if not self._more():
                break
        first = max(0, offset - self._start)
        return bytes(self._held[first : first + length])

    def data_after(self, offset: int) -> int | None:
        """Return where something else than a hole begins: there are no holes in these."""
        return offset

    def _more(self) -> bool:
        """Unpack a little more; False where nothing more can be had now."""
        if self._inflate.eof and not self._next_member():
            return False
        if not self._input:
            self._input = self._compressed()
            if not self._input:
                return False
        before = self._inflate.copy()
        try:
            self._held += self._inflate.decompress(self._input, _OUT_BYTES)
        except zlib.error as error:
            self._salvage(before)
            self.refused = f"the compressed data is damaged after this byte: {error}"
            return True
        at_end = self._inflate.eof
        self._input = self._inflate.unused_data if at_end else self._inflate.unconsumed_tail
        self._bound()
        return True

    def _compressed(self) -> bytes:
        """Return the next compressed bytes, having seen that those before them are the same."""
        kept = len(self._before)
        data = self._raw(self.consumed - kept, kept + _IN_BYTES)
        if not data.startswith(self._before):
            raise Rewritten
        fresh = data[kept:]
        self.consumed += len(fresh)
        self._before = data[-MARKER_BYTES:]
        return fresh

    def _next_member(self) -> bool:
        """Begin the next member of a file that has several; zeros may fill up the last block."""
        rest = self._input
        while not rest.strip(b"\x00"):
            rest = self._compressed()
            if not rest:
                self._input = b""
                return False
        self._input = rest.lstrip(b"\x00")
        if not _GZIP_MAGIC.startswith(self._input[:2]):
            self.refused = "something that is not gzip follows the compressed data"
            return False
        self._inflate = zlib.decompressobj(_GZIP_WINDOW)
        return True

    def _salvage(self, inflate: zlib._Decompress) -> None:
        """Take what lies before the damage, byte by byte."""
        for place in range(len(self._input)):
            try:
                self._held += inflate.decompress(self._input[place : place + 1])
            except zlib.error:
                return

    def _bound(self) -> None:
        reached = self.reached
        if reached > MAX_UNPACKED_BYTES:
            self.refused = f"it unpacks to more than {MAX_UNPACKED_BYTES:,} bytes"
        elif reached > FREE_BYTES and reached > MAX_RATIO * self.taken:
            self.refused = f"it unpacks to over {MAX_RATIO} times its size, as no log does"
