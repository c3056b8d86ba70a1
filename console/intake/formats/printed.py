"""What an agent prints as it works: one message a line, most of which name no time.

For the time at which a line is read the file's modification time stands: right to the poll while a
run is followed live, the end of the last turn in a file that is read after the fact.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import msgspec

from console.intake.formats.codex_records import EXEC_HEAD, Found, records
from console.intake.formats.codex_turns import Telling, Turns
from console.intake.reading import Batch, Rejected
from console.text import NAME_LIMIT, clean

if TYPE_CHECKING:
    from pathlib import Path

NO_TIME = "this line names no time, and the file's own is not to be had"


class _Story(Protocol):
    written_us: int | None
    turns: Turns


def numbered(session: str, file: str, number: int) -> str:
    """Return the id of a turn; its number stands there whole, however long the names are."""
    own = f":{number}"
    return clean(f"{session}:{file}", NAME_LIMIT - len(own)) + own


StoryT = TypeVar("StoryT", bound=_Story)


class PrintedReader(ABC, Generic[StoryT]):
    """Reads one such file; `story` is all that is carried from one block to the next.

    Its `written_us` is when the file was last written, as far as is known.
    """

    def __init__(self, path: Path, story: StoryT) -> None:
        self._path = path
        self._story = story
        self._turns = Telling(story.turns)

    def feed(self, block: bytes, offset: int, line: int) -> Batch:
        """Read whole lines; see `Reader.feed`."""
        rejected: list[Rejected] = []
        self._look_at_time()
        for found in records(block, offset, line, EXEC_HEAD):
            if isinstance(found, Rejected):
                rejected.append(found)
                continue
            reason = self._take(found)
            if reason:
                rejected.append(found.refused(reason, block, offset))
        return self._drain(rejected)

    def settle(self, clock_us: int) -> Batch:
        """Decide what the clock alone decides, everything up to `clock_us` being read."""
        self._turns.settle(clock_us)
        return self._drain([])

    def dump(self) -> bytes:
        """Return the story so far as bytes."""
        return msgspec.msgpack.encode(self._story)

    @abstractmethod
    def _take(self, found: Found) -> str:
        """Apply one message; return why it cannot be, or ""."""

    def _drain(self, rejected: list[Rejected]) -> Batch:
        batch = Batch(self._turns.events, rejected)
        self._turns.events = []
        return batch

    def _look_at_time(self) -> None:
        """Take the file's modification time for now; never go back."""
        try:
            modified_us = self._path.stat().st_mtime_ns // 1000
        except (OSError, ValueError):
            return
        self._story.written_us = max(modified_us, self._story.written_us or 0)
