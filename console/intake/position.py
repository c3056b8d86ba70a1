"""How far a log file is read, and how it is told from another file of the same name.

A file is (device, inode, incarnation) and the bytes just before the offset: inode numbers are used
again at once by most file systems, and a truncated file may have grown past the old offset.
"""

from __future__ import annotations

import msgspec

MARKER_BYTES = 512
"""How many bytes before the offset are kept to recognise the file by: more than most lines have,
since lines of one file often end alike."""

READING, FINISHED, UNREADABLE = "reading", "finished", "unreadable"
GONE, UNRECOGNISED = "gone", "unrecognised"


class Position(msgspec.Struct, kw_only=True):
    """One incarnation of a log file. Offsets are bytes, `lines` whole lines before the offset.

    `reader` is the format reader's state; it belongs to the offset and is stored with it.
    `size` is the file's size when it was last looked at; `routes` are those it has shown so far.
    `late` counts the events whose run may have been deleted already: they are not applied.
    A `whole` file is one document: it is read anew, from its start, whenever `mtime_ns` changes.
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

    @property
    def identity(self) -> tuple[int, int]:
        """Return what tells the file from others that exist at the same time."""
        return self.device, self.inode
