"""Mistakes that other implementations make, one test each.

The numbers are those of the list of mistakes in the specification.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.burn import rules
from console.burn.arithmetic import burn_rate, exhaustion, over, remaining
from console.collector.readings import Windows, readings
from console.model import (
    DAY_US,
    HOUR_US,
    MINUTE_US,
    BurnRule,
    Counts,
    DirectiveKind,
    Severity,
    Window,
)
from console.settings import SettingsError, load
from console.settings.ladder import DO
from console.settings.tiers import BUILT_IN
from tests.burn.floor import FAST, NOON_US, ROUTE, Floor, event, route

PAGE_K = Fraction(72, 5)
MONTH = timedelta(days=30)


def test_x1_a_burn_of_14_4_empties_30_days_in_50_hours_not_2() -> None:
    assert exhaustion(Fraction(1), PAGE_K, MONTH) == timedelta(hours=50)


def test_x2_five_percent_on_half_a_percent_is_10_times_not_26_million() -> None:
    assert burn_rate(5, 100, 5_000) == 10


def test_x3_one_miss_in_a_thousand_leaves_98_percent_of_a_five_percent_budget() -> None:
    assert remaining(1, 1000, 50_000) == Fraction(98, 100)


@pytest.mark.parametrize(
    ("lenient", "strict"), [("low", "medium"), ("medium", "high"), ("high", "critical")]
)
def test_x4_the_stricter_tier_is_the_one_with_the_smaller_budget(lenient: str, strict: str) -> None:
    assert BUILT_IN[strict].budget_ppm < BUILT_IN[lenient].budget_ppm


@pytest.mark.parametrize("written", ["0.05", "$0.50", "100%", "0%"])
def test_x4_what_is_no_share_of_trusted_outcomes_is_no_objective(
    tmp_path: Path, written: str
) -> None:
    path = tmp_path / "burnline.toml"
    path.write_text(f'[route.drafts]\nobjective = "{written}"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="objective"):
        load(path)


def test_x5_a_rule_looks_at_its_own_window_not_at_the_last_hour(
    build: Callable[..., Floor],
) -> None:
    day = BurnRule(Severity.TICKET, DAY_US, 2 * HOUR_US, Fraction(3), Fraction(1, 10))
    floor = build(route(rules=(day,)))
    floor.closed(NOON_US - 90 * MINUTE_US, good=10, bad=10)
    assert set(floor.evaluate(NOON_US)) >= {"ticket burn"}


@pytest.mark.parametrize("do", DO)
def test_x6_every_consequence_that_can_be_written_is_an_order_that_can_be_given(do: str) -> None:
    assert [kind for kind in DirectiveKind if kind.value.startswith(do)] != []


def test_x6_a_consequence_that_nobody_carries_out_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "burnline.toml"
    path.write_text(
        '[route.drafts]\nladder = [ { left = "50%", do = "throttle" } ]\n', encoding="utf-8"
    )
    with pytest.raises(SettingsError, match="throttle"):
        load(path)


def test_x7_a_burn_is_compared_as_it_is_not_as_it_is_shown() -> None:
    assert rules.decimal(burn_rate(8_999, 100_000, 10_000)) == "9.00"
    assert over(8_999, 100_000, 10_000, Fraction(9)) is False
    assert over(9_001, 100_000, 10_000, Fraction(9)) is True


@pytest.mark.parametrize("of", [burn_rate, remaining])
def test_x8_an_objective_of_100_percent_is_refused_with_what_to_use_instead(
    of: Callable[[int, int, int], object],
) -> None:
    with pytest.raises(ValueError, match="zero_tolerance"):
        of(0, 10, 0)


def test_x9_no_runs_are_no_number_and_take_nothing_from_a_sum() -> None:
    assert burn_rate(0, 0, 50_000) is None
    assert remaining(0, 0, 50_000) is None
    assert Counts().plus(Counts(total=1)) == Counts(total=1)


def test_x10_a_window_is_the_ratio_of_sums_not_the_mean_of_ratios(floor: Floor) -> None:
    floor.closed(NOON_US - 5 * MINUTE_US, bad=1)
    floor.closed(NOON_US, good=99)
    counts = Windows(floor.writer.connection, NOON_US).trailing(floor.number, HOUR_US)
    assert (counts.bad, counts.total) == (1, 100)


def test_x11_minutes_without_runs_do_not_poison_a_window(floor: Floor) -> None:
    floor.closed(NOON_US - 50 * MINUTE_US, good=30)
    floor.closed(NOON_US, bad=20)
    assert "page burn" in floor.evaluate(NOON_US)


@pytest.mark.parametrize("days", rules.BUILT_IN)
def test_x12_every_short_window_is_a_twelfth_of_its_long_one(days: int) -> None:
    for rule in rules.built_in(Window(days=days), 1_000):
        assert rule.short_us * 12 == rule.long_us


def test_x13_a_long_window_alone_is_recovering_not_breached() -> None:
    reading = rules.read(FAST, Counts(total=20, bad=20), Counts(total=20, bad=0), 1_000, route())
    assert (reading.state, reading.fires) == ("recovering", False)


def test_x14_one_threshold_holds_for_both_windows() -> None:
    at, under = Counts(total=100, bad=72), Counts(total=100, bad=71)
    fires = [
        rules.read(FAST, long, short, 10_000, route()).fires
        for long, short in ((at, at), (at, under), (under, at))
    ]
    assert fires == [True, False, False]


def test_x15_no_hidden_floor_under_the_budget_of_a_few_runs() -> None:
    assert remaining(3, 3, 50_000) == -19
    assert remaining(1, 100, 10_000) == 0


def test_x16_an_overspent_budget_says_by_how_much() -> None:
    left = remaining(1756, 100_000, 10_000)
    assert left == Fraction(-756, 1000)
    assert rules.percent(left) == "-75.6 %"


def test_x17_a_burn_fires_at_the_first_evaluation_that_sees_it(floor: Floor) -> None:
    floor.closed(NOON_US, bad=20)
    assert floor.evaluate(NOON_US)["page burn"].opened_us == NOON_US


@settings(max_examples=15)
@given(
    runs=st.lists(st.tuples(st.integers(0, 5_000), st.booleans(), st.integers(0, 300)), max_size=12)
)
def test_x18_counts_never_shrink_as_a_window_widens_whatever_comes_late(
    tmp_path_factory: pytest.TempPathFactory, runs: list[tuple[int, bool, int]]
) -> None:
    floor = Floor(tmp_path_factory.mktemp("floors") / "s.db")
    for ago, bad, later in runs:
        at_us = NOON_US - ago * MINUTE_US
        (run,) = floor.closed(at_us, bad=1) if bad else ("",)
        if run:
            # A rescue that comes late moves nothing but what the run is charged with.
            floor.take(event("rescued", run, at_us + later * MINUTE_US, by="dana"))
        else:
            floor.closed(at_us, good=1)
    table = Windows(floor.writer.connection, NOON_US)
    lengths = (5 * MINUTE_US, HOUR_US, 6 * HOUR_US, DAY_US, 3 * DAY_US, 30 * DAY_US)
    found = [table.trailing(1, length) for length in lengths]
    floor.close()
    for narrow, wide in itertools.pairwise(found):
        assert all(mine <= theirs for mine, theirs in zip(narrow, wide, strict=True))


def test_x19_every_rule_is_read_at_every_evaluation_with_or_without_runs(floor: Floor) -> None:
    drafts = floor.settings.route(ROUTE)
    table = Windows(floor.writer.connection, NOON_US)
    _, found = readings(drafts, 1, table)
    assert [item.rule for item in found] == list(rules.of(drafts))


def test_x20_a_run_in_flight_is_neither_good_nor_bad(floor: Floor) -> None:
    floor.take(event("run.started", "r-open", NOON_US))
    assert Windows(floor.writer.connection, NOON_US).trailing(floor.number, HOUR_US) == Counts()


@pytest.mark.parametrize(
    ("bad", "total", "budget_ppm"),
    [(72, 100, 50_000), (144, 10_000, 1_000), (288, 1000, 20_000), (1008, 1000 * 14, 5_000)],
)
def test_x21_the_exact_threshold_fires_at_every_objective(
    bad: int, total: int, budget_ppm: int
) -> None:
    assert burn_rate(bad, total, budget_ppm) == PAGE_K
    assert over(bad, total, budget_ppm, PAGE_K) is True
    assert over(bad - 1, total, budget_ppm, PAGE_K) is False


def test_x22_a_run_of_unknown_outcome_is_on_neither_side(floor: Floor) -> None:
    floor.take(event("run.started", "r-lost", NOON_US - 3 * DAY_US))
    floor.closed(NOON_US, good=1)
    counts = Windows(floor.writer.connection, NOON_US).trailing(floor.number, 30 * DAY_US)
    state = floor.writer.connection.execute("select state from run where run = 'r-lost'").fetchone()
    assert (counts.total, counts.bad, state[0]) == (1, 0, "unknown")


@pytest.mark.parametrize(("bad", "total"), [(2, 1), (-1, 1), (0, -1)])
def test_x23_impossible_counts_are_refused(bad: int, total: int) -> None:
    with pytest.raises(ValueError, match="0 <= bad <= total"):
        burn_rate(bad, total, 50_000)


def test_x24_one_outage_is_one_page_with_the_tiers_inside_and_tells_once(floor: Floor) -> None:
    floor.closed(NOON_US - 20 * DAY_US, good=10_000)
    floor.closed(NOON_US, bad=40)
    found = floor.evaluate(NOON_US)
    assert set(found) == {"page burn", "ticket burn"}
    assert found["page burn"].rules == ("1h/5m at 14.40x", "6h/30m at 6.00x")
    assert found["ticket burn"].inhibited_by == found["page burn"].id
    assert [key for key, _ in floor.notices()] == ["A1/opened/1"]


def test_x25_an_alert_resolves_by_its_short_window_long_before_its_long_one_is_clear(
    build: Callable[..., Floor],
) -> None:
    floor = build(route(rules=(FAST,)))
    floor.closed(NOON_US - 20 * DAY_US, good=10_000)
    floor.closed(NOON_US, bad=200)
    floor.evaluate(NOON_US)
    for minute in range(6, 13):
        now_us = NOON_US + minute * MINUTE_US
        floor.closed(now_us, good=1)
        floor.evaluate(now_us)
    assert over(200, 207, 50_000, PAGE_K)
    assert floor.open() == {}
