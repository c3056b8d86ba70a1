"""A tailer over a folder of logs, with a clock that stands where the test puts it."""

from __future__ import annotations

import copy
import os
from typing import TYPE_CHECKING

from console.intake.tail import Tailer
from console.settings import Source

if TYPE_CHECKING:
    from pathlib import Path

    from console.intake.position import Position


class Watched:
    """A tailer over `logs` (or other sources); a restart keeps its positions and nothing else."""

    def __init__(self, folder: Path, *sources: str) -> None:
        self.logs = folder / "logs"
        self.logs.mkdir()
        self.sources = [Source(path=folder / source) for source in sources or ("logs",)]
        self.now_us = 0
        self.oversize: list[int] = []
        self.refused: list[str] = []
        self._last = 0
        self.tailer = self._tailer([])

    def _tailer(self, known: list[Position]) -> Tailer:
        return Tailer(self.sources, known, self._new_id, lambda: self.now_us)

    def _new_id(self) -> int:
        self._last += 1
        return self._last

    def restart(self) -> None:
        self.tailer.close()
        self.tailer = self._tailer(copy.deepcopy(list(self.tailer.files.values())))

    def sweep(self) -> list[bytes]:
        """Look once, and return the lines that were read, without their newlines."""
        found: list[bytes] = []
        for file in self.tailer.sweep():
            while (block := self.tailer.read(file)) is not None:
                assert (block.offset, block.line) == (file.offset, file.lines + 1)
                if block.refused:
                    self.refused.append(block.refused)
                    self.tailer.refuse(file, block.refused)
                    break
                if block.oversize:
                    self.oversize.append(block.oversize)
                else:
                    found += block.data.strip(b"\n").split(b"\n")
                self.tailer.advance(file, block)
        return found

    def states(self) -> dict[str, str]:
        files = self.tailer.files.values()
        return {os.fsdecode(file.path.rpartition(b"/")[2]): file.state for file in files}

    def notes(self) -> list[str]:
        return [file.note for file in self.tailer.files.values() if file.note]


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def obj(name: str) -> bytes:
    return b'{"line":"%s"}' % name.encode()


def numbered(first: int, last: int) -> bytes:
    """Return lines as logs have them: of one length, and alike but for a few bytes."""
    return b"".join(b'{"n":"%03d","%s":0}\n' % (each, b"." * 200) for each in range(first, last))
