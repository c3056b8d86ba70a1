"""Deadlines, and the clock that fires them.

A deadline fires from the wall clock only once every file has been read to its end. Until then the
clock is the watermark: the earliest, over the unread files, of the latest event time read, and
never later than now. So a console that starts after a long stop invents no misses for lines that
it has not read yet (semantics 3).
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

NEVER_US = -(2**62)
"""The clock of a route whose files have not been begun: no deadline has passed."""


class Progress(NamedTuple):
    """How far one file is read: its routes so far, the latest event time, whether to its end."""

    routes: frozenset[str]
    latest_us: int | None
    finished: bool


def reading_clock(files: Iterable[Progress], now_us: int) -> int:
    """Return the instant up to which deadlines may fire.

    Any file that is not read to its end holds the clock at the latest event that it has shown, for
    every route: what it has not shown yet may be the outcome of a run of another file.
    """
    clock_us = now_us
    for file in files:
        if file.finished:
            continue
        if file.latest_us is None:
            return NEVER_US
        clock_us = min(clock_us, file.latest_us)
    return clock_us


class Agenda:
    """The next deadline of each run, by route. An entry that was overtaken is dropped when met."""

    def __init__(self) -> None:
        self._heaps: dict[str, list[tuple[int, str]]] = {}
        self._current: dict[tuple[str, str], int] = {}

    def set(self, route: str, run: str, deadline_us: int | None) -> None:
        """Put, move or take out the deadline of a run."""
        key = (route, run)
        if deadline_us is None:
            self._current.pop(key, None)
        elif self._current.get(key) != deadline_us:
            self._current[key] = deadline_us
            heapq.heappush(self._heaps.setdefault(route, []), (deadline_us, run))

    def routes(self) -> list[str]:
        """Return the routes that have deadlines to come."""
        return list(self._heaps)

    def due(self, route: str, clock_us: int) -> list[str]:
        """Return the runs of a route whose deadline the clock has passed, and forget it."""
        heap = self._heaps.get(route, [])
        found = []
        while heap and heap[0][0] < clock_us:
            deadline_us, run = heapq.heappop(heap)
            if self._current.get((route, run)) == deadline_us:
                del self._current[route, run]
                found.append(run)
        if not heap:
            self._heaps.pop(route, None)
        return found

    def __len__(self) -> int:
        return len(self._current)
