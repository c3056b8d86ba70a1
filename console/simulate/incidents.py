"""What befalls a route: stretches in which runs go wrong, single runs that do, and changes.

Each episode is built from the end of the logs backwards, since what an operator finds is how things
stand at the end. One that would begin before the logs do is left out. A simulated fleet comes in
groups of eight routes; the routes of a group that share a dependency lose it in the same minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

import msgspec

from console.model import DAY_US, HOUR_US, MINUTE_US
from console.simulate.profile import Fate, RouteProfile
from console.simulate.traffic import Surge, weekday

ALLOWED: dict[str, float] = {"low": 0.05, "medium": 0.02, "high": 0.01, "critical": 0.005}
"""The share of misses that the built-in objective of each tier allows."""
_SATURDAY, _FRIDAY = 5, 4


class Span(NamedTuple):
    """The stretch of time that the logs cover."""

    from_us: int
    to_us: int


class Change(NamedTuple):
    """Somebody changes the route itself; a `revert` goes back to the version before."""

    at_us: int
    change: str
    revert: bool = False


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """One incident on one route.

    Runs that start within it miss at a rate rising or falling evenly over `share`, with a fate
    drawn by weight from `fates`; `check` names the check that fails. `marks` are instants: the
    first run from each on takes that fate. `silent` ends the route's logs.
    """

    kind: str
    from_us: int
    to_us: int
    share: tuple[float, float] = (0.0, 0.0)
    fates: tuple[tuple[Fate, float], ...] = ()
    check: str = ""
    marks: tuple[tuple[int, Fate], ...] = ()
    changes: tuple[Change, ...] = ()
    surge: float = 1.0
    silent: bool = False

    def share_at(self, at_us: int) -> float:
        """Return the share of runs starting at `at_us` that miss; 0 outside the episode."""
        if not self.from_us <= at_us < self.to_us:
            return 0.0
        first, last = self.share
        return first + (last - first) * (at_us - self.from_us) / (self.to_us - self.from_us)


def episodes(profile: RouteProfile, span: Span, rng: Random, shared: Random) -> list[Episode]:
    """Build the incidents of a route; `shared` is drawn alike for every route of its group."""
    outage_us = _outage_moment(span, shared)
    found: list[Episode] = []
    for kind in profile.incidents:
        episode = _outage(outage_us) if kind == OUTAGE else EPISODES[kind](profile, span, rng)
        if episode.from_us >= span.from_us:
            found.append(episode)
    return found


def surges(found: list[Episode]) -> tuple[Surge, ...]:
    """Return the stretches of extra traffic that incidents bring, such as retries."""
    return tuple(Surge(one.from_us, one.to_us, one.surge) for one in found if one.surge > 1)


def routine_changes(span: Span, rng: Random) -> list[Change]:
    """Return the ordinary deployments of a route: one in a week or two, in working hours."""
    kinds = ("prompt", "prompt", "tool", "policy", "model")
    at_us = span.from_us + int(rng.uniform(1, 8) * DAY_US)
    found: list[Change] = []
    while at_us < span.to_us - DAY_US:
        found.append(Change(_working(at_us, rng.uniform(9, 15)), rng.choice(kinds)))
        at_us += int(rng.uniform(6, 13) * DAY_US)
    return [change for change in found if change.at_us > span.from_us]


def _working(at_us: int, hour: float) -> int:
    """Return that hour of the day of `at_us`, or of the last working day before it."""
    day_us = at_us - at_us % DAY_US
    while weekday(day_us) >= _SATURDAY:
        day_us -= DAY_US
    return day_us + int(hour * HOUR_US)


def _slow_burn(profile: RouteProfile, span: Span, rng: Random) -> Episode:
    from_us = max(span.from_us, span.to_us - 10 * DAY_US)
    return Episode(
        kind="slow_burn",
        from_us=from_us,
        to_us=span.to_us,
        share=(0.3 * ALLOWED[profile.tier], rng.uniform(5.6, 6.6) * ALLOWED[profile.tier]),
        fates=((Fate.FAILED_CHECK, 1.0),),
        check=profile.checks[0].name if profile.checks else "",
        changes=(Change(from_us + 7 * MINUTE_US, "tool"),),
    )


def _fast_burn(profile: RouteProfile, span: Span, rng: Random) -> Episode:
    from_us = span.to_us - 90 * MINUTE_US
    share = min(0.9, rng.uniform(15.5, 17.5) * ALLOWED[profile.tier])
    return Episode(
        kind="fast_burn",
        from_us=from_us,
        to_us=span.to_us,
        share=(share, share),
        fates=((Fate.FAILED_CHECK, 0.85), (Fate.LATE, 0.15)),
        check=profile.checks[0].name if profile.checks else "",
        changes=(Change(from_us - 3 * MINUTE_US, "prompt"),),
        surge=2.8,
    )


def _quiet(_profile: RouteProfile, span: Span, _rng: Random) -> Episode:
    return Episode(kind="quiet", from_us=span.from_us, to_us=span.to_us)


def _silent(_profile: RouteProfile, span: Span, rng: Random) -> Episode:
    from_us = span.to_us - int(rng.uniform(4.7, 5.3) * HOUR_US)
    return Episode(kind="silent", from_us=from_us, to_us=span.to_us, silent=True)


def _breach(_profile: RouteProfile, span: Span, rng: Random) -> Episode:
    at_us = _working(span.to_us - int(rng.uniform(5, 7) * DAY_US), rng.uniform(10, 15))
    marks = ((at_us, Fate.OUT_OF_SCOPE),)
    return Episode(kind="permission_breach", from_us=at_us, to_us=at_us + HOUR_US, marks=marks)


def _rescues(_profile: RouteProfile, span: Span, rng: Random) -> Episode:
    first_us = _working(span.to_us - int(2.6 * DAY_US), 8)
    if weekday(first_us) == _FRIDAY:
        first_us -= DAY_US
    hours = sorted((*(rng.uniform(0, 6) for _ in "ab"), *(rng.uniform(24, 30) for _ in "cd")))
    marks = tuple((first_us + int(hour * HOUR_US), Fate.RESCUED) for hour in hours)
    return Episode(
        kind="rescue_cluster", from_us=first_us, to_us=first_us + 40 * HOUR_US, marks=marks
    )


def _failed_rollback(_profile: RouteProfile, span: Span, rng: Random) -> Episode:
    deployed_us = _working(span.to_us - int(rng.uniform(8, 10) * DAY_US), rng.uniform(8.5, 11))
    reverted_us = deployed_us + int(rng.uniform(2.5, 3) * HOUR_US)
    return Episode(
        kind="failed_rollback",
        from_us=deployed_us,
        to_us=reverted_us,
        share=(0.9, 0.9),
        fates=((Fate.UNTRUSTED, 0.7), (Fate.FAILED, 0.3)),
        marks=((deployed_us + int(1.1 * HOUR_US), Fate.FAILED_RECOVERY),),
        changes=(Change(deployed_us, "tool"), Change(reverted_us, "tool", revert=True)),
    )


def _outage_moment(span: Span, shared: Random) -> int:
    days = shared.uniform(11, 13)
    return _working(span.to_us - int(days * DAY_US), shared.uniform(13.5, 16))


def _outage(at_us: int) -> Episode:
    return Episode(
        kind=OUTAGE,
        from_us=at_us,
        to_us=at_us + 40 * MINUTE_US,
        share=(0.85, 0.85),
        fates=((Fate.TIMED_OUT, 0.45), (Fate.FAILED, 0.35), (Fate.LATE, 0.2)),
        surge=2.5,
    )


OUTAGE = "dependency_outage"
EPISODES: dict[str, Callable[[RouteProfile, Span, Random], Episode]] = {
    "slow_burn": _slow_burn,
    "fast_burn": _fast_burn,
    "quiet": _quiet,
    "silent": _silent,
    "permission_breach": _breach,
    "rescue_cluster": _rescues,
    "failed_rollback": _failed_rollback,
}
