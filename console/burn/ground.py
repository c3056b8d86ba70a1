"""What the conditions of one route are judged on, gathered by whoever has it: store or simulation.

Everything about time and silence that several conditions share is decided here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from console.burn import arithmetic, rules, windows
from console.burn.forecast import Forecast, forecast
from console.model import DAY_US, MINUTE_US, Counts
from console.settings import RouteSettings, hours

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.burn.rules import Reading
    from console.model import BurnRule, Window

QUARTER_US = 90 * DAY_US
RESCUE_SPAN_US = 7 * DAY_US
UNMEASURED = Fraction(1, 20)
"""Over this share of unknown runs a route reads *unmeasured* (semantics 3)."""
_LEAST_ABSENT_US = 30 * MINUTE_US
_GAP_TIMES = 3


def _nothing(_: int) -> tuple[str, ...]:
    return ()


class Ground(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One route at one instant.

    `experienced` and `charged` are the counts of the budget window; `hour`, `day` and `quarter`
    those of rolling windows. `gap_minutes` is the longest silence of the last 14 days. `paused`
    says that a pause stands which every agent confirmed; `resumed_us` when the last one was lifted.
    `unknown` and `handoffs` are runs of the budget window, `rescued_us` the instants of the rescues
    of the last seven days. `breaches` are the runs with a miss that is not tolerated and that
    nobody signed for, latest first; `overdue` and `expired` orders in words. `missed_since` names
    the runs that missed since an instant, latest first.
    """

    route: RouteSettings
    now_us: int
    readings: tuple[Reading, ...]
    experienced: Counts
    charged: Counts
    first_us: int
    last_us: int
    hour: Counts = Counts()
    day: Counts = Counts()
    quarter: Counts = Counts()
    gap_minutes: int = 0
    catching_up: bool = False
    paused: bool = False
    resumed_us: int = 0
    unknown: int = 0
    handoffs: int = 0
    rescued_us: tuple[int, ...] = ()
    breaches: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()
    missed_since: Callable[[int], tuple[str, ...]] = _nothing

    @property
    def minute_us(self) -> int:
        """Return the beginning of the present minute: what is said changes by the minute."""
        return windows.minute_of(self.now_us) * MINUTE_US

    @cached_property
    def absent_after_us(self) -> int:
        """Return after which silence the route is stale."""
        return absent_after_us(self.route, self.gap_minutes)

    @cached_property
    def stale(self) -> bool:
        """Say whether nothing was heard of the route for too long to judge it."""
        return self.now_us - self.last_us > self.absent_after_us

    @cached_property
    def silent_since_us(self) -> int | None:
        """Return since when it is silent although it should be at work; None while it need not be.

        A route need not be heard of while it is paused or idle by its schedule: silence counts
        from the lifting of the pause, or from the beginning of the route's hours.
        """
        if self.paused:
            return None
        since_us = max(self.last_us, self.resumed_us)
        if not self.route.schedule:
            return since_us
        opened_us = _opened_us(self.route, self.now_us, self.absent_after_us)
        return None if opened_us is None else max(since_us, opened_us)

    @cached_property
    def left(self) -> Fraction | None:
        """Return the share of the budget that is left, signed; None without runs."""
        charged = self.charged
        return arithmetic.remaining(charged.bad, charged.total, self.route.budget_ppm)

    @cached_property
    def forecast(self) -> Forecast:
        """Return when the budget is gone, reckoned from the beginning of the minute."""
        return forecast(
            self.route.window,
            self.route.budget_ppm,
            self.charged,
            self.readings,
            day=self.day,
            hour=self.hour,
            now_us=self.minute_us,
        )

    @cached_property
    def budget_counts(self) -> bool:
        """Say whether the budget is big enough, and hit often enough, to act on what is left.

        B * total >= 1 and `min_misses`: under that one awkward run would say everything.
        """
        route, charged = self.route, self.charged
        small = arithmetic.smaller_than_one_run(charged.total, route.budget_ppm)
        return charged.bad >= route.min_misses and not small


def absent_after_us(route: RouteSettings, gap_minutes: int) -> int:
    """Return after which silence a route counts as stale.

    By default the largest of 30 min, three times the longest gap of the last 14 days, and the time
    in which a total failure would cross the fastest rule: k * B * long (burn_rate.md 1c-6).
    """
    if route.absent_after_us is not None:
        return route.absent_after_us
    if route.rules is None:
        fastest_us = _built_in_crossing_us(route.window, route.budget_ppm)
    else:
        fastest_us = _crossing_us(route.rules, route.budget_ppm)
    return max(_LEAST_ABSENT_US, _GAP_TIMES * gap_minutes * MINUTE_US, fastest_us)


def _crossing_us(judging: tuple[BurnRule, ...], budget_ppm: int) -> int:
    """Return in which time a total failure crosses the fastest of some rules, 0 without any."""
    crossing = (
        rule.k.numerator * budget_ppm * rule.long_us // (rule.k.denominator * arithmetic.PPM)
        for rule in judging
    )
    return min(crossing, default=0)


@lru_cache(maxsize=1024)
def _built_in_crossing_us(window: Window, budget_ppm: int) -> int:
    return _crossing_us(rules.built_in(window, budget_ppm), budget_ppm)


def idle(route: RouteSettings, now_us: int) -> bool:
    """Say whether a route need not be at work now, by its schedule."""
    if not route.schedule:
        return False
    local = _local(windows.minute_of(now_us), ZoneInfo(route.window.timezone))
    return not hours.within(_schedule(route.schedule), local)


@lru_cache(maxsize=256)
def _schedule(text: str) -> tuple[hours.Hours, ...]:
    return hours.parse_schedule(text)


def _opened_us(route: RouteSettings, now_us: int, within_us: int) -> int | None:
    """Return when the route's present hours began, at most `within_us` and a minute back.

    None outside its hours.
    """
    stretches, zone = _schedule(route.schedule), ZoneInfo(route.window.timezone)
    minute = windows.minute_of(now_us)
    furthest = minute - within_us // MINUTE_US - 1
    while minute >= furthest and hours.within(stretches, _local(minute, zone)):
        minute -= 1
    return None if minute == windows.minute_of(now_us) else (minute + 1) * MINUTE_US


def _local(minute: int, zone: ZoneInfo) -> datetime:
    since = timedelta(microseconds=minute * MINUTE_US)
    return (datetime.fromtimestamp(0, tz=UTC) + since).astimezone(zone)


def judged_from_us(ground: Ground) -> tuple[int, ...]:
    """Return the instants at which time alone changes what holds of a route."""
    found = [ground.last_us + ground.absent_after_us + 1, ground.first_us + QUARTER_US]
    if ground.silent_since_us is not None:
        found.append(ground.silent_since_us + ground.absent_after_us + 1)
    return tuple(found)
