"""The runs of one route over a month, with what goes wrong, and when their lines are written.

A line may be written, or become readable, long after what it tells of, and out of order; a run that
counted as good may turn out bad much later, and then moves to the minute of its miss.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

from console.settings import RouteSettings

HOUR, DAY = 60, 1_440


class Cell(NamedTuple):
    """A difference to the counts of one minute of event time."""

    minute: int
    total: int
    bad: int


class Arrival(NamedTuple):
    """Lines that can be read from a true minute on; `heard` is the latest event among them."""

    at: int
    cells: tuple[Cell, ...]
    heard: int


class Trouble(NamedTuple):
    """A stretch of true minutes in which runs fail more often: `ppm` of them."""

    first: int
    end: int
    ppm: int


Course = Callable[[random.Random, int, int], list[tuple[int, int]]]
"""Gives (minute, runs) of a route from a first minute over so many days."""


def arrivals(
    chance: random.Random, settings: RouteSettings, first: int, days: int
) -> tuple[list[Arrival], int]:
    """Return the logs of a route, and the longest gap between its runs that is usual for it."""
    course, gap = chance.choices(COURSES, weights=WEIGHTS)[0]
    troubles = _troubles(chance, settings.budget_ppm, first, days)
    base_ppm = int(settings.budget_ppm * chance.choice((0, 0.1, 0.3, 0.8)))
    lateness = _lateness(chance, first, days)
    found = []
    for minute, runs in course(chance, first, days):
        ppm = max([base_ppm, *(each.ppm for each in troubles if each.first <= minute < each.end)])
        bad = sum(chance.randrange(1_000_000) < ppm for _ in range(runs))
        at = minute + lateness(minute)
        found.append(Arrival(at, (Cell(minute, runs, bad),), minute))
        if bad < runs and chance.random() < ppm / 4_000_000:
            found.append(_late_miss(chance, minute, at))
    return found, gap


def _late_miss(chance: random.Random, minute: int, at: int) -> Arrival:
    """A run that had counted as good was repaired by a human: it moves to that minute."""
    rescued = minute + chance.choice((3, 40, 7 * HOUR, 3 * DAY))
    known = max(at, rescued) + chance.choice((0, 0, 2, 5 * HOUR))
    return Arrival(known, (Cell(minute, -1, 0), Cell(rescued, 1, 1)), rescued)


def _troubles(chance: random.Random, budget_ppm: int, first: int, days: int) -> list[Trouble]:
    """Outages, bad hours, and slow burns of days; about every third route has a calm month."""
    found = []
    for _ in range(chance.choice((0, 1, 2, 3))):
        at = first + chance.randrange(days * DAY)
        length, ppm = chance.choice(
            (
                (chance.randrange(5, 30), 1_000_000),
                (chance.randrange(30, 5 * HOUR), 950_000),
                (chance.randrange(HOUR, 9 * HOUR), min(900_000, 15 * budget_ppm)),
                (chance.randrange(DAY, 6 * DAY), min(700_000, 4 * budget_ppm)),
                (chance.randrange(3 * DAY, 9 * DAY), min(500_000, 2 * budget_ppm)),
            )
        )
        found.append(Trouble(at, at + length, ppm))
    return found


def _lateness(chance: random.Random, first: int, days: int) -> Callable[[int], int]:
    """How many minutes lines of a minute are late: mostly none; in some stretches up to hours."""
    late = [
        (at := first + chance.randrange(days * DAY), at + chance.randrange(HOUR, 12 * HOUR))
        for _ in range(chance.choice((0, 0, 1, 2)))
    ]
    worst = chance.choice((10, 90, 6 * HOUR))

    def of(minute: int) -> int:
        hampered = any(begin <= minute < end for begin, end in late)
        return chance.randrange(worst) if hampered else 0

    return of


def _sparse(chance: random.Random, first: int, days: int) -> list[tuple[int, int]]:
    """Three runs a day, at any time."""
    return [(minute, 1) for minute in _scattered(chance, first, days, 3)]


def _sessions(chance: random.Random, first: int, days: int) -> list[tuple[int, int]]:
    """A burst of runs within a few minutes, once a day."""
    found = []
    for at in _scattered(chance, first, days, 1):
        found += [
            (at + 2 * step, chance.randrange(2, 20)) for step in range(chance.randrange(1, 4))
        ]
    return found


def _hourly(chance: random.Random, first: int, days: int) -> list[tuple[int, int]]:
    """A batch every hour by day, with quiet nights, for a week."""
    begin = first + chance.randrange(max(1, days - 7)) * DAY
    return [
        (minute, chance.randrange(5, 60))
        for minute in range(begin, min(begin + 7 * DAY, first + days * DAY), HOUR)
        if 6 <= minute // HOUR % 24 < 22
    ]


def _busy(chance: random.Random, first: int, days: int) -> list[tuple[int, int]]:
    """Hundreds of runs an hour, in most minutes of some hours of two days; else three a day."""
    found = [(first + day * DAY + 19 * HOUR, 3) for day in range(days)]
    for at in sorted(chance.sample(range(days), min(days, 2))):
        begin = first + at * DAY + 9 * HOUR
        found += [
            (minute, chance.randrange(1, 9))
            for minute in range(begin, begin + chance.randrange(2, 5) * HOUR)
            if chance.random() < 0.8
        ]
    return sorted(found)


def _scattered(chance: random.Random, first: int, days: int, times: int) -> list[int]:
    return sorted(
        first + day * DAY + chance.randrange(DAY) for day in range(days) for _ in range(times)
    )


COURSES: tuple[tuple[Course, int], ...] = (
    (_sparse, 14 * HOUR),
    (_sessions, 30 * HOUR),
    (_hourly, 9 * HOUR),
    (_busy, DAY),
)
WEIGHTS = (7, 7, 3, 3)
