"""The truth beside simulated logs is what an independent reading of them finds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from console.simulate import RouteTruth, Truth, simulate
from console.simulate.lines import instant
from tests.simulate.oracle import Reading, Rules, read_route

END = "2026-11-19T15:30:00Z"
CLASSES = ("latency", "trust", "escalation", "permission", "recovery")


def rules_of(route: RouteTruth) -> Rules:
    return Rules(
        route.sla_s,
        route.escalate_within_s,
        route.recover_within_s,
        route.requires,
        route.approval_required,
    )


def bare(route: RouteTruth) -> Rules:
    """What is known without a settings file: only what the events say themselves."""
    return Rules(None, 900, None, [], [])


def missed(readings: dict[str, Reading]) -> dict[str, set[str]]:
    return {
        name: {run for run, reading in readings.items() if name in reading.misses}
        for name in CLASSES
    }


def intended(route: RouteTruth) -> dict[str, set[str]]:
    return {name: set(route.missed.get(name, [])) for name in CLASSES}


@pytest.fixture(scope="module", params=[(1790, 8, None), (5, 12, 30_000), (6, 3, 4_000)])
def simulated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Truth]:
    seed, routes, lines = request.param
    out = tmp_path_factory.mktemp("simulated") / "logs"
    return out, simulate(out, routes=routes, lines=lines, seed=seed, end_us=instant(END))


def test_every_intended_miss_is_in_the_logs_and_no_other(simulated: tuple[Path, Truth]) -> None:
    out, truth = simulated
    end = datetime.fromisoformat(END)
    for name, route in truth.routes.items():
        assert missed(read_route(out / name, rules_of(route), end)) == intended(route), name


def test_the_truth_holds_for_a_reader_without_settings(simulated: tuple[Path, Truth]) -> None:
    out, truth = simulated
    end = datetime.fromisoformat(END)
    for name, route in truth.routes.items():
        if route.escalate_within_s == 900:
            assert missed(read_route(out / name, bare(route), end)) == intended(route), name


def test_nothing_is_left_to_a_deadline_after_the_end(simulated: tuple[Path, Truth]) -> None:
    out, truth = simulated
    later = datetime.fromisoformat("2026-11-20T15:00:00Z")
    for name, route in truth.routes.items():
        assert missed(read_route(out / name, rules_of(route), later)) == intended(route), name


def test_totals_are_those_of_the_runs_in_the_logs(simulated: tuple[Path, Truth]) -> None:
    out, truth = simulated
    for name, route in truth.routes.items():
        found = read_route(out / name, rules_of(route), datetime.fromisoformat(END)).values()
        assert route.runs == len(found)
        assert route.cancelled == sum(one.cancelled for one in found)
        assert route.open == sum(one.closed is None for one in found)
        assert route.closed == route.runs - route.cancelled - route.open
        assert route.bad == sum(bool(one.misses) for one in found)
        assert route.misses == {one: len(runs) for one, runs in intended(route).items()}


def test_an_incident_names_runs_of_its_own_routes(simulated: tuple[Path, Truth]) -> None:
    _, truth = simulated
    for incident in truth.incidents:
        for name, runs in incident.runs.items():
            known = set().union(
                *(truth.routes[one].missed.get(name, []) for one in incident.routes)
            )
            assert set(runs) <= known
