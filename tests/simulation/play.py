"""Plays a seed: each route of its world through the program's core and through the oracle.

Only minutes in which something can change are visited: those in which lines can be read, in which a
run leaves a window, in which a clock or the collector changes, and those that the core asks for.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from console.model import MINUTE_US
from tests.simulation.judge import Judge, Violation
from tests.simulation.naive import Naive
from tests.simulation.ours import Core
from tests.simulation.traffic import DAY, HOUR, Arrival
from tests.simulation.world import Route, World, build, instant_us

CATCHING_UP = 3
"""How many minutes a collector that starts takes to read what was written without it."""
_WINDOWS = (0, HOUR, DAY, 90 * DAY)


class Played(NamedTuple):
    """What came of a seed: what must not have happened, and how much did happen."""

    violations: list[Violation]
    looks: int
    pages: int
    tickets: int


def play(seed: int, routes: int = 50, days: int = 30) -> Played:
    """Play every route of a seed."""
    world = build(seed, routes, days)
    found, seen = [], Counter[str]()
    for route in world.routes:
        course = Course(world, route)
        course.run()
        found += course.judge.found
        seen["looks"] += course.core.looks
        for notice in course.core.outbox.values():
            seen[f"{notice.severity.value} {notice.what}"] += 1
    return Played(found, seen["looks"], seen["page opened"], seen["ticket opened"])


class Course:
    """One route on both sides."""

    def __init__(self, world: World, route: Route) -> None:
        self._world, self._route = world, route
        self.core = Core(route)
        self._naive = Naive(route.settings, route.gap_minutes)
        self.judge = Judge(world.seed, self._naive)
        self._chance = random.Random(f"crashes {world.seed} {route.settings.name}")
        self._written = 0
        self._unread: list[Arrival] = []
        self._reading_until = 0
        self._was_down = False
        self._shift = 0

    def run(self) -> None:
        """Go through the whole time of the world."""
        visits = sorted(self._visits())
        heapq.heapify(visits)
        before = -1
        while visits:
            minute = heapq.heappop(visits)
            if minute == before or not self._world.first <= minute < self._world.end:
                continue
            before = minute
            due = self._step(minute)
            if due > minute:
                heapq.heappush(visits, due)
        self.judge.check_told(self.core.opened, self.core.outbox.values())

    def _visits(self) -> set[int]:
        """Return the true minutes in which anything may change, whatever the core thinks."""
        world, lengths = self._world, {*self._naive.lengths, *_WINDOWS}
        window = self._route.settings.window
        if window.days is not None:
            lengths.add(window.days * DAY)
        walls = {
            cell.minute + length
            for arrival in self._route.arrivals
            for cell in arrival.cells
            for length in lengths
        }
        found = {arrival.at for arrival in self._route.arrivals} | walls
        if window.days is None:
            found.update(range(world.first, world.end, HOUR))
        for jump in world.jumps:
            found.update(at for wall in walls if jump.first <= (at := wall - jump.shift) < jump.end)
        edges = world.edges()
        found.update(at + later for at in edges for later in range(CATCHING_UP + 1))
        return found

    def _step(self, minute: int) -> int:
        """Let a minute pass on both sides; return when the core is to be looked at again."""
        wall = self._world.wall(minute)
        for arrival in self._arrived(minute):
            self._naive.take(arrival)
            self._unread.append(arrival)
        down = self._world.down(minute)
        behind = not down and self._read(minute)
        if not down:
            jumped, self._shift = wall - minute != self._shift, wall - minute
            self.core.look(instant_us(wall), behind=behind, jumped=jumped, crash=self._crash)
        self._was_down = down
        self.judge.compare(minute, wall, self.core, judged=not down and not behind)
        return minute + -(-(self.core.due_us - instant_us(wall)) // MINUTE_US)

    def _arrived(self, minute: int) -> Iterator[Arrival]:
        arrivals = self._route.arrivals
        while self._written < len(arrivals) and arrivals[self._written].at <= minute:
            self._written += 1
            yield arrivals[self._written - 1]

    def _read(self, minute: int) -> bool:
        """Read what there is, after a start only some of it; return whether some is left."""
        if self._was_down:
            self.core.restart()
            self._reading_until = minute + CATCHING_UP
        behind = minute < self._reading_until and bool(self._unread)
        count = len(self._unread) // 2 if behind else len(self._unread)
        self.core.read(self._unread[:count])
        del self._unread[:count]
        return behind

    def _crash(self) -> str:
        """Return whether the evaluator dies now, and on which side of its commit."""
        if self._chance.random() >= self._world.crash_chance:
            return ""
        return self._chance.choice(("before", "after"))
