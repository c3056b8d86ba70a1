"""What is measured judges the runs that start after it was set, whoever set it before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.collector.running import HOUR, MINUTE, Station, event, good, route

if TYPE_CHECKING:
    from pathlib import Path

STRICT = route(sla_us=10 * MINUTE * 1_000_000)
LOOSE = route(sla_us=HOUR * 1_000_000)


def slow(run: str, at_s: float) -> bytes:
    """Return the lines of a run that takes twenty minutes."""
    return event("run.started", run, at_s) + good(run, at_s + 20 * MINUTE)


def late_words(station: Station, *runs: str) -> None:
    """Let runs be judged again, by a line that comes late."""
    at_s = 3 * HOUR - MINUTE
    station.write("late.jsonl", *(event("check.passed", run, at_s, check="qa") for run in runs))


def missed(station: Station) -> list[str]:
    return [miss["run"] for miss in station.read().misses()]


@pytest.mark.parametrize("known", [True, False], ids=["configured", "discovered"])
def test_an_objective_set_later_judges_only_later_runs(tmp_path: Path, known: bool) -> None:
    station = Station(tmp_path, *([route()] if known else []))
    station.write("a.jsonl", slow("before", 0))
    assert missed(station.at(2 * HOUR)) == []
    station.restart(STRICT)
    station.write("a.jsonl", slow("after", 2 * HOUR + 1))
    late_words(station, "before", "after")
    assert missed(station.at(3 * HOUR)) == ["after"]
    station.close()


def test_an_objective_loosened_later_clears_no_earlier_miss(tmp_path: Path) -> None:
    station = Station(tmp_path, STRICT)
    station.write("a.jsonl", slow("before", 0))
    assert missed(station.at(2 * HOUR)) == ["before"]
    station.restart(LOOSE)
    station.write("a.jsonl", slow("after", 2 * HOUR + 1))
    late_words(station, "before", "after")
    assert missed(station.at(3 * HOUR)) == ["before"]
    station.close()


def test_a_route_taken_out_of_the_settings_is_measured_as_its_tier_says(tmp_path: Path) -> None:
    station = Station(tmp_path, STRICT)
    station.write("a.jsonl", slow("before", 0))
    assert missed(station.at(2 * HOUR)) == ["before"]
    station.restart(route("another"))
    station.write("a.jsonl", slow("after", 2 * HOUR + 1))
    late_words(station, "before", "after")
    assert missed(station.at(3 * HOUR)) == ["before"]
    station.close()


def test_what_a_tier_measures_has_a_history_too(tmp_path: Path) -> None:
    station = Station(tmp_path)
    station.write("a.jsonl", slow("before", 0))
    assert missed(station.at(2 * HOUR)) == []
    station.close()
    medium = msgspec.structs.replace(station.settings.tiers["medium"], measured=STRICT.measured)
    tiers = {**station.settings.tiers, "medium": medium}
    station.settings = msgspec.structs.replace(station.settings, tiers=tiers)
    station.restart()
    station.write("a.jsonl", slow("after", 2 * HOUR + 1))
    late_words(station, "before", "after")
    assert missed(station.at(3 * HOUR)) == ["after"]
    station.close()


def test_the_first_version_holds_for_all_of_a_routes_past(tmp_path: Path) -> None:
    station = Station(tmp_path, STRICT)
    station.at(24 * HOUR).write("a.jsonl", slow("before", 0))
    assert missed(station) == ["before"]
    station.close()


def test_of_the_versions_the_newest_at_a_runs_start_counts(tmp_path: Path) -> None:
    station = Station(tmp_path, LOOSE)
    for hour, version in enumerate((STRICT, LOOSE, STRICT), start=2):
        station.at(hour * HOUR).restart(version)
    for hour in (1, 2, 3, 4):
        station.write("a.jsonl", slow(f"r{hour}", hour * HOUR + MINUTE))
    assert missed(station.at(9 * HOUR)) == ["r2", "r4"]
    station.close()
