"""When the budget is gone, with the range that two paces give."""

from __future__ import annotations

from typing import Any

import pytest

from console.burn import forecast, rules
from console.burn.forecast import Forecast
from console.model import DAY_US, HOUR_US, Counts, Window
from tests.burn.floor import FAST, NOON_US, route

MONTH = Window(days=30)
HALF = Counts(total=1_000, bad=25)
"""Half of a budget of 5 % is left: 15 days of it at a burn of 1."""
TWICE, FOUR, FIVE = Counts(total=100, bad=10), Counts(total=100, bad=20), Counts(total=100, bad=25)
CALM = Counts(total=100, bad=1)


def found(**changes: Any) -> Forecast:
    """Return the forecast of a half spent budget, reckoned at noon."""
    given = {"charged": HALF, "readings": (), "day": TWICE, "hour": TWICE} | changes
    charged, readings = given.pop("charged"), given.pop("readings")
    return forecast.forecast(MONTH, 50_000, charged, readings, now_us=NOON_US, **given)


def test_what_is_left_lasts_by_the_pace_of_the_last_day() -> None:
    # Half of thirty days at twice the pace.
    assert found().at_us == NOON_US + 15 * DAY_US // 2


def test_a_rule_that_fires_says_the_pace() -> None:
    reading = rules.read(FAST, Counts(100, 80), Counts(100, 80), 1_000, route())
    assert reading.fires
    assert found(readings=(reading,)).at_us == NOON_US + 15 * DAY_US // 16


def test_the_range_is_what_the_last_day_and_the_last_hour_give() -> None:
    forecasted = found(hour=FOUR)
    assert (forecasted.earliest_us, forecasted.latest_us) == (
        NOON_US + 15 * DAY_US // 4,
        NOON_US + 15 * DAY_US // 2,
    )


def test_at_a_slower_pace_that_keeps_the_objective_there_is_no_later_end() -> None:
    forecasted = found(hour=CALM)
    assert forecasted.earliest_us == forecasted.at_us == NOON_US + 15 * DAY_US // 2
    assert forecasted.latest_us is None


def test_an_hour_without_a_run_says_nothing() -> None:
    forecasted = found(hour=Counts())
    assert forecasted.earliest_us == forecasted.latest_us == forecasted.at_us


@pytest.mark.parametrize(
    ("changes", "outlook"),
    [
        ({"charged": Counts()}, "no data"),
        ({"charged": Counts(total=100, bad=5)}, "spent"),
        ({"charged": Counts(total=100, bad=50)}, "spent"),
        ({"day": CALM}, "on track"),
        ({"day": Counts(total=100, bad=5)}, "on track"),
        ({"day": Counts()}, "on track"),
        ({}, "exhausts"),
    ],
)
def test_the_outlook_in_a_word(changes: dict[str, Any], outlook: str) -> None:
    forecasted = found(**changes)
    assert forecasted.outlook == outlook
    assert (forecasted.at_us is not None) is (outlook == "exhausts")


@pytest.mark.parametrize(
    ("forecasted", "words"),
    [
        (Forecast("on track"), ""),
        (Forecast("no data"), ""),
        (Forecast("spent"), "The budget is spent."),
        (
            Forecast("exhausts", NOON_US + HOUR_US, NOON_US + HOUR_US, NOON_US + HOUR_US),
            "Budget gone by 13:00 UTC.",
        ),
        (
            Forecast("exhausts", NOON_US + 2 * HOUR_US, NOON_US + HOUR_US, NOON_US + DAY_US),
            "Budget gone by 14:00 UTC (between 13:00 UTC and 3 Mar 12:00 UTC).",
        ),
        (
            Forecast("exhausts", NOON_US + 2 * HOUR_US, NOON_US + HOUR_US, None),
            "Budget gone by 14:00 UTC (at the earliest 13:00 UTC; at the slower pace it lasts).",
        ),
    ],
)
def test_it_is_said_as_a_clock_time_with_its_range(forecasted: Forecast, words: str) -> None:
    assert forecast.words(forecasted, NOON_US, "UTC") == words


def test_a_clock_time_is_in_the_zone_of_the_route() -> None:
    assert forecast.clock(NOON_US, NOON_US, "Europe/Berlin") == "13:00 CET"
