"""Blocks of whole lines, cut out of a file's bytes from where it is read to.

The bytes come from a `View`: of a plain file, or of what a compressed one holds.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from console.intake.position import MARKER_BYTES
from console.intake.reading import UNDECODABLE

if TYPE_CHECKING:
    from console.intake.position import Position

BLOCK_BYTES = 128 * 1024
MAX_LINE_BYTES = 4 * 1024 * 1024
"""A longer line is refused, counted, and passed over."""
EXCERPT_BYTES = 200
_BLANK = b"\x00\r\t "
_BOM = b"\xef\xbb\xbf"


class Block(NamedTuple):
    """Whole lines of one file: the bytes, the offset and the number of the first line.

    `oversize` is the length of a line that was passed over instead (`data` is its beginning);
    `refused` says why nothing of the file is read from here on. `tail` are the last bytes up to
    the end of the block, by which the file is recognised later.
    """

    data: bytes
    offset: int
    line: int
    oversize: int = 0
    refused: str = ""
    tail: bytes = b""


class View(Protocol):
    """The bytes of a file."""

    def at(self, offset: int, length: int) -> bytes:
        """Return bytes from an offset on, fewer only where they end.

        Raises:
            OSError: they cannot be read.
        """
        ...

    def data_after(self, offset: int) -> int | None:
        """Return where something else than a hole begins at or after an offset."""
        ...


class Plain:
    """The bytes of a file as they are."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def at(self, offset: int, length: int) -> bytes:
        """Return bytes from an offset on, fewer only where they end."""
        return os.pread(self._descriptor, length, offset)

    def data_after(self, offset: int) -> int | None:
        """Return where something else than a hole begins at or after an offset."""
        try:
            return os.lseek(self._descriptor, offset, os.SEEK_DATA)
        except OSError:
            return None


class Rewritten(Exception):  # noqa: N818 - a fact about the file, not a mistake
    """The bytes before the offset are not those that were read."""


def next_block(view: View, file: Position, *, last: bool) -> Block | None:
    """Return lines up to the last newline of a block, growing it for a long line.

    None when there is no whole line now; `last` says that what follows the last newline is whole
    as it is, since nobody adds to the file any more. Moves the position behind zeros, and sets its
    size where the bytes turn out to end.

    Raises:
        OSError: the file cannot be read.
        Rewritten: it is not the file that it was.
    """
    size = BLOCK_BYTES
    while True:
        kept = file.marked
        data = view.at(file.offset - kept, kept + size)
        if not file.recalls(data[:kept]):
            raise Rewritten
        # A long line is a block of its own: millions of short ones might lie behind it.
        end = (data.rfind if size == BLOCK_BYTES else data.find)(b"\n", kept) + 1
        if end:
            return _block(data, kept, end, file)
        if len(data) < kept + size:
            file.size = file.offset + len(data) - kept
            return _unterminated(data, kept, file, last=last)
        if not data[kept:].strip(b"\x00"):
            if not _pass_zeros(view, file):
                return None
        elif size > MAX_LINE_BYTES:
            return _oversize(view, file, data[kept:], last=last)
        else:
            size = min(size * 4, MAX_LINE_BYTES + 1)


def _block(data: bytes, start: int, end: int, file: Position) -> Block:
    tail = data[max(0, end - MARKER_BYTES) : end]
    return Block(data[start:end], file.offset, file.lines + 1, tail=tail)


def _pass_zeros(view: View, file: Position) -> bool:
    """Move behind zeros: a writer that does not append leaves them when its log is truncated.

    False where nothing follows them yet: they may be room that is still to be written to.
    """
    start = view.data_after(file.offset)
    if start is None:
        return False
    while data := view.at(start, BLOCK_BYTES):
        start += len(data) - len(data.lstrip(b"\x00"))
        if data.strip(b"\x00"):
            file.offset = start
            file.remember(bytes(MARKER_BYTES))
            return True
    return False


def _unterminated(data: bytes, start: int, file: Position, *, last: bool) -> Block | None:
    """A last line without its newline counts once it is whole: a complete JSON object, say."""
    text = data[start:].strip(_BLANK)
    if last and text:
        return _block(data, start, len(data), file)
    if not text.endswith(b"}"):
        return None
    try:
        msgspec.json.decode(text.removeprefix(_BOM))
    except UNDECODABLE:
        return None
    return _block(data, start, len(data), file)


def _oversize(view: View, file: Position, head: bytes, *, last: bool) -> Block | None:
    """Pass over a line that is too long, if its end has been written."""
    length, tail = len(head), head[-MARKER_BYTES:]
    while True:
        data = view.at(file.offset + length, BLOCK_BYTES * 8)
        end = data.find(b"\n") + 1
        tail = (tail + (data[:end] if end else data))[-MARKER_BYTES:]
        if end or (last and not data):
            excerpt = head[:EXCERPT_BYTES]
            return Block(excerpt, file.offset, file.lines + 1, length + end, tail=tail)
        if not data:
            return None
        length += len(data)
