"""How far a log file is read, and how it is told from another file of the same name.

A file is (device, inode, incarnation), the generation of its inode where the file system has one,
and a digest of the bytes just before the offset: inode numbers are used again at once by most file
systems, and a truncated file may have grown past the old offset. A digest and not the bytes
themselves, since those may hold secrets.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import os

MARKER_BYTES = 512
"""How many bytes before the offset a file is recognised by: more than most lines have, since lines
of one file often end alike."""
_DIGEST_BYTES = 16

READING, FINISHED, UNREADABLE = "reading", "finished", "unreadable"
GONE, UNRECOGNISED = "gone", "unrecognised"
GZIP, REFUSED = "gzip", "refused"


def digest(data: bytes) -> bytes:
    """Return what is kept of the bytes before an offset, b"" of none."""
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES).digest() if data else b""


def identity(status: os.stat_result) -> tuple[int, int]:
    """Return device and inode as the store can hold them: signed (overlayfs uses the top bit)."""
    return _signed(status.st_dev), _signed(status.st_ino)


def stamp(status: os.stat_result) -> tuple[int, int, int]:
    """Return what changes, so far as it can be told, whenever a file is written to."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _signed(number: int) -> int:
    return number - (1 << 64) if number >= 1 << 63 else number


class Position(msgspec.Struct, kw_only=True):
    """One incarnation of a log file. Offsets are bytes, `lines` whole lines before the offset.

    `reader` is the format reader's state; it belongs to the offset and is stored with it.
    `size` is the file's size when it was last looked at; `routes` are those it has shown so far.
    `late` counts the events whose run may have been deleted already: they are not applied.
    A `whole` file is one document: it is read anew, from its start, whenever `mtime_ns` changes.
    `marker` is the digest of the `marked` bytes before the offset. `generation` is the inode's,
    None where it is not known.

    `packed` is GZIP for a compressed file, REFUSED for one that is passed over as it stands now.
    The offset of a compressed file counts unpacked bytes; its size is what of it was unpacked so
    far, and the compressed bytes after that: more than the offset until its end is reached.
    """

    id: int
    path: bytes
    device: int
    inode: int
    incarnation: int = 0
    offset: int = 0
    lines: int = 0
    marker: bytes = b""
    size: int = 0
    format: str = ""
    reader: bytes = b""
    latest_us: int | None = None
    routes: set[str] = msgspec.field(default_factory=set)
    rejected: int = 0
    state: str = READING
    note: str = ""
    whole: bool = False
    mtime_ns: int = 0
    late: int = 0
    marked: int = 0
    generation: int | None = None
    packed: str = ""

    @property
    def identity(self) -> tuple[int, int]:
        """Return what tells the file from others that exist at the same time."""
        return self.device, self.inode

    @property
    def unread(self) -> int:
        """Return how many bytes are known of that are not read."""
        return max(0, self.size - self.offset)

    def remember(self, before: bytes) -> None:
        """Keep a digest of the bytes that end at the offset."""
        kept = before[-MARKER_BYTES:]
        self.marked, self.marker = len(kept), digest(kept)

    def recalls(self, before: bytes) -> bool:
        """Say whether the `marked` bytes before the offset are those that were read."""
        return digest(before) == self.marker
