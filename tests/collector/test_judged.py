"""When a picture is whole: every route judged on all that was there when the collector began."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.collector import intake
from console.intake import blocks

from .running import Station, event, route

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    found = Station(tmp_path, route())
    found.write("a.jsonl", event("run.failed", "r1"))
    yield found
    found.close()


def judged(station: Station, *, as_of: bool = False) -> bool:
    return station.snapshot(as_of=as_of).store.judged


def test_what_is_read_is_not_judged_before_it_is_evaluated(station: Station) -> None:
    station.collector.catch_up()
    assert not judged(station)
    station.collector.evaluate()
    assert judged(station)


def test_an_evaluation_before_all_is_read_judges_nothing(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "TURN_BYTES", 1)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 1_000)
    station.write("long.jsonl", *(event("run.failed", f"r{n}") for n in range(40)))
    station.collector.step()
    station.collector.evaluate()
    assert not judged(station)
    station.at(5).read()
    assert judged(station)


def test_a_collector_that_begins_again_judges_again(station: Station) -> None:
    station.read()
    station.restart()
    station.at(5).collector.step()
    assert not judged(station)
    station.collector.evaluate()
    assert judged(station)


def test_new_lines_leave_what_was_judged_judged(station: Station) -> None:
    station.read()
    station.write("a.jsonl", event("run.failed", "r2", 3))
    station.at(5).collector.step()
    assert judged(station)


def test_the_past_does_not_settle_any_more(station: Station) -> None:
    station.collector.catch_up()
    assert judged(station, as_of=True)
