"""Tailing: finds log files, tells them apart, and hands out blocks of whole lines.

A stat sweep is the truth; file events are a hint to sweep sooner. A file keeps its identity when it
is renamed; it is read anew when it was truncated or replaced, and the ledger absorbs what it has
seen before. Only regular files are opened, without following links inside a source.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.intake import position as pos
from console.intake.places import exists, holds, open_log, walk
from console.intake.position import MARKER_BYTES, Position
from console.model import SECOND_US

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from console.intake.places import Found
    from console.settings import Source

BLOCK_BYTES = 128 * 1024
MAX_LINE_BYTES = 4 * 1024 * 1024
"""A longer line is refused, counted, and passed over."""
QUIET_US = 60 * SECOND_US
"""A file that left its place is read until nothing was added to it for so long."""
MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
"""A longer document (a file that is one JSON value, say) is refused, and counted."""
_OPEN_LIMIT = 256
_BLANK = b"\x00\r\t "
_BOM = b"\xef\xbb\xbf"


class Block(NamedTuple):
    """Whole lines of one file: the bytes, the offset and the number of the first line.

    `oversize` is the length of a line that was passed over instead (`data` is its beginning).
    """

    data: bytes
    offset: int
    line: int
    oversize: int = 0


class Tailer:
    """All log files of all sources.

    Args:
        sources: where to look.
        known: how far files were read before.
        new_id: gives a number to a file that is met for the first time.
        now: the clock, in microseconds since the epoch.
    """

    def __init__(
        self,
        sources: Iterable[Source],
        known: Iterable[Position],
        new_id: Callable[[], int],
        now: Callable[[], int] | None = None,
    ) -> None:
        self.sources = tuple(sources)
        self.files: dict[int, Position] = {}
        self.source_of: dict[int, Source] = {}
        self.missing: tuple[Path, ...] = ()
        self.empty: tuple[Path, ...] = ()
        self.changed: set[int] = set()
        self._new_id = new_id
        self._now = now or (lambda: time.time_ns() // 1_000)
        self._by_identity: dict[tuple[int, int], Position] = {}
        self._descriptors: dict[int, int] = {}
        self._checked: dict[int, tuple[int, int]] = {}
        self._leaving: dict[int, tuple[int, int, int]] = {}
        self._incarnations: dict[tuple[bytes, int, int], int] = {}
        for file in known:
            self.files[file.id] = file
            key = (file.path, *file.identity)
            self._incarnations[key] = max(file.incarnation, self._incarnations.get(key, 0))
            if file.state != pos.GONE:
                self._by_identity[file.identity] = file

    def sweep(self) -> list[Position]:
        """Look at every source; return the files that have something to be read."""
        seen: set[int] = set()
        missing: list[Path] = []
        empty: list[Path] = []
        for source in self.sources:
            before = len(seen)
            for found in walk(source):
                seen.add(self._meet(found, seen).id)
            if len(seen) == before:
                (empty if exists(source) else missing).append(source.path)
        self.missing, self.empty = tuple(missing), tuple(empty)
        for file in list(self._by_identity.values()):
            if file.id not in seen and self._belongs(file):
                self._lost(file)
        return [
            file
            for file in self._by_identity.values()
            if file.id in self.source_of and _has_more(file)
        ]

    def read(self, file: Position) -> Block | None:
        """Return the next whole lines of a file, or None when there are none now.

        Does not move the position; `advance` does, once the block has been taken in.
        """
        descriptor = self._descriptor(file)
        if descriptor is None:
            return None
        try:
            return self._block(descriptor, file)
        except OSError as error:
            self._unreadable(file, error)
            return None

    def advance(self, file: Position, block: Block) -> None:
        """Move a file's position behind a block."""
        length = block.oversize or len(block.data)
        file.offset += length
        file.lines += 1 if block.oversize else block.data.count(b"\n")
        keep = file.marker + (block.data if not block.oversize else b"")
        if block.oversize:
            keep = self.raw(file, max(0, file.offset - MARKER_BYTES), MARKER_BYTES)
        file.marker = keep[-MARKER_BYTES:]
        self.changed.add(file.id)

    def document(self, file: Position) -> Block | None:
        """Return all of a file that is one document, or None when it is read or cannot be.

        One that is too large is returned as `oversize`, with its beginning.
        """
        if file.offset >= file.size:
            return None
        if file.size > MAX_DOCUMENT_BYTES:
            return Block(self.raw(file, 0, 200), 0, 1, file.size)
        data = self.raw(file, 0, file.size)
        return Block(data, 0, 1) if data else None

    def finish(self, file: Position, block: Block) -> None:
        """Mark a document as read, to be read again when it changes."""
        file.offset = file.size
        file.lines = block.data.count(b"\n")
        self.changed.add(file.id)

    def raw(self, file: Position, offset: int, length: int, path: bytes = b"") -> bytes:
        """Return bytes of a file (found at `path` now), fewer or none where it cannot be read."""
        descriptor = self._descriptor(file, path)
        if descriptor is None:
            return b""
        try:
            return os.pread(descriptor, length, offset)
        except OSError:
            return b""

    def close(self) -> None:
        """Close all files."""
        for descriptor in self._descriptors.values():
            os.close(descriptor)
        self._descriptors.clear()

    def forget(self, number: int) -> None:
        """Forget a file that is gone, and how far it was read."""
        self.files.pop(number, None)
        self.source_of.pop(number, None)
        self._checked.pop(number, None)
        self.changed.discard(number)

    def _meet(self, found: Found, seen: set[int]) -> Position:
        status = found.status
        file = self._by_identity.get((status.st_dev, status.st_ino))
        if file is not None and self._replaced(file, found):
            self._retire(file, "truncated or replaced; read anew")
            file = None
        if file is None:
            file = Position(
                id=self._new_id(), path=found.path, device=status.st_dev, inode=status.st_ino,
                incarnation=self._incarnation(found),
            )  # fmt: skip
            self.files[file.id] = file
            self._by_identity[file.identity] = file
            self.changed.add(file.id)
        elif file.path != found.path and file.id not in seen:
            file.path, file.incarnation = found.path, self._incarnation(found)
            self.changed.add(file.id)
        self._leaving.pop(file.id, None)
        self.source_of[file.id] = found.source
        if file.whole and file.mtime_ns != status.st_mtime_ns:
            file.offset = 0
        file.mtime_ns = status.st_mtime_ns
        if file.size != status.st_size:
            file.size = status.st_size
            if file.state == pos.UNRECOGNISED:
                file.state = pos.READING
            self.changed.add(file.id)
        return file

    def _belongs(self, file: Position) -> bool:
        """Say whether a file lies in a source; others were read for other sources, earlier."""
        if file.id in self.source_of:
            return True
        return any(holds(source, file.path) for source in self.sources)

    def _replaced(self, file: Position, found: Found) -> bool:
        """Say whether the file is another one than before under the same inode."""
        status = found.status
        if file.whole:
            return False
        if status.st_size < file.offset:
            return True
        stamp = (status.st_size, status.st_mtime_ns)
        known = self._checked.get(file.id) == stamp and file.state != pos.UNREADABLE
        if not file.marker or known:
            return False
        current = self.raw(file, file.offset - len(file.marker), len(file.marker), found.path)
        if not current:
            return False
        self._checked[file.id] = stamp
        return current != file.marker

    def _incarnation(self, found: Found) -> int:
        """Return a number that tells this file from earlier ones of the same path and inode."""
        key = (found.path, found.status.st_dev, found.status.st_ino)
        number = self._incarnations[key] = self._incarnations.get(key, -1) + 1
        return number

    def _retire(self, file: Position, note: str) -> None:
        self._by_identity.pop(file.identity, None)
        descriptor = self._descriptors.pop(file.id, None)
        if descriptor is not None:
            os.close(descriptor)
        self._leaving.pop(file.id, None)
        file.state, file.note = pos.GONE, note
        self.changed.add(file.id)

    def _lost(self, file: Position) -> None:
        """A file is not in its place any more, but its writer may still add to it for a while."""
        descriptor = self._descriptors.get(file.id)
        if descriptor is not None:
            file.size = os.fstat(descriptor).st_size
            now_us = self._now()
            *known, since_us = self._leaving.get(file.id, (-1, -1, now_us))
            if known != [file.size, file.offset]:
                self._leaving[file.id] = (file.size, file.offset, now_us)
                return
            if now_us - since_us < QUIET_US:
                return
        unread = file.size - file.offset
        self._retire(
            file, f"gone, {unread} bytes unread" if unread > 0 else "gone, read to its end"
        )

    def _descriptor(self, file: Position, path: bytes = b"") -> int | None:
        known = self._descriptors.get(file.id)
        if known is not None or file.state == pos.GONE:
            return known
        try:
            descriptor = open_log(path or file.path)
        except OSError as error:
            self._unreadable(file, error)
            return None
        status = os.fstat(descriptor)
        if (status.st_dev, status.st_ino) != file.identity:
            os.close(descriptor)
            return None
        if len(self._descriptors) >= _OPEN_LIMIT:
            still = (number for number in self._descriptors if number not in self._leaving)
            os.close(self._descriptors.pop(next(still, next(iter(self._descriptors)))))
        self._descriptors[file.id] = descriptor
        if file.state == pos.UNREADABLE:
            file.state, file.note = pos.READING, ""
            self.changed.add(file.id)
        return descriptor

    def _unreadable(self, file: Position, error: OSError) -> None:
        file.state, file.note = pos.UNREADABLE, f"cannot be read: {error.strerror}"
        self.changed.add(file.id)

    def _block(self, descriptor: int, file: Position) -> Block | None:
        """Return lines up to the last newline of a block, growing it for a long line."""
        size = BLOCK_BYTES
        while True:
            kept = len(file.marker)
            data = os.pread(descriptor, kept + size, file.offset - kept)
            if not data.startswith(file.marker):
                self._checked.pop(file.id, None)  # rewritten since the sweep; the next one sees it
                return None
            data = data[kept:]
            end = data.rfind(b"\n") + 1
            if end:
                return Block(data[:end], file.offset, file.lines + 1)
            if len(data) < size:
                file.size = file.offset + len(data)
                return self._unterminated(data, file)
            if not data.strip(b"\x00"):
                if not self._pass_zeros(descriptor, file):
                    return None
            elif size > MAX_LINE_BYTES:
                return self._oversize(descriptor, file, data)
            else:
                size = min(size * 4, MAX_LINE_BYTES + 1)

    def _pass_zeros(self, descriptor: int, file: Position) -> bool:
        """Move behind zeros: a writer that does not append leaves them when its log is truncated.

        False where nothing follows them yet: they may be room that is still to be written to.
        """
        try:
            start = os.lseek(descriptor, file.offset, os.SEEK_DATA)
        except OSError:
            return False
        while data := os.pread(descriptor, BLOCK_BYTES, start):
            start += len(data) - len(data.lstrip(b"\x00"))
            if data.strip(b"\x00"):
                file.offset, file.marker = start, bytes(MARKER_BYTES)
                self.changed.add(file.id)
                return True
        return False

    def _unterminated(self, data: bytes, file: Position) -> Block | None:
        """A last line without its newline counts once it is whole: a complete JSON object."""
        text = data.strip(_BLANK)
        if not text.endswith(b"}"):
            return None
        try:
            msgspec.json.decode(text.removeprefix(_BOM))
        except (msgspec.DecodeError, RecursionError):
            return None
        return Block(data, file.offset, file.lines + 1)

    def _oversize(self, descriptor: int, file: Position, head: bytes) -> Block | None:
        """Pass over a line that is too long, if its end has been written."""
        length = len(head)
        while True:
            data = os.pread(descriptor, BLOCK_BYTES * 8, file.offset + length)
            end = data.find(b"\n")
            if end >= 0:
                return Block(head[:200], file.offset, file.lines + 1, length + end + 1)
            if not data:
                return None
            length += len(data)


def _has_more(file: Position) -> bool:
    return file.size > file.offset and file.state != pos.UNRECOGNISED
