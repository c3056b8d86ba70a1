"""The newest part of a backlog, read before the rest of it: short windows are told within seconds.

It is read by a collector of its own into a store that is thrown away; what is kept of it are counts
of the last hour, which are shown until the backlog itself is read. So nothing has to be taken back
when what came before changes a verdict, and nothing acts on a part of the story.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from console.burn import windows
from console.intake.newest import newest_from
from console.model import HOUR_US, MINUTE_US
from console.settings import Source
from console.store import ahead
from console.store import intake as kept
from console.store.connect import StoreError, Unwritable
from console.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.collector.intake import Intake
    from console.intake.position import Position
    from console.intake.tail import Tailer
    from console.settings import Settings

LEAST_BYTES = 12 * 1024 * 1024
"""A smaller backlog is read as soon as its newest part would be."""
_SHOWN_US = HOUR_US + 5 * MINUTE_US
"""An hour, and the time in which the rest of a backlog may be read."""
_BEFORE_US = 30 * MINUTE_US
"""What is read in addition, so that most runs which end in the hour also begin in what is read."""
_FAILURES = (Unwritable, StoreError, OSError)
"""What may go wrong with a store that is thrown away; then nothing is shown ahead of time."""


class Stepping(Protocol):
    """A collector, as far as it is needed to read to an end."""

    writer: Writer

    def step(self) -> int:
        """Do one turn; return the bytes read."""
        ...

    def close(self) -> None:
        """Close files and store."""
        ...


class _Part(NamedTuple):
    """A newest part that is being read: by whom, how much of it is left, and what it is for."""

    reader: Stepping
    left: int
    span: windows.Span


class Ahead:
    """Reads the newest part of a backlog between the first turn of a collector and the second.

    Args:
        writer: the store that is looked at.
        settings: those by which runs are judged.
        collect: makes a collector of settings and the path of a store; None: nothing is read ahead,
            and what an earlier collector left is thrown away all the same.
    """

    def __init__(
        self,
        writer: Writer,
        settings: Settings,
        collect: Callable[[Settings, Path], Stepping] | None,
    ) -> None:
        self._writer = writer
        self._settings = settings
        self._collect = collect
        self._folder = writer.path.with_name(writer.path.name + ".ahead")
        self._part: _Part | None = None
        self._begun = False
        self._shown = True
        """Whether something may be shown, of an earlier collector too."""

    @property
    def reading(self) -> bool:
        """Whether a newest part is being read."""
        return self._part is not None

    def turned(self, intake: Intake, now_us: int) -> None:
        """Begin, after a first turn that left a backlog; end, once everything is read."""
        if self._begun and not self._shown:
            return
        files = intake.unread()
        if self._shown and not files:
            with self._writer.transaction():
                ahead.forget(self._writer.connection)
            self._shown = False
        if not self._begun:
            self._begun = True
            with contextlib.suppress(*_FAILURES):
                self._begin(intake, files, now_us)

    def step(self) -> int:
        """Read on; return the bytes read, 0 where there is nothing to be read ahead of the rest."""
        part = self._part
        if part is None:
            return 0
        try:
            read = part.reader.step()
            self._part = part._replace(left=part.left - read)
            if read and self._part.left > 0:
                return read
            self._show(part)
        except _FAILURES:
            read = 0
        self.end()
        return read

    def end(self) -> None:
        """Throw away what was read, finished or not."""
        part, self._part = self._part, None
        if part is not None:
            with contextlib.suppress(*_FAILURES):
                part.reader.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _show(self, part: _Part) -> None:
        rows = ahead.found(part.reader.writer.connection, part.span)
        with self._writer.transaction():
            ahead.keep(self._writer.connection, part.span, rows)
        self._shown = True

    def _begin(self, intake: Intake, files: list[Position], now_us: int) -> None:
        """Begin where a backlog is long, and its newest part is a small part of it."""
        shutil.rmtree(self._folder, ignore_errors=True)
        unread = sum(file.unread for file in files)
        if unread < LEAST_BYTES or self._collect is None:
            return
        plain = [file for file in files if intake.reads_plainly(file)]
        newest = _newest(intake.tailer, plain, now_us - _SHOWN_US - _BEFORE_US)
        left = sum(file.unread for file in newest)
        if not 0 < left <= unread // 2:
            return
        self._folder.mkdir(mode=0o700)
        store = self._folder / self._writer.path.name
        _prepare(store, self._writer.path, newest, now_us)
        sources = tuple(
            Source(path=Path(os.fsdecode(file.path)), format="native") for file in newest
        )
        apart = msgspec.structs.replace(self._settings, sources=sources, notify=(), path=None)
        span = windows.trailing(now_us, _SHOWN_US)
        self._part = _Part(self._collect(apart, store), left, span)


def _newest(tailer: Tailer, files: list[Position], since_us: int) -> list[Position]:
    """Return files as if they had been read up to where they tell of what came since."""
    found = []
    for file in files:
        if file.mtime_ns // 1_000 < since_us:
            continue

        def read(offset: int, length: int, file: Position = file) -> bytes:
            return tailer.raw(file, offset, length)

        offset = newest_from(read, file.offset, file.size, since_us)
        if offset < file.size:
            found.append(
                msgspec.structs.replace(
                    file, offset=offset, lines=0, marker=b"", marked=0, latest_us=None,
                    routes=set(), rejected=0, late=0,
                )
            )  # fmt: skip
    return found


def _prepare(store: Path, live: Path, files: list[Position], now_us: int) -> None:
    """Make a store that judges as the live one does, and has read up to these positions."""
    writer = Writer(store)
    try:
        ahead.lend(writer.connection, live)
        with writer.transaction():
            kept.save_files(writer.connection, files, now_us)
    finally:
        writer.close()
