"""Burn alert rules: which apply to a route, and what one says of the counts of its two windows.

Built-in rules per budget window, the volume guard and the four states are semantics 6; the pairs
come from the SRE Workbook (table 5-8) and Datadog's and Sloth's scalings of it.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from console.burn import arithmetic
from console.burn.arithmetic import Ratio
from console.burn.windows import label
from console.model import (
    CLASSES,
    DAY_US,
    HOUR_US,
    MINUTE_US,
    BurnRule,
    Counts,
    Severity,
    Window,
)
from console.settings import RouteSettings

CRITICAL, RECOVERING, INCREASING, ACCEPTABLE = "critical", "recovering", "increasing", "acceptable"
FROZEN, CATCHING_UP = "frozen", "catching up"
_LOWERED_TO = Fraction(4, 5)
_FEWEST_TO_PAGE = 2
_SHORT_PART = 12


class Row(NamedTuple):
    """One built-in rule before it meets an objective: long window, share of budget, threshold."""

    severity: Severity
    long_us: int
    share: Fraction
    k: Fraction


def _row(severity: Severity, long_us: int, share: str, k: str) -> Row:
    return Row(severity, long_us, Fraction(share), Fraction(k))


_PAGE, _TICKET = Severity.PAGE, Severity.TICKET
BUILT_IN: dict[int, tuple[Row, ...]] = {
    1: (
        _row(_PAGE, HOUR_US, "1/4", "6"),
        _row(_PAGE, 4 * HOUR_US, "1/2", "3"),
    ),
    7: (
        _row(_PAGE, HOUR_US, "1/10", "84/5"),
        _row(_PAGE, 6 * HOUR_US, "1/5", "28/5"),
        _row(_TICKET, DAY_US, "2/5", "14/5"),
    ),
    28: (
        _row(_PAGE, HOUR_US, "1/50", "336/25"),
        _row(_PAGE, 6 * HOUR_US, "1/20", "28/5"),
        _row(_TICKET, DAY_US, "1/10", "14/5"),
        _row(_TICKET, 3 * DAY_US, "3/28", "1"),
    ),
    30: (
        _row(_PAGE, HOUR_US, "1/50", "72/5"),
        _row(_PAGE, 6 * HOUR_US, "1/20", "6"),
        _row(_TICKET, DAY_US, "1/10", "3"),
        _row(_TICKET, 3 * DAY_US, "1/10", "1"),
    ),
    90: (
        _row(_PAGE, HOUR_US, "1/100", "108/5"),
        _row(_PAGE, 6 * HOUR_US, "3/100", "54/5"),
        _row(_TICKET, DAY_US, "1/20", "9/2"),
        _row(_TICKET, 3 * DAY_US, "1/10", "3"),
    ),
}
"""Rules by the budget window's days (semantics 6); short = long / 12."""
_CALENDAR_DAYS = {"day": 1, "week": 7, "month": 30}


class Reading(NamedTuple):
    """What a rule says of its two windows. `fires` is None where there is no data to say it."""

    rule: BurnRule
    basis: str
    state: str
    fires: bool | None
    quiet: bool
    budget_ppm: int
    long: Counts
    short: Counts

    @property
    def burns(self) -> tuple[Ratio | None, Ratio | None]:
        """The burn of the long window and of the short one."""
        long, short = arithmetic.burns((self.long, self.short), self.budget_ppm)
        return long, short

    @property
    def long_rate(self) -> Fraction | None:
        """The burn of the long window, for people: what is decided is decided by counts."""
        return arithmetic.fraction(self.burns[0])

    @property
    def short_rate(self) -> Fraction | None:
        """The burn of the short window."""
        return arithmetic.fraction(self.burns[1])


def rows(window: Window) -> tuple[Row, ...]:
    """Return the built-in rows of a budget window: those of the largest T not above it."""
    days = window.days if window.days is not None else _CALENDAR_DAYS[str(window.unit)]
    return BUILT_IN[max(known for known in BUILT_IN if known <= days)]


@lru_cache(maxsize=1024)
def built_in(window: Window, budget_ppm: int) -> tuple[BurnRule, ...]:
    """Return the built-in rules of a budget window, adapted to what its objective can reach.

    A threshold that can never be reached (k > 1/B) is lowered to 0.8/B and marked so; it is
    dropped where that is under 1, since it would alert on a route that keeps its objective.
    """
    adapted = (_adapted(row, budget_ppm) for row in rows(window))
    return tuple(rule for rule in adapted if rule is not None)


