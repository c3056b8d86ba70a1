"""Tailing: finds log files, tells them apart, and hands out blocks of whole lines.

A stat sweep is the truth; file events are a hint to sweep sooner. A file keeps its identity when it
is renamed; it is read anew when it was truncated or replaced, and the ledger absorbs what it has
seen before. Only regular files are opened, without following links inside a source.
"""

from __future__ import annotations

import glob
import os
import stat
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.intake import position as pos
from console.intake.position import MARKER_BYTES, Position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from console.settings import Source

BLOCK_BYTES = 128 * 1024
MAX_LINE_BYTES = 4 * 1024 * 1024
"""A longer line is refused, counted, and passed over."""
_OPEN_LIMIT = 256


class Block(NamedTuple):
    """Whole lines of one file: the bytes, the offset and the number of the first line.

    `oversize` is the length of a line that was passed over instead (`data` is its beginning).
    """

    data: bytes
    offset: int
    line: int
    oversize: int = 0


class Found(NamedTuple):
    """A log file as a sweep met it."""

    path: bytes
    status: os.stat_result
    source: Source


class Tailer:
    """All log files of all sources.

    Args:
        sources: where to look.
        known: how far files were read before.
        new_id: gives a number to a file that is met for the first time.
    """

    def __init__(
        self, sources: Iterable[Source], known: Iterable[Position], new_id: Callable[[], int]
    ) -> None:
        self.sources = tuple(sources)
        self.files: dict[int, Position] = {}
        self.source_of: dict[int, Source] = {}
        self.missing: tuple[Path, ...] = ()
        self.empty: tuple[Path, ...] = ()
        self.changed: set[int] = set()
        self._new_id = new_id
        self._by_identity: dict[tuple[int, int], Position] = {}
        self._descriptors: dict[int, int] = {}
        self._checked: dict[int, tuple[int, int]] = {}
        for file in known:
            self.files[file.id] = file
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
                seen.add(self._meet(found).id)
            if len(seen) == before:
                (empty if _exists(source.path) else missing).append(source.path)
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

    def raw(self, file: Position, offset: int, length: int) -> bytes:
        """Return bytes of a file, fewer or none where it cannot be read any more."""
        descriptor = self._descriptor(file)
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

    def _meet(self, found: Found) -> Position:
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
        elif file.path != found.path:
            file.path = found.path
            self.changed.add(file.id)
        self.source_of[file.id] = found.source
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
        roots = (os.fsencode(source.path) for source in self.sources)
        return any(file.path == root or file.path.startswith(root + b"/") for root in roots)

    def _replaced(self, file: Position, found: Found) -> bool:
        """Say whether the file is another one than before under the same inode."""
        status = found.status
        if status.st_size < file.offset:
            return True
        stamp = (status.st_size, status.st_mtime_ns)
        if not file.marker or self._checked.get(file.id) == stamp:
            return False
        if file.state == pos.UNREADABLE:
            return False
        start = file.offset - len(file.marker)
        current = self.raw(file, start, len(file.marker))
        self._checked[file.id] = stamp
        return bool(current) and current != file.marker

    def _incarnation(self, found: Found) -> int:
        """Return a number that tells this file from earlier ones of the same path and inode."""
        earlier = [
            file.incarnation
            for file in self.files.values()
            if file.path == found.path
            and file.identity == (found.status.st_dev, found.status.st_ino)
        ]
        return max(earlier, default=-1) + 1

    def _retire(self, file: Position, note: str) -> None:
        self._by_identity.pop(file.identity, None)
        descriptor = self._descriptors.pop(file.id, None)
        if descriptor is not None:
            os.close(descriptor)
        file.state, file.note = pos.GONE, note
        self.changed.add(file.id)

    def _lost(self, file: Position) -> None:
        """A file is not in its place any more: read it to its end through its open descriptor."""
        descriptor = self._descriptors.get(file.id)
        if descriptor is not None:
            file.size = os.fstat(descriptor).st_size
            if _has_more(file):
                return
        unread = file.size - file.offset
        self._retire(
            file, f"gone, {unread} bytes unread" if unread > 0 else "gone, read to its end"
        )

    def _descriptor(self, file: Position) -> int | None:
        known = self._descriptors.get(file.id)
        if known is not None or file.state == pos.GONE:
            return known
        try:
            descriptor = open_log(file.path)
        except OSError as error:
            self._unreadable(file, error)
            return None
        status = os.fstat(descriptor)
        if (status.st_dev, status.st_ino) != file.identity:
            os.close(descriptor)
            return None
        if len(self._descriptors) >= _OPEN_LIMIT:
            os.close(self._descriptors.pop(next(iter(self._descriptors))))
        self._descriptors[file.id] = descriptor
        if file.state == pos.UNREADABLE:
            file.state, file.note = pos.READING, ""
        return descriptor

    def _unreadable(self, file: Position, error: OSError) -> None:
        file.state, file.note = pos.UNREADABLE, f"cannot be read: {error.strerror}"
        self.changed.add(file.id)

    def _block(self, descriptor: int, file: Position) -> Block | None:
        """Return lines up to the last newline of a block, growing it for a long line."""
        size = BLOCK_BYTES
        while True:
            data = os.pread(descriptor, size, file.offset)
            end = data.rfind(b"\n") + 1
            if end:
                return Block(data[:end], file.offset, file.lines + 1)
            if len(data) < size:
                file.size = file.offset + len(data)
                return self._unterminated(data, file)
            if size >= MAX_LINE_BYTES:
                return self._oversize(descriptor, file, data)
            size *= 4

    def _unterminated(self, data: bytes, file: Position) -> Block | None:
        """A last line without its newline counts once it is whole: a complete JSON object."""
        if not data.rstrip().endswith(b"}"):
            return None
        try:
            msgspec.json.decode(data.strip(b"\x00\r\t "))
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


def open_log(path: bytes) -> int:
    """Open a regular file for reading, never waiting and never following a last link.

    Raises:
        OSError: it cannot be opened, or is not a regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file")
    return descriptor


def walk(source: Source) -> Iterator[Found]:
    """Yield the regular files of a source: a file, a directory with all below it, or a glob."""
    path = os.fspath(source.path)
    roots = _glob(path) if any(sign in path for sign in "*?[") else [path]
    for root in roots:
        try:
            status = os.stat(root)  # noqa: PTH116 - a root may be a link; text in, text out
        except OSError:
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _directory(os.fsencode(root), source)
        elif stat.S_ISREG(status.st_mode):
            yield Found(os.path.realpath(os.fsencode(root)), status, source)


def _directory(root: bytes, source: Source) -> Iterator[Found]:
    waiting = [root]
    while waiting:
        try:
            entries = sorted(os.scandir(waiting.pop()), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != b".git":
                        waiting.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    yield Found(entry.path, entry.stat(follow_symlinks=False), source)
            except OSError:
                continue


def _glob(pattern: str) -> list[str]:
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - text in, text out


def _exists(path: Path) -> bool:
    return any(sign in str(path) for sign in "*?[") or path.exists()


def _has_more(file: Position) -> bool:
    return file.size > file.offset and file.state != pos.UNRECOGNISED
