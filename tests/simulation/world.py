"""What happens in one seed: routes, their runs, when their logs can be read, clocks and failures.

Time is a whole number of minutes since the epoch. *True* time is that of the agents; the machine of
the console may for a while believe in another (`wall`). Everything follows from the seed alone.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import NamedTuple

from console.model import MINUTE_US, Window
from console.settings import RouteSettings
from tests.simulation.traffic import DAY, HOUR, Arrival, arrivals

START = 1_773_100_800 // 60
"""2026-03-10T00:00Z: the clocks of Berlin go forward, and a month ends, within 30 days of it."""
AHEAD = 5
"""Lines that are further ahead of the clock than this wait until their time has come."""
WINDOWS = (
    Window(),
    Window(),
    Window(days=1),
    Window(days=7),
    Window(days=28),
    Window(days=90),
    Window(days=None, unit="day", timezone="Europe/Berlin"),
    Window(days=None, unit="week", timezone="America/New_York"),
    Window(days=None, unit="month", timezone="Europe/Berlin"),
)
TIERS = (("low", 50_000), ("medium", 20_000), ("high", 10_000), ("critical", 5_000))
ODD_BUDGETS = (1_000, 72_000, 100_000, 200_000)
"""Objectives at which built-in thresholds are lowered or dropped, and one of three nines."""


class Stretch(NamedTuple):
    """True minutes from `first` up to, and without, `end`; `shift` is that of the wall clock."""

    first: int
    end: int
    shift: int = 0


class Route(NamedTuple):
    """A route: its settings, the longest gap that is usual for it, and its logs by arrival."""

    settings: RouteSettings
    gap_minutes: int
    arrivals: tuple[Arrival, ...]


class World(NamedTuple):
    """One seed. `jumps` are those of the wall clock, `downs` when no collector runs."""

    seed: int
    first: int
    end: int
    routes: tuple[Route, ...]
    jumps: tuple[Stretch, ...]
    downs: tuple[Stretch, ...]
    crash_chance: float

    def wall(self, minute: int) -> int:
        """Return what the machine's clock says at a true minute."""
        return minute + next((each.shift for each in self.jumps if within(minute, each)), 0)

    def down(self, minute: int) -> bool:
        """Say whether no collector runs at a true minute."""
        return any(within(minute, each) for each in self.downs)

    def edges(self) -> list[int]:
        """Return the minutes at which clocks jump, or the collector ends or begins."""
        return sorted({at for each in (*self.jumps, *self.downs) for at in (each.first, each.end)})


def within(minute: int, stretch: Stretch) -> bool:
    """Say whether a minute lies in a stretch."""
    return stretch.first <= minute < stretch.end


def build(seed: int, routes: int = 50, days: int = 30) -> World:
    """Return the world of a seed."""
    chance = random.Random(f"world {seed}")
    end = START + days * DAY
    jumps = _apart(chance, days // 4, end, lambda: chance.choice((-180, -30, 20, 90, 300)))
    world = World(
        seed, START, end, (), jumps, _apart(chance, days // 6, end, lambda: 0), crash_chance=0.004
    )
    made = tuple(_route(world, number, days) for number in range(routes))
    return world._replace(routes=made)


def _apart(
    chance: random.Random, count: int, end: int, shift: Callable[[], int]
) -> tuple[Stretch, ...]:
    """Return stretches of minutes to hours that do not touch each other."""
    found: list[Stretch] = []
    at = START + chance.randrange(DAY, 3 * DAY)
    while len(found) < count and at < end - DAY:
        length = chance.choice((1, 7, 45, 4 * HOUR, 9 * HOUR))
        found.append(Stretch(at, at + length, shift()))
        at += length + chance.randrange(12 * HOUR, 6 * DAY)
    return tuple(found)


def _route(world: World, number: int, days: int) -> Route:
    chance = random.Random(f"route {world.seed} {number}")
    settings = _settings(chance, number)
    logs, gap = arrivals(chance, settings, world.first, days)
    logs = _readable(world, logs)
    return Route(settings, gap, tuple(sorted(logs, key=lambda each: each.at)))


def _settings(chance: random.Random, number: int) -> RouteSettings:
    tier, budget_ppm = chance.choice(TIERS)
    if chance.random() < 0.15:
        budget_ppm = chance.choice(ODD_BUDGETS)
    return RouteSettings(
        name=f"route-{number}",
        tier=tier,
        budget_ppm=budget_ppm,
        window=chance.choice(WINDOWS),
        owner="dana",
        min_runs=chance.choice((10, 10, 10, 4, 30)),
        min_misses=chance.choice((2, 2, 2, 3)),
        absent_after_us=_absent_us(chance),
    )


def _absent_us(chance: random.Random) -> int | None:
    minutes = chance.choice((None, None, None, 45, 4 * HOUR, 3 * DAY))
    return None if minutes is None else minutes * MINUTE_US


def _readable(world: World, logs: Iterable[Arrival]) -> list[Arrival]:
    """Return logs with the minute at which they count: lines from the future wait for their time.

    While the wall clock is behind, an event of now is one of the future.
    """
    edges = [each.first for each in world.jumps]
    found: list[Arrival] = []
    for log in logs:
        place = bisect_right(edges, log.at) - 1
        at = log.at
        if place >= 0 and within(at, world.jumps[place]):
            jump = world.jumps[place]
            if log.heard > at + jump.shift + AHEAD:
                at = min(jump.end, log.heard - jump.shift)
        if log.cells[0].total < 0:  # what moves is known by then
            at = max(at, found[-1].at)
        found.append(log._replace(at=at))
    return found


def instant_us(wall: int) -> int:
    """Return the instant at which a wall minute is evaluated: near its end."""
    return wall * MINUTE_US + 59_000_000
