"""The budget that remained over its window, kept as it is counted: fractions are made to be drawn.

A fleet of a thousand routes has a hundred thousand points, and an operator looks at one route.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import repeat

import msgspec

POINTS = 120


class Curve(msgspec.Struct, frozen=True):
    """What remained of a budget of `allowed` misses: that of the whole window as it stands now.

    The window is cut into stretches of `width` hours, numbered since the epoch from `first` on, of
    which `ends` are the instants at which they ended, oldest first. `missed` has (hour since the
    epoch, runs that missed in it), oldest first. `left` is what remains at `now_us`, to the minute;
    None where no run closed.
    """

    first: int = 0
    width: int = 1
    ends: tuple[int, ...] = ()
    missed: tuple[tuple[int, int], ...] = ()
    allowed: Fraction = Fraction(0)
    now_us: int = 0
    left: Fraction | None = None

    @property
    def points(self) -> tuple[tuple[int, Fraction], ...]:
        """Return (instant, budget remaining), oldest first, at most `POINTS`; it only falls.

        1 - bad so far / allowed. The last point is what is left now.
        """
        if self.left is None:
            return ()
        points = list[tuple[int, Fraction]]()
        level, bad = Fraction(1), 0
        for hour, missed in self.missed:
            points += zip(self.ends[len(points) : hour // self.width - self.first], repeat(level))
            bad += missed
            level = 1 - bad / self.allowed
        points += zip(self.ends[len(points) :], repeat(level))
        return (*points[1 - POINTS :], (self.now_us, self.left))
