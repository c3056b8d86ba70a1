"""Attempts under way: a thread for each, so that one that hangs stops nothing else.

The threads touch neither store nor channel list; they hand back a result. They are daemons: a
process ends although one of them never does.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.model import Notice
from console.notify.channel import NotDelivered

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.notify.channel import Channel
    from console.store.outbox import Due

AT_ONCE = 4
"""How many attempts a channel makes at once."""
MOST_HANGING = 16
"""How many attempts of a channel may hang before it makes no new ones."""
TIMEOUT_S = 30.0
"""After how many seconds an attempt counts as failed; a late answer is heard all the same."""


class Result(NamedTuple):
    """What became of an attempt: `note` says why it failed, "" where the notice arrived."""

    channel: str
    number: int
    note: str


class Attempts:
    """What is under way on all channels.

    Args:
        clock: seconds that only go forward.
        spawn: runs a function beside the caller.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        spawn: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self._clock = clock
        self._spawn = spawn or _beside
        self._results: queue.SimpleQueue[tuple[object, Result]] = queue.SimpleQueue()
        self._begun: dict[object, tuple[str, int, float]] = {}
        self._hanging: dict[object, str] = {}

    @property
    def pending(self) -> bool:
        """Say whether an attempt is under way that was not given up."""
        return bool(self._begun)

    def under_way(self, channel: str) -> set[int]:
        """Return the numbers of the notices that a channel is being told."""
        return {number for place, number, _ in self._begun.values() if place == channel}

    def room(self, channel: str) -> int:
        """Return how many more attempts a channel may make now."""
        busy = len(self.under_way(channel))
        hanging = sum(place == channel for place in self._hanging.values())
        return max(0, min(AT_ONCE - busy, MOST_HANGING - hanging - busy))

    def start(self, channel: Channel, due: Due) -> None:
        """Attempt a delivery beside the caller."""
        mark = object()
        self._begun[mark] = (channel.id, due.number, self._clock())
        try:
            self._spawn(lambda: self._results.put((mark, _attempt(channel, due))))
        except RuntimeError:  # the machine has no thread left
            self._results.put((mark, Result(channel.id, due.number, "no thread could be started")))

    def wait(self, patience_s: float) -> Result | None:
        """Return the next result, as soon as there is one; None after `patience_s`."""
        try:
            return self._taken(*self._results.get(timeout=max(0.0, patience_s)))
        except queue.Empty:
            return None

    def results(self) -> list[Result]:
        """Return what has become of attempts since the last call, those given up included.

        The failure of an attempt that was given up before is told no second time.
        """
        found = []
        while (result := self._next()) is not None:
            if result.number:
                found.append(result)
        return [*found, *self._given_up()]

    def _next(self) -> Result | None:
        try:
            return self._taken(*self._results.get_nowait())
        except queue.Empty:
            return None

    def _taken(self, mark: object, result: Result) -> Result:
        late = self._hanging.pop(mark, None) is not None
        self._begun.pop(mark, None)
        return result._replace(number=0) if late and result.note else result

    def _given_up(self) -> list[Result]:
        now_s = self._clock()
        late = [mark for mark, begun in self._begun.items() if now_s - begun[2] >= TIMEOUT_S]
        found = []
        for mark in late:
            channel, number, _ = self._begun.pop(mark)
            self._hanging[mark] = channel
            found.append(Result(channel, number, f"no answer within {TIMEOUT_S:g} s"))
        return found


def _beside(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="burnline-notify", daemon=True).start()


def _attempt(channel: Channel, due: Due) -> Result:
    try:
        notice = msgspec.json.decode(due.body, type=Notice)
        channel.carrier.deliver(notice, again=due.attempts > 0)
    except NotDelivered as reason:
        return Result(channel.id, due.number, str(reason))
    except BaseException as error:  # noqa: BLE001 - nothing that one notice does may stop another
        # Its words may hold the address.
        return Result(channel.id, due.number, f"{type(error).__name__} in the channel")
    return Result(channel.id, due.number, "")
