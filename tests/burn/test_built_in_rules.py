"""The built-in burn rules of every budget window, and how an objective changes them."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.burn import rules
from console.burn.arithmetic import ceiling, threshold
from console.burn.windows import label
from console.model import BurnRule, Window
from tests.burn.floor import FAST, route

TABLE = {
    1: ["page 1h/5m 1/4 6", "page 4h/20m 1/2 3"],
    7: ["page 1h/5m 1/10 84/5", "page 6h/30m 1/5 28/5", "ticket 1d/2h 2/5 14/5"],
    28: [
        "page 1h/5m 1/50 336/25",
        "page 6h/30m 1/20 28/5",
        "ticket 1d/2h 1/10 14/5",
        "ticket 3d/6h 3/28 1",
    ],
    30: [
        "page 1h/5m 1/50 72/5",
        "page 6h/30m 1/20 6",
        "ticket 1d/2h 1/10 3",
        "ticket 3d/6h 1/10 1",
    ],
    90: [
        "page 1h/5m 1/100 108/5",
        "page 6h/30m 3/100 54/5",
        "ticket 1d/2h 1/20 9/2",
        "ticket 3d/6h 1/10 3",
    ],
}
"""Per days of the budget window: severity, long/short, share of the budget, k."""
STRICT = 1_000
"""A budget (99.9 %) at which every built-in threshold can be reached."""


def written(rule: BurnRule) -> str:
    windows = f"{label(rule.long_us)}/{label(rule.short_us)}"
    return f"{rule.severity} {windows} {rule.share} {rule.k}"


@pytest.mark.parametrize("days", TABLE)
def test_each_window_has_its_rules(days: int) -> None:
    assert [written(rule) for rule in rules.built_in(Window(days=days), STRICT)] == TABLE[days]


@pytest.mark.parametrize(("unit", "days"), [("day", 1), ("week", 7), ("month", 30)])
def test_a_calendar_window_has_the_rules_of_its_length(unit: str, days: int) -> None:
    window = Window(days=None, unit=unit)
    assert [written(rule) for rule in rules.built_in(window, STRICT)] == TABLE[days]


@pytest.mark.parametrize(
    ("days", "row"), [(2, 1), (6, 1), (14, 7), (27, 7), (29, 28), (31, 30), (89, 30), (365, 90)]
)
def test_another_window_takes_the_rules_of_the_longest_not_above_it(days: int, row: int) -> None:
    assert [written(rule) for rule in rules.built_in(Window(days=days), STRICT)] == TABLE[row]


@pytest.mark.parametrize("days", TABLE)
def test_k_is_the_burn_that_spends_the_share_in_the_long_window(days: int) -> None:
    for rule in rules.built_in(Window(days=days), STRICT):
        lookback = timedelta(microseconds=rule.long_us)
        assert rule.k == threshold(rule.share, timedelta(days=days), lookback)


@pytest.mark.parametrize(
    ("budget_ppm", "fast", "slow"),
    [
        pytest.param(50_000, ("72/5", False), ("6", False), id="95"),
        pytest.param(69_444, ("72/5", False), ("6", False), id="the-last-that-reaches-14.4"),
        pytest.param(70_000, ("80/7", True), ("6", False), id="93"),
        pytest.param(100_000, ("8", True), ("6", False), id="90"),
        pytest.param(170_000, ("80/17", True), ("80/17", True), id="83"),
    ],
)
def test_a_threshold_that_cannot_be_reached_is_lowered_to_four_fifths_of_what_can(
    budget_ppm: int, fast: tuple[str, bool], slow: tuple[str, bool]
) -> None:
    found = rules.built_in(Window(days=30), budget_ppm)
    assert [(str(rule.k), rule.lowered) for rule in found[:2]] == [fast, slow]


def test_a_lowered_threshold_keeps_its_windows_and_its_share() -> None:
    lowered = rules.built_in(Window(days=30), 100_000)[0]
    assert lowered == FAST._replace(k=Fraction(8), lowered=True)


def test_a_rule_is_dropped_where_the_lowered_threshold_would_be_under_1() -> None:
    assert [str(rule.k) for rule in rules.built_in(Window(days=30), 800_000)] == ["1"] * 4
    assert [str(rule.k) for rule in rules.built_in(Window(days=30), 800_001)] == ["1"]


@given(days=st.integers(1, 400), budget_ppm=st.integers(1, 1_000_000))
def test_every_built_in_rule_can_fire_and_never_on_a_route_on_track(
    days: int, budget_ppm: int
) -> None:
    for rule in rules.built_in(Window(days=days), budget_ppm):
        assert 1 <= rule.k <= ceiling(budget_ppm)


def test_rules_that_the_owner_wrote_stand_instead_of_all_built_in_ones() -> None:
    assert rules.of(route(rules=(FAST,))) == (FAST,)
    assert rules.of(route(rules=())) == ()
    assert rules.of(route()) == rules.built_in(Window(days=30), 50_000)
