"""What trust cost: minutes and money by kind, class, outcome and week, and what models took."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec
import pytest

from console.model import MINUTE_US
from console.review import build, period
from console.review.layout import layout
from console.review.terminal import render
from console.settings import Rates
from console.store.connect import attach
from tests.collector.running import DAY, NOON_US, Station, event, good, route

if TYPE_CHECKING:
    from pathlib import Path

    from console.review.types import Cost, Review

RATES = Rates(Fraction(60), Fraction(40), Fraction(15), "USD")


def reviewed(folder: Path, *lines: bytes, rates: Rates = RATES, at_s: int = 2 * DAY) -> Review:
    """Return the review of the seven days before an instant, on one route with an SLA."""
    settings = msgspec.structs.replace(route(sla_us=10 * MINUTE_US), rates=rates)
    station = Station(folder, settings)
    station.write("a.jsonl", *lines)
    station.at(at_s).read().close()
    connection = attach(station.store)
    try:
        span = period.latest(NOON_US + at_s * 1_000_000)
        return build.review(connection, station.settings, span, now_us=station.now_us)
    finally:
        connection.close()


def cost_of(review: Review) -> Cost:
    (view,) = review.routes
    return view.cost


RESCUED = (event("run.started", "r", 0), good("r", 60), event("rescued", "r", 600, minutes=30))
WAITED = (
    event("run.started", "w", 0),
    event("approval.requested", "w", 10, action="pay"),
    event("approval.granted", "w", 130, action="pay", by="ed"),
    good("w", 200),
)
LATE = (event("run.started", "l", 0), good("l", 1_800))
RECOVERED = (
    event("run.failed", "f", 0, reason="x"),
    event("recovery.started", "f", 60),
    event("recovery.succeeded", "f", 660),
)
ALL = (*RESCUED, *WAITED, *LATE, *RECOVERED)


def test_minutes_are_those_of_people_and_of_waiting(tmp_path: Path) -> None:
    found = cost_of(reviewed(tmp_path, *ALL))
    minutes = {kind: figure.value for kind, figure in found.minutes.items()}
    assert minutes == {"rescue": 30, "approval": 2, "delay": 20, "recovery": 10}


def test_money_is_minutes_times_rates_a_run_and_a_trusted_outcome(tmp_path: Path) -> None:
    found = cost_of(reviewed(tmp_path, *ALL))
    whole = 30_00 + 1_33 + 5_00 + 2_50
    assert found.money.value == whole
    assert found.per_run.value == -(-whole // 4)
    assert found.per_trusted.value == whole


def test_a_class_less_would_have_bought_its_runs_its_minutes_and_its_money(tmp_path: Path) -> None:
    review = reviewed(tmp_path, *ALL)
    found = cost_of(review)
    assert {name: item.value for name, item in found.sole.items()} == {
        "latency": 1, "trust": 2, "escalation": 0, "permission": 0, "recovery": 0,
    }  # fmt: skip
    assert (found.by_class["trust"].value, found.money_by_class["trust"].value) == (40, 32_50)
    assert found.money_by_class["latency"].value == 5_00
    said = render(layout(review))
    assert "without trust misses: 2 more runs trusted, 40 min and 32.50 USD less" in said


@pytest.mark.parametrize(
    ("at_s", "weeks", "trend"),
    [
        (DAY, [0, 0, 0, 30_00], "nothing before to compare with"),
        (8 * DAY, [0, 0, 30_00, 0], "the last week cost 0.0 times the mean of those before"),
        (40 * DAY, [0, 0, 0, 0], "nothing in four weeks"),
    ],
)
def test_weeks_end_with_the_review_and_say_where_they_go(
    tmp_path: Path, at_s: int, weeks: list[int], trend: str
) -> None:
    found = cost_of(reviewed(tmp_path, *RESCUED, at_s=at_s))
    assert [figure.value for _, figure in found.weeks] == weeks
    assert found.trend == trend


SPENT = (
    good("m1", 0, cost_usd=0.0123, tokens=1_000),
    event("action.taken", "m1", -5, action="x", cost_usd=0.01),
    event("run.started", "m2", 1),
    good("m2", 5, cost_usd=0.5, tokens=4_000),
    good("m3", 9),
)


def test_what_models_took_is_the_sum_of_what_the_events_of_runs_say(tmp_path: Path) -> None:
    found = cost_of(reviewed(tmp_path, *SPENT)).models
    assert {name: item.value for name, item in found.items()} == {
        "micro_usd": 522_300,
        "tokens": 5_000,
        "runs": 2,
        "runs_priced": 2,
        "runs_counted": 2,
        "micro_usd_per_run": 174_100,
        "micro_usd_per_trusted": 174_100,
        "tokens_per_run": 1_667,
        "tokens_per_trusted": 1_667,
    }


def test_a_run_really_costs_its_models_and_its_rescues(tmp_path: Path) -> None:
    review = reviewed(tmp_path, *SPENT, *RESCUED)
    found = cost_of(review)
    assert {name: item.value for name, item in found.whole.items()} == {
        "hundredths": 30_52, "hundredths_per_run": 7_63, "hundredths_per_trusted_outcome": 10_17,
    }  # fmt: skip
    said = render(layout(review))
    assert "models took 0.52 USD and 5,000 tokens in 2 runs that say so: 0.1306 USD a run" in said
    assert "with its models a run really cost 7.63 USD, and a trusted outcome 10.17 USD" in said


def test_dollars_and_another_currency_are_not_added(tmp_path: Path) -> None:
    rates = RATES._replace(currency="EUR")
    review = reviewed(tmp_path, *SPENT, *RESCUED, rates=rates)
    assert cost_of(review).whole == {}
    said = render(layout(review))
    assert "models took 0.52 USD" in said
    assert "really cost" not in said


def test_where_agents_write_nothing_of_models_nothing_is_said(tmp_path: Path) -> None:
    review = reviewed(tmp_path, *RESCUED)
    found = cost_of(review)
    assert found.models["micro_usd"].value is None
    assert found.whole == {}
    assert "models" not in render(layout(review))


@pytest.mark.parametrize("value", ["12", {"input": 3}, -1, 1e300, True, None], ids=repr)
def test_a_price_that_is_none_costs_the_run_nothing_else(tmp_path: Path, value: object) -> None:
    review = reviewed(tmp_path, good("g", 0, cost_usd=value, tokens=value))
    (view,) = review.routes
    assert view.experienced["total"].value == 1
    assert view.cost.models["runs"].value == 0


def test_the_largest_claims_are_held_to_what_a_store_can_hold(tmp_path: Path) -> None:
    lines = [good(f"g{n}", n, cost_usd=999_999_999.0, tokens=10**15 - 1) for n in range(5)]
    found = cost_of(reviewed(tmp_path, *lines)).models
    assert found["tokens"].value == 5 * (10**15 - 1)


def test_what_only_says_tokens_is_told_in_tokens_and_never_priced(tmp_path: Path) -> None:
    review = reviewed(tmp_path, good("m1", 0, tokens=4_000), good("m2", 5, tokens=2_000))
    found = cost_of(review)
    assert (found.models["micro_usd"].value, found.whole) == (None, {})
    said = render(layout(review))
    assert "models took 6,000 tokens in 2 runs that say so: 3,000 tokens a run" in said
    assert "no log says what that cost" in said
    assert "0.00 USD" not in said.partition("models took")[2].partition("\n")[0]


def test_a_cost_that_only_some_runs_say_names_them(tmp_path: Path) -> None:
    lines = (good("m1", 0, cost_usd=0.5, tokens=10), good("m2", 5, tokens=2_000))
    said = render(layout(reviewed(tmp_path, *lines)))
    assert "models took 0.50 USD in 1 runs that say what they cost: 0.2500 USD a run" in said
    assert "and 2,010 tokens in 2 runs that say so" in said


def test_a_cost_of_nothing_that_agents_say_is_known(tmp_path: Path) -> None:
    review = reviewed(tmp_path, good("m1", 0, cost_usd=0, tokens=4_000), good("m2", 5), *RESCUED)
    found = cost_of(review)
    assert (found.models["micro_usd"].value, found.models["runs_priced"].value) == (0, 1)
    assert found.whole["hundredths"].value == found.money.value
    said = render(layout(review))
    assert "models took 0.00 USD and 4,000 tokens in 1 runs that say so: 0.0000 USD a run" in said
    assert "no log says what that cost" not in said


def test_no_tokens_that_agents_say_are_known(tmp_path: Path) -> None:
    found = cost_of(reviewed(tmp_path, good("m1", 0, cost_usd=0.5, tokens=0))).models
    assert (found["tokens"].value, found["runs_counted"].value) == (0, 1)


def test_a_meter_that_reads_nothing_is_read(tmp_path: Path) -> None:
    line = event("usage", "m1", 1, cost_usd=0.0, meter="a")
    found = cost_of(reviewed(tmp_path, good("m1", 0), line)).models
    assert (found["micro_usd"].value, found["tokens"].value) == (0, None)


def test_of_one_meter_s_readings_in_a_run_the_largest_counts_once(tmp_path: Path) -> None:
    def read(at_s: int, tokens: int, meter: str) -> bytes:
        return event("usage", "m1", at_s, tokens=tokens, cost_usd=tokens / 1_000, meter=meter)

    lines = (good("m1", 0, tokens=1), read(1, 50, "a"), read(9, 20, "a"), read(3, 7, "b"))
    found = cost_of(reviewed(tmp_path, *lines, *lines)).models
    assert (found["tokens"].value, found["micro_usd"].value) == (58, 57_000)


def test_usage_alone_is_no_run(tmp_path: Path) -> None:
    review = reviewed(tmp_path, good("m1", 0), event("usage", "m2", 5, tokens=7))
    (view,) = review.routes
    assert view.experienced["total"].value == 1
    assert view.cost.models["tokens"].value == 7
