"""Where misses lie thicker than runs: one agent, one hour of the day, one change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.review import build, period
from console.store.connect import attach
from tests.collector.running import DAY, HOUR, NOON_US, Station, event, good

if TYPE_CHECKING:
    from pathlib import Path

    from console.review.types import RouteReview


def reviewed(folder: Path, *lines: bytes) -> RouteReview:
    station = Station(folder)
    station.write("a.jsonl", *lines)
    station.at(3 * DAY).read().close()
    connection = attach(station.store)
    try:
        span = period.latest(NOON_US + 3 * DAY * 1_000_000)
        (view,) = build.review(connection, station.settings, span, now_us=station.now_us).routes
        return view
    finally:
        connection.close()


def ran(count: int, *, bad: int, at_s: int, agent: str = "", every_s: int = 7_200) -> list[bytes]:
    """Return so many runs, a run every so often, of which the first so many failed."""
    found = []
    for place in range(count):
        run, at = f"{agent}{at_s}-{place}", at_s + place * every_s
        failed = event("run.failed", run, at, agent=agent, reason="x")
        found.append(failed if place < bad else good(run, at, agent=agent))
    return found


def said(view: RouteReview) -> dict[str, int | None]:
    return {text: figure.value for text, figure in view.concentration}


def test_an_agent_that_misses_twice_as_often_is_named_with_its_runs(tmp_path: Path) -> None:
    view = reviewed(
        tmp_path, *ran(10, bad=4, at_s=0, agent="a-1"), *ran(20, bad=1, at_s=60, agent="a-2")
    )
    assert said(view)["agent a-1 missed out of proportion to its 10 runs"] == 4
    assert view.concentration_figures[0]["closed"].value == 10


def test_agents_that_miss_alike_are_not_named(tmp_path: Path) -> None:
    view = reviewed(
        tmp_path, *ran(10, bad=3, at_s=0, agent="a-1"), *ran(10, bad=3, at_s=60, agent="a-2")
    )
    assert not [text for text in said(view) if text.startswith("agent")]


def test_an_hour_that_misses_twice_as_often_is_named(tmp_path: Path) -> None:
    lunch = [line for day in (0, 1) for line in ran(3, bad=2, at_s=day * DAY, every_s=60)]
    view = reviewed(tmp_path, *lunch, *ran(20, bad=0, at_s=3 * HOUR))
    assert said(view)["the hour from 12:00 UTC missed out of proportion to its 6 runs"] == 4


def test_a_change_is_named_with_the_misses_before_and_after_it(tmp_path: Path) -> None:
    change = event("change.deployed", at_s=DAY, change="model", version="v7", id="c")
    view = reviewed(
        tmp_path, *ran(10, bad=1, at_s=0), change, *ran(10, bad=5, at_s=DAY + 60, agent="b")
    )
    text = "since model v7 5 of 10 runs missed, before it 1 of 10"
    assert said(view)[text] == 5
    place = list(said(view)).index(text)
    figures = {name: one.value for name, one in view.concentration_figures[place].items()}
    assert figures == {"closed": 10, "misses_before": 1, "closed_before": 10}


def test_a_change_after_which_it_is_as_before_is_not_named(tmp_path: Path) -> None:
    change = event("change.deployed", at_s=DAY, change="model", version="v7", id="c")
    view = reviewed(
        tmp_path, *ran(10, bad=4, at_s=0), change, *ran(10, bad=4, at_s=DAY + 60, agent="b")
    )
    assert not [text for text in said(view) if text.startswith("since")]
