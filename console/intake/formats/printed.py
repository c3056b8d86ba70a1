"""What an agent prints as it works: one message a line, most of which name no time.

For the time at which a line is read the file's modification time stands: right to the poll while a
run is followed live, the end of the last turn in a file that is read after the fact.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import msgspec

from console.intake.formats.claude_runs import directive
from console.intake.formats.codex_records import EXEC_HEAD, Fields, Found, records
from console.intake.formats.codex_turns import Place, Telling, Turn, Turns
from console.intake.reading import Batch, Rejected
from console.model import MINUTE_US
from console.text import NAME_LIMIT, clean

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST_MS = 1000 * 86_400_000
"""No turn takes as long."""
NO_TIME = "this line names no time, and the file's own is not to be had"


class _Story(Protocol):
    written_us: int | None
    turns: Turns


class _Prompted(_Story, Protocol):
    session: str
    count: int
    waiting: Place | None


StoryT = TypeVar("StoryT", bound=_Story)
PromptedT = TypeVar("PromptedT", bound=_Prompted)


def took_s_of(fields: Fields) -> float | None:
    """Return how long a turn took in all, None where that is not said, or is no length of one."""
    took_ms = fields.number("duration_ms")
    return took_ms / 1000 if took_ms is not None and 0 <= took_ms < _LONGEST_MS else None


def numbered(session: str, file: str, number: int) -> str:
    """Return the id of a turn; its number stands there whole, however long the names are."""
    own = f":{number}"
    return clean(f"{session}:{file}", NAME_LIMIT - len(own)) + own


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


class PromptedReader(PrintedReader[PromptedT]):
    """Reads a file whose turns begin with a prompt that a hook may yet turn down.

    A turn has no id of its own: it is named after its session, its file and its number there. Of
    the story `waiting` is where a turn began of which nothing was said since.
    """

    def settle(self, clock_us: int) -> Batch:
        """Begin a turn that waits for a minute; tell what has waited for ten."""
        waiting = self._story.waiting
        if waiting is not None and clock_us > waiting.ts_us + MINUTE_US:
            self._turn(waiting)
        return super().settle(clock_us)

    def _turn(self, place: Place) -> Turn:
        """Return the turn under way; where one waits, or none is, that which begins."""
        story, turn = self._story, self._story.turns.turn
        if story.waiting is None and turn is not None and not turn.ended:
            return turn
        begun, story.waiting = story.waiting or place, None
        begun = msgspec.structs.replace(begun, ts_us=min(begun.ts_us, place.ts_us))
        turn = self._next()
        self._turns.begin(begun, turn)
        return turn

    def _turn_down(self, place: Place, text: str) -> None:
        """Record that a hook let the prompt not come to the agent: its turn never started."""
        self._story.waiting = None
        self._story.turns.turn = self._next()
        self._turns.cancel(place, directive(text) or "hook", text)

    def _next(self) -> Turn:
        story = self._story
        story.count += 1
        id_ = numbered(story.session or "session", self._path.stem, story.count)
        return Turn(id=id_, route=self._route())

    @abstractmethod
    def _route(self) -> str:
        """Return the route of the turn that begins."""
