"""In how many budget windows an objective was met, against adding up each by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from console.burn import windows
from console.burn.windows import Span
from console.model import MINUTE_US, Window
from console.review.past import Past
from console.review.weigh import evidence, windows_met
from tests.collector.running import DAY, HOUR, NOON_US, Station, event, good, route

if TYPE_CHECKING:
    from pathlib import Path

FIRST = NOON_US // MINUTE_US
SPAN = Span(FIRST + 60, FIRST + 20 * 1440 + 17)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """Three weeks of three runs a day, of which each fourth fails in the second week only."""
    found = Station(tmp_path)
    for number in range(63):
        at_s = number * 8 * HOUR + number % 7 * 61
        failed = 21 <= number < 42 and number % 4 == 0
        line = event("run.failed", f"f{number}", at_s, reason="x") if failed else None
        found.write("a.jsonl", line or good(f"g{number}", at_s))
    return found.at(22 * DAY).read()


def plainly(station: Station, window: Window, fewest: int, budget_ppm: int) -> tuple[int, int]:
    cells = station.collector.writer.connection.execute(
        "select minute, total, bad from counts"
    ).fetchall()
    met = known = 0
    for end in range(SPAN.end, SPAN.first, -1440):
        inside = windows.budget_span(window, end * MINUTE_US - 1)
        counted = [(total, bad) for at, total, bad in cells if inside.first <= at < inside.end]
        total, bad = (sum(one[place] for one in counted) for place in (0, 1))
        if total >= fewest:
            known += 1
            met += bad * 1_000_000 <= total * budget_ppm
    return met, known


@pytest.mark.parametrize(
    "window",
    [
        Window(days=1),
        Window(days=7),
        Window(days=30),
        Window(days=None, unit="day", timezone="Asia/Kathmandu"),
        Window(days=None, unit="week", timezone="Europe/Berlin"),
        Window(days=None, unit="month"),
    ],
    ids=lambda window: window.text,
)
@pytest.mark.parametrize("fewest", [1, 3, 10])
def test_windows_are_counted_one_a_day(station: Station, window: Window, fewest: int) -> None:
    settings = msgspec.structs.replace(route(), window=window, min_runs=fewest, budget_ppm=100_000)
    past = Past(route=settings, span=SPAN, cells=(), bad=())
    said = evidence(station.collector.writer.connection, past, [])
    assert windows_met(said) == plainly(station, window, fewest, 100_000)
