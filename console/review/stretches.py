"""Where misses lie close together, and where they lie thick over days. Exact, in integers."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from console.burn import arithmetic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.review.past import Past
    from console.store.past import BadRun

LONGEST = 240
"""A burst takes at most so many minutes."""
FEWEST = 2


def bursts(past: Past) -> list[tuple[BadRun, ...]]:
    """Return the bursts of a route, by time.

    The stretch with the most bad runs is taken first (of equals the shortest, then the earliest),
    and its runs are not looked at again.
    """
    rest = list(past.charged)
    found: list[tuple[BadRun, ...]] = []
    while stretch := _thickest(past, rest):
        found.append(stretch)
        taken = {run.run for run in stretch}
        rest = [run for run in rest if run.run not in taken]
    return sorted(found, key=lambda runs: runs[0].minute)


def _thickest(past: Past, rest: Sequence[BadRun]) -> tuple[BadRun, ...]:
    """Return the stretch of most bad runs at or over the paging share, empty for none.

    Stretches begin and end with whole minutes that have bad runs, so that the work grows with
    such minutes, not with runs.
    """
    share = past.paging_share
    minutes = [run.minute for run in rest]
    marks = sorted(set(minutes))
    best: tuple[int, int, int, int] | None = None
    for place, first in enumerate(marks):
        low = bisect_left(minutes, first)
        for last in marks[place : bisect_left(marks, first + LONGEST)]:
            high = bisect_left(minutes, last + 1)
            count = high - low
            over = count * share.denominator >= share.numerator * past.closed(first, last + 1)
            key = (-count, last - first, low, high)
            if count >= FEWEST and over and (best is None or key < best):
                best = key
    return () if best is None else tuple(rest[best[2] : best[3]])


def worst_stretch(past: Past, runs: Sequence[BadRun]) -> tuple[BadRun, ...]:
    """Return the consecutive bad runs that exceed the budget the most: max(bad - B * total).

    The largest sum of a contiguous stretch (Kadane): each bad run adds one, and each closed run
    takes B away, counted from one bad run up to the next.
    """
    best, best_sum = (0, 0), 0
    first, total = 0, 0
    for place, run in enumerate(runs):
        total += arithmetic.PPM
        if total > best_sum:
            best, best_sum = (first, place + 1), total
        if place + 1 < len(runs):
            between = past.closed(run.minute, runs[place + 1].minute)
            total -= between * past.route.budget_ppm
            if total <= 0:
                first, total = place + 1, 0
    return tuple(runs[slice(*best)])
