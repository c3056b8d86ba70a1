"""Tailing: hands out what log files hold, in blocks of whole lines or as documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.intake.blocks import EXCERPT_BYTES, Block, Rewritten, next_block
from console.intake.roster import NO_NEWLINE, Roster
from console.intake.unpacking import Unpacked

if TYPE_CHECKING:
    from console.intake.blocks import Plain
    from console.intake.position import Position

MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
"""A longer document (a file that is one JSON value, say) is refused, and counted."""
_CUT_OFF = "its compressed end is missing so far; the rest is read when it comes"


class Tailer(Roster):
    """Hands out what is in the log files of all sources, from where each was read to."""

    def read(self, file: Position) -> Block | None:
        """Return the next whole lines of a file, or None when there are none now.

        Does not move the position; `advance` does, once the block has been taken in.
        """
        before = file.offset
        try:
            view = self._access.view(file)
            if view is None:
                return None
            block = next_block(view, file, last=file.id in self._ending)
            if isinstance(view, Unpacked):
                block = self._from_unpacked(file, view, block)
        except OSError as error:
            self._unreadable(file, error)
            return None
        except Rewritten:
            self._access.replaced.add(file.id)
            return None
        if file.offset != before:
            self.changed.add(file.id)
        return block

    def advance(self, file: Position, block: Block) -> None:
        """Move a file's position behind a block."""
        file.offset += block.oversize or len(block.data)
        file.lines += 1 if block.oversize else block.data.count(b"\n")
        file.remember(block.tail)
        if file.id in self._ending:
            self._ending.discard(file.id)
            if not block.tail.endswith(b"\n"):
                file.note = NO_NEWLINE
        stream = self._access.stream(file.id)
        if stream is not None:
            self._measure(file, stream)
        self.changed.add(file.id)

    def document(self, file: Position) -> Block | None:
        """Return all of a file that is one document, or None when it is read or cannot be.

        One that is too large is returned as `oversize`, with its beginning.
        """
        if file.offset >= file.size:
            return None
        try:
            view = self._access.view(file)
            if view is None:
                return None
            wanted = MAX_DOCUMENT_BYTES if file.packed else min(MAX_DOCUMENT_BYTES, file.size)
            data = view.at(0, wanted + 1)
        except Rewritten:
            self._access.replaced.add(file.id)
            return None
        except OSError as error:
            self._unreadable(file, error)
            return None
        return self._whole(file, view, data)

    def finish(self, file: Position, block: Block) -> None:
        """Mark a document as read, to be read again when it changes."""
        file.offset = file.size
        file.lines = block.data.count(b"\n")
        self._access.end_stream(file.id)
        self.changed.add(file.id)

    def postponed(self, file: Position) -> bool:
        """Say whether a file has more to be read that only could not be had this time."""
        return file.id in self._access.postponed or file.id in self._access.replaced

    def ending(self, file: Position) -> bool:
        """Say whether a file is at the end of its life: its last line is whole as it stands."""
        return file.id in self._ending or self._access.has_whole_head(file.id)

    def _whole(self, file: Position, view: Plain | Unpacked, data: bytes) -> Block | None:
        """Return a document, or that it is too large or damaged; None while it is being written."""
        if isinstance(view, Unpacked):
            if view.refused:
                return Block(data[:EXCERPT_BYTES], 0, 1, refused=view.refused)
            file.size = view.reached + max(0, (self._access.size(file) or 0) - view.taken)
            if not view.complete and len(data) <= MAX_DOCUMENT_BYTES:
                self._wait(file, view)
                return None
        if len(data) > MAX_DOCUMENT_BYTES:
            return Block(data[:EXCERPT_BYTES], 0, 1, max(file.size, len(data)))
        return Block(data[: file.size], 0, 1) if data else None

    def _from_unpacked(self, file: Position, view: Unpacked, block: Block | None) -> Block | None:
        """Return the next block of a compressed file; what follows its last newline is a line."""
        if block is None and view.complete:
            block = next_block(view, file, last=True)
        if block is None and view.refused:
            why = view.refused
            excerpt = self.raw(file, file.offset, EXCERPT_BYTES)
            return Block(excerpt, file.offset, file.lines + 1, refused=why)
        if block is None:
            self._measure(file, view)
            if not view.complete:
                self._wait(file, view)
        return block

    def _measure(self, file: Position, view: Unpacked) -> None:
        """Set the size of a compressed file to what is known of it; free it at its end."""
        left = 0 if view.complete else max(0, (self._access.size(file) or 0) - view.taken)
        file.size = max(view.reached, file.offset) + left
        if view.complete and file.unread == 0:
            if file.note == _CUT_OFF:
                file.note = ""
            self._access.end_stream(file.id)

    def _wait(self, file: Position, view: Unpacked) -> None:
        view.waiting = True
        if file.note != _CUT_OFF:
            file.note = _CUT_OFF
            self.changed.add(file.id)
