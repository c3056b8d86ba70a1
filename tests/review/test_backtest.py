"""What another objective would have alerted is what an evaluation of the same runs alerts."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.burn import evaluation, rules, windows
from console.burn.ground import QUARTER_US, Ground
from console.burn.lifecycle import Alert
from console.burn.windows import Span
from console.model import DAY_US, HOUR_US, MINUTE_US, Counts, Severity, Window
from console.review.advice import advice
from console.review.backtest import Recorded, backtest, recorded
from console.settings import RouteSettings
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
    return backtest(recorded(floor.writer.connection, scope, route()), route(), budget_ppm)


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


FIRST = NOON_US // MINUTE_US
SPAN = Span(FIRST, FIRST + 4 * 1440)
Cells = list[tuple[int, Counts]]


def at_every_look(cells: Cells, settings: RouteSettings) -> tuple[int, int]:
    """Count as `backtest` does, by a whole evaluation at every look, with nothing left out."""
    settings = msgspec.structs.replace(settings, absent_after_us=QUARTER_US)
    past = Recorded(cells, SPAN)
    known: dict[Severity, Alert] = {}
    ids, opened = count(1), dict.fromkeys(Severity, 0)
    for minute in past.looks:
        now_us = minute * MINUTE_US

        def trailing(length_us: int, now_us: int = now_us) -> Counts:
            return past.over(windows.trailing(now_us, length_us))

        budget = past.over(windows.budget_span(settings.window, now_us))
        readings = tuple(
            rules.read(
                rule, trailing(rule.long_us), trailing(rule.short_us), budget.total, settings
            )
            for rule in rules.of(settings)
        )
        ground = Ground(
            route=settings, now_us=now_us, readings=readings, experienced=budget, charged=budget,
            first_us=now_us, last_us=now_us, hour=trailing(HOUR_US), day=trailing(DAY_US),
            quarter=trailing(QUARTER_US),
        )  # fmt: skip
        outcome = evaluation.evaluate(ground, known, (), lambda: f"A{next(ids)}")
        for severity in outcome.open.keys() - known.keys():
            opened[severity] += 1
        known = outcome.open
    return opened[Severity.PAGE], opened[Severity.TICKET]


def history(seed: int) -> Cells:
    """Return busy and quiet stretches, bad ones among them, before and in the span."""
    rng, cells = Random(seed), dict[int, Counts]()
    minute = SPAN.first - rng.randrange(1440)
    while minute < SPAN.end and len(cells) < 400:
        share, step = rng.choice((0, 0, 0, 1, 10, 50, 100)), rng.choice((1, 3, 20, 90, 240))
        for _ in range(rng.randint(1, 60)):
            total = rng.randint(1, 3)
            bad = int(rng.randrange(100) < share)
            trust = bad * rng.randrange(2)
            cells[minute] = Counts(total=total, bad=bad, trust=trust, latency=bad - trust)
            minute += step
        minute += rng.choice((0, 0, 60, 400, 1500))
    return sorted((minute, counts) for minute, counts in cells.items() if minute < SPAN.end)


@given(
    cells=st.integers(0, 2**32).map(history),
    budget_ppm=st.sampled_from((1_000, 10_000, 20_000, 50_000, 100_000, 500_000)),
    window=st.sampled_from(
        (
            Window(days=1),
            Window(days=7),
            Window(days=30),
            Window(days=None, unit="week"),
            Window(days=None, unit="month", timezone="Europe/Berlin"),
        )
    ),
    guards=st.sampled_from(((10, 2), (1, 1), (40, 3))),
    caps=st.sampled_from(({}, {}, {"trust": 20_000})),
)
@example(cells=[], budget_ppm=10_000, window=Window(), guards=(10, 2), caps={})
def test_what_is_left_out_would_have_changed_nothing(
    cells: Cells,
    budget_ppm: int,
    window: Window,
    guards: tuple[int, int],
    caps: dict[str, int],
) -> None:
    """A look that is passed over is one at which a whole evaluation opens and ends nothing."""
    settings = msgspec.structs.replace(
        route(), budget_ppm=budget_ppm, window=window, min_runs=guards[0], min_misses=guards[1],
        caps_ppm=caps,
    )  # fmt: skip
    found = backtest(Recorded(cells, SPAN), settings, budget_ppm)
    assert found == at_every_look(cells, settings)
