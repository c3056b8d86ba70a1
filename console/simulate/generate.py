"""Writes the logs of a fleet, route by route, and says what it made happen."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

from console.model import DAY_US, SECOND_US
from console.simulate.chance import dice
from console.simulate.course import Course, Outcome, ordinary_misses
from console.simulate.fleet import GROUP, at_scale, fleet, scaled, span_of
from console.simulate.incidents import Change, Episode, Span, episodes, routine_changes, surges
from console.simulate.lines import Line, stamp
from console.simulate.profile import Fate, RouteProfile
from console.simulate.script import compose
from console.simulate.traffic import arrivals
from console.simulate.truth import Tally, Truth, merged, read_truth, truth_path, write_truth
from console.simulate.writer import RouteLog

_RESTART_DAYS = 11.0
"""An agent restarts for reasons of its own about this seldom."""
_ENDS = ("run.delivered", "run.failed", "run.cancelled", "handoff", "uncertain")


def simulate(
    out: Path,
    *,
    routes: int = 8,
    days: int = 30,
    lines: int | None = None,
    seed: int = 1,
    end_us: int,
) -> Truth:
    """Write `days` days of native logs up to `end_us` as `out/<route>/<agent>.jsonl`.

    The same arguments write the same bytes. `lines` scales the traffic to about that many lines.
    The truth is returned, and written beside `out`. Raises FileExistsError if `out` holds anything
    but an earlier simulation, ValueError for less than one route or day.
    """
    span = span_of(end_us, days)
    profiles = fleet(routes, seed)
    _clear(out)
    truth = Truth(seed=seed, since=stamp(span.from_us), until=stamp(span.to_us))
    incidents = []
    for index, factor in enumerate(scaled(profiles, days, lines)):
        shared = dice(seed, "group", index // GROUP)
        route = _Route(profiles[index], factor, span, seed, shared)
        tally = route.write(out)
        truth.routes[profiles[index].name] = tally.route
        truth.lines += tally.route.lines
        incidents += tally.incidents
    truth.incidents = merged(incidents)
    write_truth(truth, out)
    return truth


def _clear(out: Path) -> None:
    """Remove an earlier simulation; leave anything else alone by refusing it."""
    if not out.exists() or not any(out.iterdir()):
        return
    beside = truth_path(out)
    known = set(read_truth(beside).routes) if beside.exists() else set()
    if not {entry.name for entry in out.iterdir()} <= known:
        raise FileExistsError(f"{out} holds files that no simulation wrote: choose a new directory")
    for name in known:
        shutil.rmtree(out / name, ignore_errors=True)


class _Route:
    """One route on its way into its files."""

    def __init__(
        self, profile: RouteProfile, factor: float, span: Span, seed: int, shared: Random
    ) -> None:
        self._rng = dice(seed, profile.name)
        self._episodes = episodes(profile, span, self._rng, shared)
        self._changes = _all_changes(span, self._episodes, self._rng)
        scale = factor * (span.to_us - span.from_us) / (30 * DAY_US)
        ordinary = ordinary_misses(profile, span, scale, self._rng)
        self._course = Course(self._episodes, ordinary, self._rng)
        self._profile = at_scale(profile, factor)
        silences = [one.from_us for one in self._episodes if one.silent]
        self._span = Span(span.from_us, min(silences, default=span.to_us))
        self._next_run = self._rng.randrange(1_000, 9_000)

    def write(self, out: Path) -> Tally:
        """Write all files of the route and return what was made to happen."""
        profile, rng = self._profile, self._rng
        restarts = [_restarts(self._span, self._changes, rng) for _ in range(profile.agents)]
        folder = out / profile.name
        with RouteLog(folder, profile.name, profile.code, restarts, rng) as log:
            tally = Tally(profile, log.agents, self._episodes)
            log.add(0, _change_lines(self._changes, rng))
            for start_us in arrivals(profile, self._span, surges(self._episodes), rng):
                log.flush(start_us)
                self._run(start_us, log, tally)
            log.flush()
            tally.route.lines = log.lines
        return tally

    def _run(self, start_us: int, log: RouteLog, tally: Tally) -> None:
        """Write one run, unless the end of the logs would leave its verdict to a deadline."""
        outcome = self._course.outcome(start_us)
        self._next_run += self._rng.choice((1, 1, 1, 2, 3))
        run = f"{self._profile.code}-{self._next_run}"
        fate, check = outcome.fate, outcome.check
        lines = compose(self._profile, run, start_us, fate, self._rng, check=check)
        agent = self._rng.randrange(self._profile.agents)
        if lines[-1].at_us > self._span.to_us:
            lines = self._in_flight(lines)
            outcome = Outcome(Fate.GOOD)
        if lines:
            log.add(agent, lines)
            own = frozenset(line.event for line in lines if line.run == run)
            tally.count(run, outcome, own)

    def _in_flight(self, lines: list[Line]) -> list[Line]:
        """Return the lines of a run that were logged by the end, if no deadline is running.

        A run with an SLA, a pending verdict or an open doubt would turn into a miss as soon as
        somebody reads the logs later than they end, which nobody intended.
        """
        done = [line for line in lines if line.at_us <= self._span.to_us]
        if self._profile.sla_s is not None or any(line.event in _ENDS for line in done):
            return []
        return done


def _all_changes(span: Span, found: list[Episode], rng: Random) -> list[Change]:
    special = [change for one in found for change in one.changes]
    quiet = [
        change
        for change in routine_changes(span, rng)
        if all(abs(change.at_us - other.at_us) > DAY_US for other in special)
    ]
    return sorted([*special, *quiet])


def _change_lines(changes: list[Change], rng: Random) -> list[Line]:
    """Return the deployments as lines, numbered in the order in which they came."""
    version = rng.randrange(18, 60)
    before = version
    found: list[Line] = []
    for change in changes:
        before, version = version, before if change.revert else max(version, before) + 1
        fields: dict[str, str | int | float | bool]
        fields = {"change": change.change, "version": f"v{version}"}
        found.append(Line(change.at_us, "change.deployed", "", fields))
    return found


def _restarts(span: Span, changes: list[Change], rng: Random) -> list[int]:
    """Return when one agent restarts: soon after each deployment, and now and then."""
    found = [change.at_us + int(rng.uniform(5, 90) * SECOND_US) for change in changes]
    at_us: float = span.from_us
    while at_us < span.to_us:
        at_us += rng.expovariate(1 / (_RESTART_DAYS * DAY_US))
        found.append(int(at_us))
    return found
