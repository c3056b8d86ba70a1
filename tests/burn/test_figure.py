"""Figure 5-6 of the SRE Workbook: 15 % errors for ten minutes, 14.4x over 1 h and 5 min, 99.9 %.

Exactly, the short window crosses after 0.48 min and the long one after 5.76; once the errors stop
they clear after 4.52 and 54.24 min. Our windows are whole minutes of which the last is still
growing, so that a window of n minutes covers between n - 1 and n: it crosses up to 12 % of a short
window sooner, and clears up to a minute sooner. Evaluated every second, as the collector does.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from console.burn import arithmetic, kinds
from console.burn.lifecycle import FIRING, RESOLVED, Alert, Condition, Verdict, step
from console.burn.windows import trailing
from console.model import HOUR_US, MINUTE_US, SECOND_US, Severity
from tests.burn.floor import NOON_US

BUDGET_PPM, K = 1_000, Fraction(72, 5)
RUNS_A_SECOND, MISSES_A_SECOND = 20, 3
ERRORS_S = 600
LENGTHS = {"5m": 5 * MINUTE_US, "1h": HOUR_US}


def over(length_us: int, second: int) -> bool:
    """Say whether a window is over `second` seconds after noon, when the errors began."""
    first_s = trailing(NOON_US + second * SECOND_US, length_us).first * 60 - NOON_US // SECOND_US
    bad_s = max(0, min(second, ERRORS_S) - max(0, first_s))
    found = arithmetic.over(
        bad_s * MISSES_A_SECOND, (second - first_s) * RUNS_A_SECOND, BUDGET_PPM, K
    )
    return found is True


@pytest.mark.parametrize(
    ("window", "exact_min", "ours_s"), [("5m", "0.48", 26), ("1h", "5.76", 345)]
)
def test_when_a_window_crosses(window: str, exact_min: str, ours_s: int) -> None:
    length_us = LENGTHS[window]
    share = Fraction(MISSES_A_SECOND, RUNS_A_SECOND)
    exact = Fraction(BUDGET_PPM, 1_000_000) / share * (length_us // MINUTE_US) * K
    assert exact == Fraction(exact_min)
    crossed = next(second for second in range(1, ERRORS_S) if over(length_us, second))
    assert crossed == ours_s
    assert exact * 60 - 60 < crossed <= exact * 60 + 1


@pytest.mark.parametrize(
    ("window", "exact_min", "ours_s"), [("5m", "4.52", 240), ("1h", "54.24", 3_240)]
)
def test_when_a_window_clears(window: str, exact_min: str, ours_s: int) -> None:
    length_us = LENGTHS[window]
    share = Fraction(MISSES_A_SECOND, RUNS_A_SECOND)
    minutes = length_us // MINUTE_US
    exact = minutes - Fraction(BUDGET_PPM, 1_000_000) / share * minutes * K
    assert exact == Fraction(exact_min)
    cleared = next(second for second in range(4_000) if not over(length_us, ERRORS_S + second))
    assert cleared == ours_s
    assert exact * 60 - 60 < cleared <= exact * 60 + 1


def test_the_page_comes_with_the_long_window_and_ends_one_short_window_after_the_short_one() -> (
    None
):
    alert: Alert | None = None
    course: list[tuple[int, str]] = []
    for second in range(1, 2_000):
        short, both = over(5 * MINUTE_US, second), over(HOUR_US, second)
        found = Condition(
            kinds.BURN,
            Severity.PAGE,
            Verdict.FIRE if short and both else Verdict.HEALTHY,
            "it burns",
            quiet=not short,
            hold_us=5 * MINUTE_US,
        )
        before = None if alert is None else alert.state
        alert = step(alert, [found], "a", NOON_US + second * SECOND_US, lambda: "A1")
        after = None if alert is None else alert.state
        if after is not None and after != before:
            course.append((second, after))
        if after == RESOLVED:
            break
    assert course == [(345, FIRING), (ERRORS_S + 240 + 300, RESOLVED)]
