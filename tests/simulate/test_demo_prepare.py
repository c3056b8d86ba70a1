"""The demonstration plays the committed recording as if it had just happened."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.demo import DemoPlan, locate_sample_logs, prepare
from console.demo.pace import (
    FASTEST_PER_S,
    SLOWEST_PER_S,
    Recorded,
    recorded,
    seconds_between_runs,
)
from console.demo.prepare import shifted
from console.simulate import read_truth
from console.simulate.lines import instant, stamp

NOW_US = instant("2031-02-03T04:05:06.789Z")
SAMPLE = Path(__file__).parents[2] / "sample_logs"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> DemoPlan:
    return prepare(SAMPLE, tmp_path_factory.mktemp("demo") / "play", NOW_US)


def test_the_sample_logs_are_found_beside_the_package() -> None:
    assert locate_sample_logs() == SAMPLE


def test_a_missing_recording_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"logs\.truth\.json"):
        prepare(tmp_path, tmp_path / "play", NOW_US)


def test_the_recorded_end_becomes_now(plan: DemoPlan) -> None:
    assert plan.recorded_end_us + plan.shift_us == NOW_US
    assert plan.recorded_end_us == instant(read_truth(SAMPLE / "logs.truth.json").until)


def test_every_line_moves_alike_and_nothing_else_changes(plan: DemoPlan) -> None:
    for path in sorted((SAMPLE / "logs").rglob("*.jsonl")):
        before = path.read_text().splitlines()
        after = (plan.logs / path.relative_to(SAMPLE / "logs")).read_text().splitlines()
        assert len(before) == len(after)
        for old, new in zip(map(json.loads, before), map(json.loads, after), strict=True):
            assert instant(new.pop("ts")) - instant(old.pop("ts")) == plan.shift_us
            assert new == old


def test_the_settings_come_along_beside_the_logs(plan: DemoPlan) -> None:
    assert plan.settings.read_bytes() == (SAMPLE / "burnline.toml").read_bytes()
    assert plan.settings.parent == plan.logs.parent
    assert len(plan.routes) == 8


def test_logs_that_are_there_already_are_not_written_over(plan: DemoPlan) -> None:
    with pytest.raises(FileExistsError):
        prepare(SAMPLE, plan.logs.parent, NOW_US)


def test_a_time_within_a_text_is_left_alone() -> None:
    line = json.dumps({"ts": "2026-01-01T00:00:00.000Z", "reason": '"ts":"2026-01-01T00:00:00Z"'})
    moved = json.loads(shifted(line.replace('": "', '":"').encode(), 60_000_000))
    assert moved["ts"] == "2026-01-01T00:01:00.000Z"
    assert moved["reason"] == '"ts":"2026-01-01T00:00:00Z"'


@given(st.integers(0, 4_102_444_800_000))
def test_an_instant_survives_being_written(milliseconds: int) -> None:
    assert instant(stamp(milliseconds * 1_000)) == milliseconds * 1_000


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no zone"):
        instant("2026-01-01T00:00:00")


def test_the_recorded_traffic_is_read_from_the_logs(plan: DemoPlan) -> None:
    found = {one.route: one for one in recorded(plan.logs)}
    truth = read_truth(SAMPLE / "logs.truth.json")
    for name, route in truth.routes.items():
        assert found[name].agents == tuple(route.agents)
        per_month = found[name].runs_per_s * 30 * 86_400
        assert route.runs <= per_month <= route.runs * 1.15


@pytest.mark.parametrize("speed", [0.001, 60, 100_000])
def test_the_fleet_starts_runs_often_enough_to_see_and_no_oftener(speed: float) -> None:
    routes = [Recorded("a", ("a-1", "a-2"), 0.003), Recorded("b", ("b-1",), 0.001)]
    between_s = seconds_between_runs(routes, speed)
    rates = {one.route: len(one.agents) / between_s[one.route] for one in routes}
    assert SLOWEST_PER_S * 0.999 <= sum(rates.values()) <= FASTEST_PER_S * 1.001
    assert rates["a"] == pytest.approx(3 * rates["b"])


def test_within_the_bounds_the_speed_is_the_one_asked_for() -> None:
    between_s = seconds_between_runs([Recorded("a", ("a-1",), 0.02)], 60)
    assert between_s["a"] == pytest.approx(1 / 1.2)


def test_a_route_without_runs_has_no_pace() -> None:
    assert seconds_between_runs([], 60) == {}
