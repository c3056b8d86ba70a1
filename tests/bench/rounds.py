"""Interleaved rounds, and what they say: a median with its spread.

A shared machine slows everything down for minutes at a time. What is compared therefore runs in the
same rounds, one after the other, each round beginning with another one, and ratios are those of the
pairs of a round.
"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")


class Sample(msgspec.Struct, frozen=True):
    """The median of some rounds, with the lowest and the highest of them."""

    median: float
    low: float
    high: float
    rounds: int

    def overlaps(self, other: Sample) -> bool:
        """Say whether two spreads have anything in common."""
        return self.low <= other.high and other.low <= self.high


def sample(values: Sequence[float]) -> Sample:
    """Return what at least one value says."""
    return Sample(statistics.median(values), min(values), max(values), len(values))


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Sample | None:
    """Return ours over theirs, round by round; None where theirs is too small to be divided by."""
    pairs = list(zip(ours, theirs, strict=True))
    if any(other <= 0 for _, other in pairs):
        return None
    return sample([own / other for own, other in pairs])


def interleave(contestants: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Run each contestant once a round, in an order that moves on by one from round to round."""
    names = list(contestants)
    found: dict[str, list[T]] = {name: [] for name in names}
    for number in range(rounds):
        start = number % len(names)
        for name in names[start:] + names[:start]:
            found[name].append(contestants[name]())
    return found
