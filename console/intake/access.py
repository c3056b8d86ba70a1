"""Ways to the bytes of log files: open descriptors, and what compressed files unpack to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from console.intake import position as pos
from console.intake.blocks import Plain
from console.intake.descriptors import OpenFiles, generation
from console.intake.places import open_log
from console.intake.unpacking import MAGIC_BYTES, Unpacked, packing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.intake.position import Position

_UNPACKED_AT_ONCE = 8
"""Each holds up to one line that is too long; and to change between many means to begin anew."""


class Access:
    """Opens files when they are wanted, and says of each what was found out by that.

    `replaced` are files found to be others than they were; `postponed` those that have to wait
    until another can be closed; `changed` those of which something is to be stored.
    """

    def __init__(self, files: Mapping[int, Position], changed: set[int]) -> None:
        self._files = files
        self._open = OpenFiles(self._has_unread)
        self._streams: dict[int, Unpacked] = {}
        self._evidence: tuple[int, Unpacked] | None = None
        self._changed = changed
        self.replaced: set[int] = set()
        self.postponed: set[int] = set()

    def view(self, file: Position, path: bytes = b"") -> Plain | Unpacked | None:
        """Return the bytes of a file (found at `path` now), None where it cannot be read now.

        Raises:
            OSError: it cannot be opened.
        """
        descriptor = self._ready(file, path)
        if descriptor is None or file.packed != pos.GZIP:
            return None if descriptor is None else Plain(descriptor)
        stream = self._streams.get(file.id)
        if stream is None:
            if len(self._streams) >= _UNPACKED_AT_ONCE and not self._end_waiting():
                self.postponed.add(file.id)
                return None
            stream = self._streams[file.id] = self._unpacked(file)
        return stream

    def raw(self, file: Position, offset: int, length: int, path: bytes = b"") -> bytes:
        """Return bytes of a file for evidence; reading on is not disturbed by it.

        Raises:
            OSError: it cannot be read.
        """
        descriptor = self._ready(file, path)
        if descriptor is None:
            return b""
        if file.packed != pos.GZIP:
            return os.pread(descriptor, length, offset)
        if self._evidence is None or self._evidence[0] != file.id:
            self._evidence = file.id, self._unpacked(file)
        return self._evidence[1].at(offset, length)

    def stream(self, number: int) -> Unpacked | None:
        """Return what a compressed file unpacks to, if it is being unpacked."""
        return self._streams.get(number)

    def has_whole_head(self, number: int) -> bool:
        """Say whether the bytes last asked for of a compressed file were all that it holds."""
        return (
            self._evidence is not None
            and self._evidence[0] == number
            and (self._evidence[1].complete)
        )

    def end_stream(self, number: int) -> None:
        """Free what the unpacking of a file holds."""
        self._streams.pop(number, None)
        if self._evidence is not None and self._evidence[0] == number:
            self._evidence = None

    def size(self, file: Position) -> int | None:
        """Return the size of a file that is open, None of one that is not."""
        descriptor = self._open.get(file.id)
        return None if descriptor is None else os.fstat(descriptor).st_size

    def leaves(self, number: int) -> None:
        """Note that a file is not in its place any more: to close it would be to lose it."""
        self._open.leaves(number)

    def returns(self, number: int) -> None:
        """Note that a file is in its place."""
        self._open.returns(number)

    def forget(self, number: int) -> None:
        """Close a file for good."""
        self._open.drop(number)
        self.end_stream(number)
        self.replaced.discard(number)

    def close(self) -> None:
        """Close all files."""
        self._open.close()
        self._streams.clear()
        self._evidence = None

    def _ready(self, file: Position, path: bytes) -> int | None:
        """Return the descriptor of a file that is read, opened if need be."""
        if file.packed == pos.REFUSED:
            return None
        descriptor = self._open.get(file.id)
        if descriptor is None:
            descriptor = self._opened(file, path or file.path)
        if descriptor is not None and not (file.offset or file.format or file.packed):
            file.packed, why = packing(os.pread(descriptor, MAGIC_BYTES, 0))
            if why:
                self.refuse(file, why)
                return None
        return descriptor

    def refuse(self, file: Position, why: str) -> None:
        """Read nothing more of a file as it stands, and say so."""
        file.packed, file.state, file.note = pos.REFUSED, pos.UNREADABLE, why
        self.forget(file.id)
        self._changed.add(file.id)

    def _opened(self, file: Position, path: bytes) -> int | None:
        if file.state == pos.GONE or file.id in self.replaced:
            return None
        if not self._open.make_room():
            self.postponed.add(file.id)
            return None
        descriptor = open_log(path)
        if not self._same(file, descriptor):
            os.close(descriptor)
            return None
        self._open.add(file.id, descriptor)
        if file.state == pos.UNREADABLE:
            file.state, file.note = pos.READING, ""
            self._changed.add(file.id)
        return descriptor

    def _same(self, file: Position, descriptor: int) -> bool:
        """Say whether what was opened is the file that was meant, and no other of its inode."""
        if pos.identity(os.fstat(descriptor)) != file.identity:
            return False
        number = generation(descriptor)
        if file.generation is None and number is not None:
            file.generation = number
            self._changed.add(file.id)
        if number not in {None, file.generation}:
            self.replaced.add(file.id)
            return False
        return True

    def _unpacked(self, file: Position) -> Unpacked:
        def compressed(offset: int, length: int) -> bytes:
            descriptor = self._ready(file, b"")
            return b"" if descriptor is None else os.pread(descriptor, length, offset)

        return Unpacked(compressed)

    def _end_waiting(self) -> bool:
        number = next((key for key, stream in self._streams.items() if stream.waiting), None)
        self._streams.pop(number or 0, None)
        return number is not None

    def _has_unread(self, number: int, descriptor: int) -> bool:
        file = self._files[number]
        size = file.size if file.packed else os.fstat(descriptor).st_size
        return size > file.offset
