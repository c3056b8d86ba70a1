"""What other tools make of windows, slices and corrections: their numbers, met or refused."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from console.burn import rules
from console.burn.arithmetic import burn_rate, ceiling, exhaustion, over, remaining, threshold
from console.burn.ground import absent_after_us
from console.model import HOUR_US, MINUTE_US, SECOND_US, BurnRule, Counts, Severity, Window
from tests.burn.floor import route

HOUR = timedelta(hours=1)


def days(count: int) -> timedelta:
    return timedelta(days=count)


@pytest.mark.parametrize(
    ("window", "share", "hours", "k"),
    [
        pytest.param(28, "2", "1", "336/25", id="s4-28d-1h"),
        pytest.param(28, "5", "6", "28/5", id="s4-28d-6h"),
        pytest.param(28, "10", "24", "14/5", id="s4-28d-1d"),
        pytest.param(28, "10", "72", "14/15", id="s4-28d-3d-under-1"),
        pytest.param(7, "8", "1", "336/25", id="s5-7d-1h"),
        pytest.param(7, "12.5", "6", "7/2", id="s5-7d-6h"),
        pytest.param(7, "20", "24", "7/5", id="s5-7d-1d"),
        pytest.param(7, "42", "72", "49/50", id="s5-7d-3d-under-1"),
        pytest.param(30, "1", "0.5", "72/5", id="s6-30d-30m"),
        pytest.param(30, "2", "3", "24/5", id="s6-30d-3h"),
        pytest.param(30, "5", "12", "3", id="s6-30d-12h"),
        pytest.param(30, "5", "36", "1", id="s6-30d-36h"),
        pytest.param(7, "2", "1", "84/25", id="s8-7d-1h"),
        pytest.param(7, "5", "6", "7/5", id="s8-7d-6h"),
        pytest.param(7, "10", "24", "7/10", id="s8-7d-1d-under-1"),
        pytest.param(7, "10", "72", "7/30", id="s8-7d-3d-under-1"),
    ],
)
def test_s_what_a_share_of_the_budget_in_a_window_makes_of_k(
    window: int, share: str, hours: str, k: str
) -> None:
    lookback = timedelta(microseconds=int(Fraction(hours) * HOUR_US))
    assert threshold(Fraction(share) / 100, days(window), lookback) == Fraction(k)


@pytest.mark.parametrize(
    ("window", "k", "hours", "percent"),
    [
        pytest.param(7, "14.4", 1, 8.57, id="s7-1h"),
        pytest.param(7, "6", 6, 21.43, id="s7-6h"),
        pytest.param(7, "3", 24, 42.86, id="s7-1d"),
        pytest.param(7, "1", 72, 42.86, id="s7-3d"),
        pytest.param(28, "9", 1, 1.34, id="s14-1h"),
        pytest.param(28, "3", 12, 5.36, id="s14-12h"),
        pytest.param(28, "1.5", 168, 37.5, id="s14-7d"),
        pytest.param(28, "1", 672, 100.0, id="s14-28d"),
    ],
)
def test_s_what_a_burn_of_k_spends_in_its_window(
    window: int, k: str, hours: int, percent: float
) -> None:
    spent = Fraction(k) * hours / (window * 24)
    assert round(float(spent * 100), 2) == percent


@pytest.mark.parametrize("window", rules.BUILT_IN)
def test_s9_no_built_in_rule_fires_on_a_route_that_keeps_its_objective(window: int) -> None:
    assert all(row.k >= 1 for row in rules.BUILT_IN[window])


def test_g4_a_corrected_day_is_taken_out_of_both_sides() -> None:
    week = Counts(total=10_080, bad=60, trust=60)
    left = week.minus(Counts(total=1_440))
    assert Fraction(left.bad, left.total) == Fraction(60, 8_640)
    assert Fraction(week.bad, week.total) == Fraction(60, 10_080)


def test_g5_half_a_tenth_of_a_percent_of_a_week_is_302_4_seconds() -> None:
    assert exhaustion(Fraction(1), ceiling(500), days(7)) == timedelta(seconds=302.4)


def test_g6_one_bad_slice_of_a_week_at_three_nines_is_half_the_budget() -> None:
    left = remaining(1, 2_016, 1_000)
    assert left is not None
    assert round(float(1 - left), 3) == 0.496


def test_g10_one_bad_minute_of_an_hour_pages_at_three_nines_and_not_at_95_percent() -> None:
    assert burn_rate(1, 60, 1_000) == Fraction(50, 3)
    assert over(1, 60, 1_000, Fraction(72, 5)) is True
    assert burn_rate(1, 60, 50_000) == Fraction(1, 3)


def test_g11_the_worked_run_of_a_35_percent_target_does_not_fire() -> None:
    rule = BurnRule(Severity.PAGE, HOUR_US, 10 * MINUTE_US, Fraction(6, 5), Fraction(1, 50))
    long, short = Counts(total=10_000, bad=6_415), Counts(total=10_000, bad=4_254)
    found = rules.read(rule, long, short, 100_000, route(budget_ppm=650_000))
    assert (rules.decimal(found.long_rate), rules.decimal(found.short_rate)) == ("0.99", "0.65")
    assert (found.state, found.fires) == ("acceptable", False)


def test_g12_nothing_is_left_to_last_four_days() -> None:
    assert exhaustion(Fraction(-74, 100), Fraction(174, 100), days(7)) == timedelta(0)


def test_g14_a_six_hour_warning_at_one_percent_errors_comes_after_10_8_hours() -> None:
    burn = burn_rate(1, 100, 500)
    assert burn == 20
    gone = exhaustion(Fraction(1), burn, days(14))
    assert gone is not None
    after = gone - 6 * HOUR
    assert after / HOUR == 10.8
    left = 1 - burn * Fraction(after // HOUR * 10 + 8, 10 * 14 * 24)
    assert exhaustion(left, burn, days(14)) == 6 * HOUR


@pytest.mark.parametrize(
    ("budget_ppm", "seconds"),
    [
        pytest.param(10_000, 1_800, id="99-at-least-half-an-hour"),
        pytest.param(50_000, 2_419.2, id="95-as-13.44-burns"),
        pytest.param(100_000, 2_880, id="90-as-the-lowered-8-burns"),
    ],
)
def test_g15_silence_is_lost_signal_after_the_time_in_which_a_full_outage_would_page(
    budget_ppm: int, seconds: float
) -> None:
    quiet = route(budget_ppm=budget_ppm, window=Window(days=28), absent_after_us=None)
    assert absent_after_us(quiet, 0) == int(seconds * SECOND_US)
