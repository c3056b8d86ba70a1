"""The page that says that a budget is spent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from console.model import DAY_US, HOUR_US
from tests.burn.floor import NOON_US, ROUTE, Floor, route

BOTH = {"page spent", "ticket left"}
"""The page, and behind it the ticket of the marks at 50 % and 25 %, which tells nobody."""


@pytest.fixture
def spent(build: Callable[..., Floor]) -> Floor:
    """Return a floor on which 10 of 100 runs missed, twice the budget, ten days ago."""
    floor = build(route(rules=(), absent_after_us=DAY_US))
    floor.closed(NOON_US - 10 * DAY_US, good=90, bad=10)
    floor.closed(NOON_US, good=1)
    assert set(floor.evaluate(NOON_US)) == BOTH
    return floor


def test_it_says_how_far_below_zero_the_budget_is(spent: Floor) -> None:
    words = spent.open()["page spent"].words
    assert words == "drafts: -98.02 % of the budget is left over 30d. Owner: dana."


def test_it_says_how_fast_it_goes_on_burning_and_by_what(spent: Floor) -> None:
    spent.closed(NOON_US, bad=1)
    assert spent.evaluate(NOON_US)["page spent"].words == (
        "drafts: -115.69 % of the budget is left over 30d. It burns 10.00x: 1 of 2 runs missed in "
        "the last 1h, mostly trust (1). Owner: dana."
    )


def test_it_fires_when_exactly_nothing_is_left(build: Callable[..., Floor]) -> None:
    floor = build(route(rules=()))
    floor.closed(NOON_US, good=96, bad=4)
    assert set(floor.evaluate(NOON_US)) == {"ticket left"}
    floor.closed(NOON_US, bad=2)
    floor.closed(NOON_US, good=18)
    assert floor.evaluate(NOON_US)["page spent"].words.startswith("drafts: 0 % of")


def test_good_runs_give_it_back_once_an_hour_has_passed_on_the_right_side(spent: Floor) -> None:
    spent.closed(NOON_US + HOUR_US, good=400)
    assert set(spent.evaluate(NOON_US + HOUR_US)) == BOTH
    assert set(spent.evaluate(NOON_US + 2 * HOUR_US - 1)) == BOTH
    assert spent.evaluate(NOON_US + 2 * HOUR_US) == {}


def test_one_that_was_spent_says_since_when_and_when_it_clears(spent: Floor) -> None:
    spent.closed(NOON_US + HOUR_US, good=400)
    spent.evaluate(NOON_US + HOUR_US)
    words = spent.evaluate(NOON_US + HOUR_US + 1)["page spent"].words
    assert words.startswith("drafts: was spent at 12:00 UTC; clears at 14:00 UTC. ")
    assert words.endswith(" % of the budget is left over 30d. Owner: dana.")


def test_a_budget_that_hovers_at_nothing_is_one_page(spent: Floor) -> None:
    for hour in range(1, 6):
        now_us = NOON_US + hour * HOUR_US // 2
        spent.closed(now_us, good=200 if hour % 2 else 0, bad=0 if hour % 2 else 10)
        spent.evaluate(now_us)
    assert [key for key, _ in spent.notices()] == ["A1/opened/1"]


def test_a_budget_smaller_than_one_run_is_said_not_paged(build: Callable[..., Floor]) -> None:
    floor = build(route(rules=()))
    floor.closed(NOON_US, good=17, bad=2)
    assert floor.evaluate(NOON_US) == {}
    floor.closed(NOON_US, good=1)
    assert set(floor.evaluate(NOON_US)) == BOTH


def test_a_single_miss_spends_nothing_that_pages(build: Callable[..., Floor]) -> None:
    floor = build(route(rules=()))
    floor.closed(NOON_US, good=19, bad=1)
    assert floor.evaluate(NOON_US) == {}


def test_an_empty_window_resolves_nothing(spent: Floor) -> None:
    assert set(spent.evaluate(NOON_US + 31 * DAY_US)) >= BOTH


def test_catching_up_resolves_nothing(spent: Floor) -> None:
    spent.closed(NOON_US + HOUR_US, good=200)
    assert set(spent.evaluate(NOON_US + HOUR_US, behind=[ROUTE])) == BOTH


def test_stale_sources_resolve_nothing(spent: Floor) -> None:
    assert set(spent.evaluate(NOON_US + 21 * DAY_US)) >= BOTH
