"""When runs arrive: how many on each day, at what time of it, and more when a surge says so.

Day totals are Poisson around the weekly shape with some weather of their own; times follow the
hourly shape. A route with a timetable instead starts a run every so often, give or take a little.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import math
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from console.model import DAY_US, HOUR_US, SECOND_US
from console.simulate.profile import RouteProfile, Shape

MILLISECOND_US = 1_000
_WEATHER = 0.09
"""Spread of a day's traffic beyond chance, as the sigma of a log-normal factor."""
_JITTER_S = 40
"""A timetable's start is off by up to this much: schedulers share a machine."""
_GAUSS_FROM = 40.0
_EPOCH_WEEKDAY = 3
"""1 January 1970 was a Thursday."""


class Surge(NamedTuple):
    """A stretch of time with `factor` times the usual traffic."""

    from_us: int
    to_us: int
    factor: float


def weekday(at_us: int) -> int:
    """Return the day of the week of an instant in UTC, Monday 0."""
    return (at_us // DAY_US + _EPOCH_WEEKDAY) % 7


def poisson(rng: Random, mean: float) -> int:
    """Draw a Poisson count; for a large mean the normal approximation is near enough."""
    if mean > _GAUSS_FROM:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def arrivals(
    profile: RouteProfile, span: tuple[int, int], surges: tuple[Surge, ...], rng: Random
) -> Iterator[int]:
    """Yield the start of every run in `span`, in time order; only one day is held at a time."""
    from_us, to_us = span
    for day_us in range(from_us - from_us % DAY_US, to_us, DAY_US):
        usual = (
            _timetable(profile, day_us, rng) if profile.every_s else _drawn(profile, day_us, rng)
        )
        extra = itertools.chain.from_iterable(
            _extra(profile, day_us, surge, rng) for surge in surges
        )
        yield from (at for at in sorted(itertools.chain(usual, extra)) if from_us <= at < to_us)


def moments(profile: RouteProfile, span: tuple[int, int], count: int, rng: Random) -> list[int]:
    """Draw `count` instants in `span`, likelier where the route has more traffic, sorted."""
    from_us, to_us = span
    first = from_us - from_us % DAY_US
    days = list(range(first, to_us, DAY_US))
    weights = _cumulative(tuple(profile.shape.weekdays[weekday(day)] for day in days))
    found: list[int] = []
    while len(found) < count:
        day_us = days[bisect.bisect(weights, rng.random() * weights[-1])]
        at = _time_of_day(profile.shape, day_us, rng)
        if from_us <= at < to_us:
            found.append(at)
    return sorted(found)


def _timetable(profile: RouteProfile, day_us: int, rng: Random) -> list[int]:
    every_us = max(1, profile.every_s or 1) * SECOND_US
    first = day_us + (-day_us) % every_us
    return [
        at + int(rng.uniform(1, min(_JITTER_S * SECOND_US, every_us)))
        for at in range(first, day_us + DAY_US, every_us)
    ]


def _drawn(profile: RouteProfile, day_us: int, rng: Random) -> list[int]:
    weather = rng.lognormvariate(0, _WEATHER)
    count = poisson(rng, _mean_of_day(profile, day_us) * weather)
    return [_time_of_day(profile.shape, day_us, rng) for _ in range(count)]


def _extra(profile: RouteProfile, day_us: int, surge: Surge, rng: Random) -> list[int]:
    """Return the additional arrivals of a surge within one day, hour by hour."""
    found: list[int] = []
    shape = profile.shape
    for hour in range(24):
        low = max(surge.from_us, day_us + hour * HOUR_US)
        high = min(surge.to_us, day_us + (hour + 1) * HOUR_US)
        if low < high:
            hourly = _mean_of_day(profile, day_us) * shape.hours[hour] / sum(shape.hours)
            mean = hourly * (surge.factor - 1) * (high - low) / HOUR_US
            found += [int(rng.uniform(low, high)) for _ in range(poisson(rng, mean))]
    return found


def _mean_of_day(profile: RouteProfile, day_us: int) -> float:
    weekdays = profile.shape.weekdays
    return profile.per_day * weekdays[weekday(day_us)] * 7 / sum(weekdays)


def _time_of_day(shape: Shape, day_us: int, rng: Random) -> int:
    cumulative = _cumulative(shape.hours)
    hour = bisect.bisect(cumulative, rng.random() * cumulative[-1])
    return day_us + hour * HOUR_US + int(rng.random() * HOUR_US)


@functools.lru_cache(maxsize=64)
def _cumulative(weights: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(itertools.accumulate(weights))
