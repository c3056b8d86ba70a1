"""What another objective would have alerted is what an evaluation of the same runs alerts."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.burn.windows import Span
from console.model import DAY_US, HOUR_US, MINUTE_US
from console.review.advice import advice
from console.review.backtest import backtest
from console.store import alerts
from console.store.figures import Scope
from tests.burn.floor import NOON_US, ROUTE, Floor, event, route

_END = NOON_US // MINUTE_US + 2 * 1440


@pytest.fixture
def burned(tmp_path: Path) -> Floor:
    """A day of twelve runs an hour; in its last two hours every run fails."""
    floor = Floor(tmp_path / "s.db")
    for place in range(24 * 12):
        at_us = NOON_US + place * HOUR_US // 12
        kind = "run.failed" if place >= 22 * 12 else "run.delivered"
        floor.take(event(kind, f"r{place}", at_us))
    return floor


def counted(floor: Floor, budget_ppm: int) -> tuple[int, int]:
    scope = Scope(ROUTE, Span(NOON_US // MINUTE_US, _END))
    return backtest(floor.writer.connection, scope, route(), budget_ppm)


def test_a_stricter_objective_never_alerts_less_on_a_total_failure(burned: Floor) -> None:
    pages = [counted(burned, ppm)[0] for ppm in (10_000, 50_000)]
    assert pages == [1, 1]
    burned.close()


def test_it_pages_where_the_collector_pages(burned: Floor) -> None:
    burned.evaluate(NOON_US + DAY_US)
    opened = alerts.read(burned.writer.connection)
    assert {alert.severity for alert in opened} >= {"page"}
    assert counted(burned, 50_000)[0] >= 1
    burned.close()


def test_candidates_say_which_would_have_been_kept(burned: Floor) -> None:
    scope = Scope(ROUTE, Span(NOON_US // MINUTE_US, _END))
    found = advice(burned.writer.connection, scope, route(), every=True)
    kept = {item.budget_ppm: item.kept for item in found}
    assert kept == {
        1_000: False, 2_500: False, 5_000: False, 10_000: False, 20_000: False, 50_000: False,
        100_000: True,
    }  # fmt: skip
    assert [item.budget_ppm for item in found if item.current] == [50_000]
    burned.close()
