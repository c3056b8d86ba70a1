"""Which log files there are: found, told apart from earlier ones of their name, and let go.

A stat sweep is the truth; file events are a hint to sweep sooner. A file keeps its identity when it
is renamed; it is read anew when it was truncated or replaced, and the ledger absorbs what it has
seen before. Only regular files are opened, without following links inside a source.

The end of a file's life: once it has left its place and nothing was added to it for `QUIET_US`,
what stands behind its last newline is given out as a line, and the file is closed. A file that was
renamed within a source is in its place: half a line at its end is waited for, and shown as unread,
since many writers write in blocks and leave half lines for minutes.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.intake import position as pos
from console.intake.access import Access
from console.intake.blocks import Rewritten
from console.intake.places import Found, closed_off, exists, holds, status_of, walk
from console.intake.position import Position
from console.model import SECOND_US

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from console.intake.places import Passed
    from console.settings import Source

QUIET_US = 60 * SECOND_US
"""A file that left its place is read until nothing was added to it for so long."""
NO_NEWLINE = "its last line had no newline"


class Roster:
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
        self.passed: list[Passed] = []
        self.changed: set[int] = set()
        self._access = Access(self.files, self.changed)
        self._new_id = new_id
        self._now = now or (lambda: time.time_ns() // 1_000)
        self._by_identity: dict[tuple[int, int], Position] = {}
        self._checked: dict[int, tuple[int, int, int]] = {}
        self._sizes: dict[int, int] = {}
        self._still: dict[int, tuple[int, int, int]] = {}
        self._ending: set[int] = set()
        self._incarnations: dict[tuple[bytes, int, int], int] = {}
        self._in_place: dict[bytes, Position] = {}
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
        passed: list[Passed] = []
        for source in self.sources:
            before = len(seen)
            for found in walk(source, passed):
                seen.add(self._meet(found, seen).id)
            if len(seen) == before:
                (empty if exists(source) else missing).append(source.path)
        self.missing, self.empty, self.passed = tuple(missing), tuple(empty), passed
        self._in_place = {file.path: file for file in map(self.files.__getitem__, seen)}
        for file in list(self._by_identity.values()):
            if file.id not in seen and self._belongs(file) and not closed_off(file.path, passed):
                self._lost(file)
        self._access.postponed.clear()
        return [
            file
            for file in self._by_identity.values()
            if file.size > file.offset and file.id in self.source_of and self._readable(file)
        ]

    def glance(self, paths: Iterable[bytes]) -> list[Position] | None:
        """Look at some of the files of the last sweep; return those that have something to be read.

        None: one of them is not there, or not what it was, and only a sweep tells.
        """
        met = []
        for path in paths:
            file, status = self._in_place.get(path), status_of(path)
            if file is None or status is None or pos.identity(status) != file.identity:
                return None
            met.append(self._meet(Found(path, status, self.source_of[file.id]), set()))
            self._in_place[path] = met[-1]
        return [file for file in met if file.size > file.offset and self._readable(file)]

    def raw(self, file: Position, offset: int, length: int, path: bytes = b"") -> bytes:
        """Return bytes of a file (found at `path` now), fewer or none where it cannot be read."""
        try:
            return self._access.raw(file, offset, length, path)
        except Rewritten:
            self._access.replaced.add(file.id)
            return b""
        except OSError as error:
            self._unreadable(file, error)
            return b""

    def refuse(self, file: Position, why: str) -> None:
        """Read nothing more of a file until it changes."""
        self._access.refuse(file, why)

    def forget(self, number: int) -> None:
        """Forget a file that is gone, and how far it was read."""
        self.files.pop(number, None)
        self.source_of.pop(number, None)
        self._checked.pop(number, None)
        self.changed.discard(number)

    def close(self) -> None:
        """Close all files."""
        self._access.close()

    def _meet(self, found: Found, seen: set[int]) -> Position:
        status = found.status
        file = self._by_identity.get(pos.identity(status))
        if file is not None and self._replaced(file, found):
            self._retire(file, "truncated or replaced; read anew")
            file = None
        if file is None:
            file = self._new(found)
        elif file.path != found.path and file.id not in seen:
            file.path, file.incarnation = found.path, self._incarnation(found)
            self.changed.add(file.id)
        self.source_of[file.id] = found.source
        self._access.returns(file.id)
        self._measured(file, status)
        self._still.pop(file.id, None)
        self._ending.discard(file.id)
        return file

    def _new(self, found: Found) -> Position:
        device, inode = pos.identity(found.status)
        file = Position(
            id=self._new_id(), path=found.path, device=device, inode=inode,
            incarnation=self._incarnation(found),
        )  # fmt: skip
        self.files[file.id] = self._by_identity[file.identity] = file
        # Nothing of it was read before this look: there is nothing to be compared with.
        self._checked[file.id] = pos.stamp(found.status)
        self.changed.add(file.id)
        return file

    def _measured(self, file: Position, status: os.stat_result) -> None:
        """Take over size and time of a file as a sweep found them."""
        touched = self._touched(file, status)
        self._sizes[file.id] = status.st_size
        if file.whole and touched:
            file.offset = 0
        file.mtime_ns = status.st_mtime_ns
        if file.packed == pos.REFUSED and touched:
            file.packed, file.state, file.note = "", pos.READING, ""
        if touched if file.packed else file.size != status.st_size:
            file.size = status.st_size + (file.offset if file.packed else 0)
            if file.state == pos.UNRECOGNISED:
                file.state = pos.READING
            self.changed.add(file.id)

    def _touched(self, file: Position, status: os.stat_result) -> bool:
        """Say whether a file was written to since the last look, so far as its stamps tell."""
        grown = self._sizes.get(file.id, status.st_size) != status.st_size
        return grown or file.mtime_ns != status.st_mtime_ns

    def _belongs(self, file: Position) -> bool:
        """Say whether a file lies in a source; others were read for other sources, earlier."""
        if file.id in self.source_of:
            return True
        return any(holds(source, file.path) for source in self.sources)

    def _readable(self, file: Position) -> bool:
        """Say whether there is any use in reading a file that has bytes unread."""
        if file.state == pos.UNRECOGNISED or file.packed == pos.REFUSED:
            return False
        stream = self._access.stream(file.id)
        if stream is not None and stream.waiting and file.id not in self._ending:
            stream.waiting = self._access.size(file) == stream.consumed
            return not stream.waiting
        return True

    def _replaced(self, file: Position, found: Found) -> bool:
        """Say whether the file is another one than before under the same inode."""
        status = found.status
        if file.id in self._access.replaced:
            return True
        if file.packed == pos.REFUSED:
            return bool(file.format) and self._touched(file, status)
        if file.packed:
            stream = self._access.stream(file.id)
            return stream is not None and status.st_size < stream.consumed
        if file.whole:
            return False
        if status.st_size < file.offset:
            return True
        stamp = pos.stamp(status)
        known = self._checked.get(file.id) == stamp and file.state != pos.UNREADABLE
        if known or not file.marked:
            return False
        current = self.raw(file, file.offset - file.marked, file.marked, found.path)
        if file.id in self._access.replaced:
            return True
        if not current:
            return False
        self._checked[file.id] = stamp
        return not file.recalls(current)

    def _incarnation(self, found: Found) -> int:
        """Return a number that tells this file from earlier ones of the same path and inode."""
        key = (found.path, *pos.identity(found.status))
        number = self._incarnations[key] = self._incarnations.get(key, -1) + 1
        return number

    def _retire(self, file: Position, note: str) -> None:
        self._by_identity.pop(file.identity, None)
        self._access.forget(file.id)
        self._still.pop(file.id, None)
        self._ending.discard(file.id)
        self._checked.pop(file.id, None)
        self._sizes.pop(file.id, None)
        file.state, file.note = pos.GONE, note
        self.changed.add(file.id)

    def _lost(self, file: Position) -> None:
        """A file is not in its place any more, but its writer may still add to it for a while."""
        size = self._access.size(file)
        if size is not None:
            self._access.leaves(file.id)
            if not file.packed:
                file.size = size
            if not self._quiet(file, size):
                return
            if file.unread and file.id not in self._ending:
                self._ending.add(file.id)
                return
        if file.unread:
            self._retire(file, f"gone, {file.unread} bytes unread")
        else:
            cut = f"; {NO_NEWLINE}" if file.note == NO_NEWLINE else ""
            self._retire(file, f"gone, read to its end{cut}")

    def _quiet(self, file: Position, size: int) -> bool:
        """Say whether nothing was added to a file, nor read of it, for `QUIET_US`."""
        now_us = self._now()
        *known, since_us = self._still.get(file.id, (-1, -1, now_us))
        if known != [size, file.offset]:
            self._still[file.id] = (size, file.offset, now_us)
            return False
        return now_us - since_us >= QUIET_US

    def _unreadable(self, file: Position, error: OSError) -> None:
        file.state, file.note = pos.UNREADABLE, f"cannot be read: {error.strerror}"
        self.changed.add(file.id)
