"""Running numbers of agents, and the lines that are missing from them.

An agent numbers its lines per start (`boot`). A number that lies between two that were read, and
was not read itself, is a line that was destroyed before it could be: a lost line on the
route, shown as such and not as health (semantics 8). Numbers may come late, twice, in any order.
"""

from __future__ import annotations

import bisect


class Sequence:
    """The numbers seen of one agent's start, as disjoint ranges in order."""

    __slots__ = ("_firsts", "_lasts")

    def __init__(self, ranges: list[tuple[int, int]] | None = None) -> None:
        self._firsts = [first for first, _ in ranges or ()]
        self._lasts = [last for _, last in ranges or ()]

    def add(self, number: int) -> bool:
        """Take in a number; False when it was seen before."""
        if self._lasts and number == self._lasts[-1] + 1:
            self._lasts[-1] = number
            return True
        place = bisect.bisect_right(self._firsts, number)
        if place and number <= self._lasts[place - 1]:
            return False
        joins_before = bool(place) and self._lasts[place - 1] == number - 1
        joins_after = place < len(self._firsts) and self._firsts[place] == number + 1
        if joins_before and joins_after:
            self._lasts[place - 1] = self._lasts.pop(place)
            del self._firsts[place]
        elif joins_before:
            self._lasts[place - 1] = number
        elif joins_after:
            self._firsts[place] = number
        else:
            self._firsts.insert(place, number)
            self._lasts.insert(place, number)
        return True

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """Return the ranges (first, last), in order."""
        return list(zip(self._firsts, self._lasts, strict=True))

    @property
    def missing(self) -> int:
        """Return how many numbers between the first and the last were not seen."""
        return sum(
            first - last - 1 for last, first in zip(self._lasts, self._firsts[1:], strict=False)
        )