def _adapted(row: Row, budget_ppm: int) -> BurnRule | None:
    highest = arithmetic.ceiling(budget_ppm)
    k = row.k if row.k <= highest else highest * _LOWERED_TO
    if k < 1:
        return None
    short_us = max(MINUTE_US, row.long_us // _SHORT_PART)
    return BurnRule(row.severity, row.long_us, short_us, k, row.share, lowered=k != row.k)


def of(route: RouteSettings) -> tuple[BurnRule, ...]:
    """Return the burn rules of a route: those its owner wrote, else the built-in ones."""
    return route.rules if route.rules is not None else built_in(route.window, route.budget_ppm)


def read(
    rule: BurnRule, long: Counts, short: Counts, budget_total: int, route: RouteSettings
) -> Reading:
    """Say what `rule` makes of its windows' counts; `budget_total` is the budget window's total.

    Under `min_runs` in the long window the ratio is not used: the rule then looks at absolute
    spend, bad >= share * B * total_T and bad >= min_misses, with no short-window condition.
    A single miss never pages, by ratio or absolute. `quiet` says that what must be quiet before an
    alert may resolve is so, on data: without any in the short window, the long one has to be.
    """
    budget_ppm = route.budget_ppm
    if long.total == 0:
        return Reading(rule, "no data", FROZEN, None, False, budget_ppm, long, short)
    lonely = single(rule, long.bad)
    long_over = arithmetic.over(long.bad, long.total, budget_ppm, rule.k)
    short_over = arithmetic.over(short.bad, short.total, budget_ppm, rule.k)
    if long.total < route.min_runs:
        enough = long.bad >= route.min_misses and not lonely
        spent = enough and _absolute(rule, long, budget_total, budget_ppm)
        state = CRITICAL if spent else ACCEPTABLE
        quiet = not spent and (short_over is False or not long_over)
        return Reading(rule, "absolute", state, spent, quiet, budget_ppm, long, short)
    if short_over is None:
        state = FROZEN if long_over else ACCEPTABLE
        return Reading(
            rule, "ratio", state, None if long_over else False, False, budget_ppm, long, short
        )
    state = _FOUR[bool(long_over), short_over]
    fires = state == CRITICAL and not lonely
    return Reading(rule, "ratio", state, fires, not short_over, budget_ppm, long, short)


def single(rule: BurnRule, bad: int) -> bool:
    """Say whether a rule has too few misses for its severity: a single miss never pages."""
    return rule.severity is Severity.PAGE and bad < _FEWEST_TO_PAGE


_FOUR = {
    (True, True): CRITICAL,
    (True, False): RECOVERING,
    (False, True): INCREASING,
    (False, False): ACCEPTABLE,
}


def _absolute(rule: BurnRule, long: Counts, budget_total: int, budget_ppm: int) -> bool:
    """Say whether bad >= share * B * total_T, in integers."""
    share = rule.share
    spent = long.bad * arithmetic.PPM * share.denominator
    return spent >= share.numerator * budget_total * budget_ppm


def words(reading: Reading) -> str:
    """Say in one sentence why the rule is, or is not, firing."""
    rule = reading.rule
    long, short = label(rule.long_us), label(rule.short_us)
    if reading.basis == "no data":
        return f"no closed run in the last {long}: nothing to judge, the last state stands"
    counts = f"{reading.long.bad} of {reading.long.total} runs missed in {long}"
    if reading.basis == "absolute":
        share = f"{percent(rule.share)} of the budget"
        verdict = f"that spends {share}" if reading.fires else f"too few, or less than {share}"
        return f"few runs: {counts}; {verdict}"
    k = decimal(rule.k)
    long_burn, short_burn = reading.burns
    long_part = f"{long} burns {decimal(long_burn)}x"
    if short_burn is None:
        tail = f"no closed run in {short}"
    else:
        tail = f"{short} burns {decimal(short_burn)}x"
    lonely = reading.state == CRITICAL and not reading.fires
    end = "a single miss never pages" if lonely else f"fires when both reach {k}x"
    return f"{counts}: {long_part}, {tail}, {end}"


def burning(counts: Counts, length_us: int, budget_ppm: int) -> str:
    """Say how fast a window burns, and mostly by what: `burns 14.90x: 9 of 41 runs missed ...`."""
    rate = decimal(arithmetic.burn(counts.bad, counts.total, budget_ppm))
    said = f"burns {rate}x: {counts.bad} of {counts.total} runs missed in the last "
    said += label(length_us)
    mostly = max(CLASSES, key=counts.of)
    return f"{said}, mostly {mostly.value} ({counts.of(mostly)})" if counts.bad else said


def decimal(value: Fraction | Ratio | None) -> str:
    """Return a rate for reading, two decimals rounded half up; `-` for no data."""
    if value is None:
        return "-"
    top, bottom = value if isinstance(value, tuple) else value.as_integer_ratio()
    hundredths = (200 * abs(top) + bottom) // (2 * bottom)
    sign = "-" if top < 0 and hundredths else ""
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d}"


def percent(value: Fraction) -> str:
    """Return a share as a percentage, rounded down to at most two decimals: no figure flatters."""
    hundredths = math.floor(value * 10_000)
    return decimal(Fraction(hundredths, 100)).rstrip("0").rstrip(".") + " %"
