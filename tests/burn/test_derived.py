"""Worked numbers of agent routes: tens of runs a day, objectives of 95 % and less."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from console.burn import rules
from console.burn.arithmetic import burn_rate, ceiling, exhaustion, remaining, remaining_runs
from console.model import Counts, Severity
from console.settings import SettingsError, load
from tests.burn.floor import FAST, NOON_US, Floor, event, route

DRAFTS = 50_000
"""The budget of a low-tier route: 5 %."""
MONTH = timedelta(days=30)


def test_d1_half_a_month_in_two_days_fires_six_times_and_three_times_but_not_the_fast_page() -> (
    None
):
    even = Counts(total=1000, bad=375)  # 7.5x in every window
    drafts = route()
    fired = {
        str(rule.k): rules.read(rule, even, even, 100_000, drafts).fires
        for rule in rules.of(drafts)
    }
    assert burn_rate(375, 1000, DRAFTS) == Fraction(15, 2) == Fraction(1, 2) * 30 / 2
    assert fired == {"72/5": False, "6": True, "3": True, "1": True}


@pytest.mark.parametrize(
    ("total", "allowed", "one_miss"),
    [
        pytest.param(1200, 60, "1/60", id="d2-40-runs-a-day"),
        pytest.param(300, 15, "1/15", id="d3-10-runs-a-day"),
    ],
)
def test_d2_d3_what_one_miss_costs(total: int, allowed: int, one_miss: str) -> None:
    assert remaining_runs(0, total, DRAFTS) == allowed
    assert remaining(1, total, DRAFTS) == 1 - Fraction(one_miss)


@pytest.mark.parametrize(("runs", "burn"), [(1, "20"), (2, "10"), (3, "20/3"), (4, "5"), (5, "4")])
def test_d4_a_lonely_miss_burns_fast_and_pages_nobody(runs: int, burn: str) -> None:
    assert burn_rate(1, runs, DRAFTS) == Fraction(burn)
    hour = Counts(total=runs, bad=1)
    assert not rules.read(FAST, hour, hour, 300, route()).fires


def test_d4_the_only_run_of_an_hour_at_99_percent_burns_100_times_and_pages_nobody() -> None:
    assert burn_rate(1, 1, 10_000) == 100
    hour = Counts(total=1, bad=1)
    assert not rules.read(FAST, hour, hour, 300, route(budget_ppm=10_000)).fires


def test_d5_on_1200_runs_a_month_two_misses_in_an_hour_page_and_one_does_not() -> None:
    def fires(bad: int) -> bool | None:
        hour = Counts(total=3, bad=bad)
        return rules.read(FAST, hour, hour, 1_200, route()).fires

    assert (fires(1), fires(2)) == (False, True)


def test_d6_on_300_runs_a_month_one_miss_is_over_the_share_and_still_pages_nobody() -> None:
    hour = Counts(total=3, bad=1)
    assert 1 - (remaining(1, 300, DRAFTS) or 0) > FAST.share
    assert not rules.read(FAST, hour, hour, 300, route()).fires


def test_d7_what_is_left_lasts_48_hours_not_the_120_of_a_full_budget() -> None:
    assert exhaustion(Fraction(2, 5), Fraction(6), MONTH) == timedelta(hours=48)
    assert exhaustion(Fraction(1), Fraction(6), MONTH) == timedelta(hours=120)


@pytest.mark.parametrize("burn", ["1/100", "1", "1000"])
def test_d8_a_budget_that_is_spent_lasts_no_time_at_any_burn(burn: str) -> None:
    assert exhaustion(Fraction(-1, 10), Fraction(burn), MONTH) == timedelta(0)


def test_d9_good_runs_give_budget_back() -> None:
    assert remaining(5, 100, DRAFTS) == 0
    assert remaining(5, 200, DRAFTS) == Fraction(1, 2)


def test_d10_the_first_day_of_a_calendar_window_is_far_below_zero_and_alerts_nobody(
    floor: Floor,
) -> None:
    assert burn_rate(1, 2, DRAFTS) == 10
    assert remaining(1, 2, DRAFTS) == -9
    floor.closed(NOON_US, good=1, bad=1)
    assert floor.evaluate(NOON_US) == {}


def test_d11_one_breach_in_ten_thousand_runs_is_a_hard_stop(build: Callable[..., Floor]) -> None:
    floor = build(route(zero_tolerance=("permission",)))
    floor.closed(NOON_US, good=9_999)
    floor.take(
        event("action.denied", "r-breach", NOON_US, action="pay"),
        event("run.delivered", "r-breach", NOON_US),
    )
    assert set(floor.evaluate(NOON_US)) == {"page hard_stop"}


def test_d12_a_threshold_that_cannot_be_reached_is_refused_with_the_highest_that_can(
    tmp_path: Path,
) -> None:
    assert f"{float(ceiling(72_000)):.4f}" == "13.8889"
    written = tmp_path / "burnline.toml"
    written.write_text(
        '[route.drafts]\ntier = "low"\nobjective = "92.8%"\n'
        'rules = [ { severity = "page", long = "1h", k = 14.4 } ]\n',
        encoding="utf-8",
    )
    with pytest.raises(SettingsError, match=r"13\.88\b"):
        load(written)


def test_d12_a_built_in_one_is_lowered_to_four_fifths_of_the_highest() -> None:
    fastest = rules.built_in(route().window, 72_000)[0]
    assert (fastest.severity, fastest.lowered) == (Severity.PAGE, True)
    assert fastest.k == Fraction(4, 5) * ceiling(72_000)
