"""Sample agents at work: one after another run, logged in the agent's own log, under its guard."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from random import Random

from console.agent import AgentLog, Guard, RoutePaused
from console.demo.conduct import Conduct, Floor, live_course, live_script
from console.simulate.lines import Line
from console.simulate.profile import RouteProfile

Wait = Callable[[float], bool]
"""Waits for some seconds; says True when the agents are to end."""
_LONGEST_RUN_S = 2.5


class Route:
    """What the agents of one route share: its kind of work, its fates, its run ids, its floor."""

    def __init__(
        self, profile: RouteProfile, between_s: float, started_s: int, rng: Random
    ) -> None:
        self.profile = profile
        self.between_s = between_s
        self.course = live_course(profile, rng)
        self.floor = Floor()
        self._lock = threading.Lock()
        self._ids: Iterator[int] = itertools.count(1)
        self._prefix = f"{profile.code}-{started_s % 1_000_000:06}"

    def script_of_next(self, rng: Random) -> tuple[str, list[Line]]:
        """Return the id and the script of the next run; ids differ from one start to the next."""
        with self._lock:
            run = f"{self._prefix}-{next(self._ids)}"
            work_s = rng.uniform(0.2, 0.5) * min(self.between_s, 2 * _LONGEST_RUN_S)
            work_us = int(work_s * 1_000_000)
            return run, live_script(self.profile, run, self.course, work_us, rng)


class LiveAgent:
    """One sample agent: starts runs at its route's pace while its guard lets it."""

    def __init__(self, route: Route, guard: Guard, log: AgentLog, wait: Wait, rng: Random) -> None:
        self._route = route
        self._guard = guard
        self._log = log
        self._wait = wait
        self._rng = rng

    def live(self) -> None:
        """Work until told to end; a run that has begun is finished."""
        first_s = self._rng.random() * self._route.between_s
        while not self._wait(first_s):
            self.turn()
            first_s = min(self._rng.expovariate(1), 2.5) * self._route.between_s

    def turn(self) -> bool:
        """Do one run if the guard and the other agents let it start; say whether it did."""
        floor = self._route.floor
        if not floor.enter(alone=self._guard.state == "reduced"):
            return False
        try:
            run, script = self._route.script_of_next(self._rng)
            with self._guard.run(run):
                self._work(run, script)
        except RoutePaused:
            return False
        finally:
            floor.leave()
        return True

    def close(self) -> None:
        """End the guard's watch."""
        self._guard.close()

    def _work(self, run: str, script: list[Line]) -> None:
        conduct = Conduct(self._guard, run)
        at_us = 0
        for meant in script:
            self._wait((meant.at_us - at_us) / 1_000_000)
            at_us = meant.at_us
            line = conduct.line(meant)
            if line is not None:
                self._log.emit(line.event, line.run, **line.fields)
