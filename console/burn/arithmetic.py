"""The arithmetic of error budgets, exact.

`budget_ppm` is the allowed share of bad runs in parts per million, B = budget_ppm / 1,000,000.
Results are `Fraction`s; `None` means no data (no runs) or never. No float takes part in a decision:
with floats 0.72 / (1 - 0.95) is 14.399999999999986, and a page at 14.4 does not fire.
A burn stays a `Ratio` until somebody shows it: a `Fraction` takes ten times as long to make.

Formulas: SRE Workbook, chapter 5 ("Alerting on SLOs"); remaining and ceiling as in Datadog's SLO
documentation; exhaustion from what is left as in Honeycomb's and Nobl9's time to exhaustion.
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.model import Counts

PPM = 1_000_000
_MICROSECOND = timedelta(microseconds=1)

Ratio: TypeAlias = tuple[int, int]
"""(numerator, denominator) of an exact number, as they come: not reduced, so never equated."""
ZERO: Ratio = (0, 1)


def burn(bad: int, total: int, budget_ppm: int) -> Ratio | None:
    """Return (bad/total) / B: 1 spends the budget in exactly one window. None without runs."""
    _check(bad, total, budget_ppm)
    if bad == 0:
        return ZERO if total else None
    return bad * PPM, total * budget_ppm


def burns(windows: Iterable[Counts], budget_ppm: int) -> list[Ratio | None]:
    """Return the `burn` of many windows under one budget, in their order."""
    _check(0, 0, budget_ppm)
    return [
        (item.bad * PPM, item.total * budget_ppm) if item.bad else (ZERO if item.total else None)
        for item in windows
    ]


@lru_cache(maxsize=16_384)  # most windows are as they were at the last look
def fraction(ratio: Ratio | None) -> Fraction | None:
    """Return a ratio reduced, to be shown or reckoned with; no data stays no data."""
    return None if ratio is None else Fraction(*ratio)


@lru_cache(maxsize=16_384)
def burn_rate(bad: int, total: int, budget_ppm: int) -> Fraction | None:
    """Return `burn` reduced."""
    return fraction(burn(bad, total, budget_ppm))


def remaining(bad: int, total: int, budget_ppm: int) -> Fraction | None:
    """Return the share of the budget that is left, 1 - bad / (B * total), signed, never clamped."""
    rate = burn_rate(bad, total, budget_ppm)
    return None if rate is None else 1 - rate


def remaining_runs(bad: int, total: int, budget_ppm: int) -> int:
    """Return how many more of `total` runs may be bad: floor(B * total) - bad, signed."""
    _check(bad, total, budget_ppm)
    return total * budget_ppm // PPM - bad


def over(bad: int, total: int, budget_ppm: int, k: Fraction) -> bool | None:
    """Say whether the burn is at or over `k`, compared by cross-multiplication; None: no runs."""
    ratio = burn(bad, total, budget_ppm)
    return None if ratio is None else reaches(ratio, k)


def reaches(ratio: Ratio, k: Fraction) -> bool:
    """Say whether a ratio is at or over `k`, in integers."""
    top, bottom = ratio
    return top * k.denominator >= k.numerator * bottom


def threshold(share: Fraction, window: timedelta, lookback: timedelta) -> Fraction:
    """Return the burn that spends `share` of `window`'s budget within `lookback`: p * T / w."""
    if lookback <= timedelta(0) or window <= timedelta(0):
        raise ValueError(f"windows must be longer than zero, not {window} and {lookback}")
    return share * Fraction(window // _MICROSECOND, lookback // _MICROSECOND)


def exhaustion(remaining: Fraction, burn: Fraction, window: timedelta) -> timedelta | None:
    """Return the time in which `burn` spends what is left: max(0, remaining) * T / burn.

    None means never (burn 0). Rounded down to a microsecond, the first instant that is too late.
    """
    if burn < 0:
        raise ValueError(f"a burn is never negative, not {burn}")
    if burn == 0:
        return None
    left = max(Fraction(0), remaining)
    return timedelta(microseconds=int(left * (window // _MICROSECOND) / burn))


def ceiling(budget_ppm: int) -> Fraction:
    """Return the highest burn that can be, 1/B: every run bad."""
    _check(0, 0, budget_ppm)
    return Fraction(PPM, budget_ppm)


def smaller_than_one_run(total: int, budget_ppm: int) -> bool:
    """Say whether B * total < 1: the first miss already spends more than the whole budget."""
    return total * budget_ppm < PPM


def _check(bad: int, total: int, budget_ppm: int) -> None:
    if not 0 < budget_ppm <= PPM:
        raise ValueError(
            f"budget_ppm must be from 1 to {PPM}, not {budget_ppm}; "
            "an objective of 100 % is a zero_tolerance rule, not a ratio"
        )
    if not 0 <= bad <= total:
        raise ValueError(f"counts must satisfy 0 <= bad <= total, not bad={bad}, total={total}")
