"""What simulated logs promise: repeatable, in order, complete, and silent about their causes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from console.simulate import read_truth, simulate, truth_path
from console.simulate.__main__ import SAMPLE_SEED, main
from console.simulate.lines import instant

END_US = instant("2026-11-19T15:30:00Z")
EVENTS = {
    *("run.started", "run.delivered", "run.failed", "run.cancelled", "rescued", "uncertain"),
    *("check.passed", "check.failed", "certain", "handoff", "action.taken", "action.denied"),
    *("approval.requested", "approval.granted", "approval.denied", "change.deployed"),
    *("recovery.started", "recovery.succeeded", "recovery.failed"),
}


def contents(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*.jsonl")}


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs") / "logs"
    simulate(folder, routes=9, lines=12_000, seed=4, end_us=END_US)
    return folder


def test_the_same_arguments_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        simulate(tmp_path / name, routes=9, days=9, lines=4_000, seed=2, end_us=END_US)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_another_seed_writes_other_logs(tmp_path: Path) -> None:
    for seed in (1, 2):
        simulate(tmp_path / str(seed), routes=2, days=3, seed=seed, end_us=END_US)
    assert contents(tmp_path / "1") != contents(tmp_path / "2")


def test_a_larger_fleet_begins_with_the_same_routes(tmp_path: Path) -> None:
    for routes in (2, 4):
        simulate(tmp_path / str(routes), routes=routes, days=3, seed=1, end_us=END_US)
    small, large = contents(tmp_path / "2"), contents(tmp_path / "4")
    assert all(large[name] == data for name, data in small.items())


def test_each_file_is_in_time_order_within_the_days_asked_for(out: Path) -> None:
    for path in out.rglob("*.jsonl"):
        times = [instant(line["ts"]) for line in lines_of(path)]
        assert times == sorted(times)
        assert times[0] >= END_US - 30 * 86_400_000_000
        assert times[-1] <= END_US


def test_every_line_is_a_native_event_of_its_route_and_agent(out: Path) -> None:
    for path in out.rglob("*.jsonl"):
        for line in lines_of(path):
            assert line["event"] in EVENTS
            assert line["route"] == path.parent.name
            assert line["agent"] == path.stem
            assert ("run" in line) == (line["event"] != "change.deployed")


def test_numbers_run_without_a_gap_from_each_start_of_an_agent(out: Path) -> None:
    for path in out.rglob("*.jsonl"):
        expected: dict[str, int] = {}
        for line in lines_of(path):
            expected[line["boot"]] = expected.get(line["boot"], 0) + 1
            assert line["seq"] == expected[line["boot"]]


def test_event_and_run_ids_are_unique_over_the_fleet(out: Path) -> None:
    lines = [line for path in out.rglob("*.jsonl") for line in lines_of(path)]
    assert len({line["id"] for line in lines}) == len(lines)
    routes: dict[str, set[str]] = {}
    for line in lines:
        routes.setdefault(line.get("run", "-"), set()).add(line["route"])
    assert all(len(names) == 1 for run, names in routes.items() if run != "-")


def test_no_line_says_what_happened(out: Path) -> None:
    telling = re.compile(rb"slow|fast|burn|quiet|silent|breach|cluster|outage|incident|simulat")
    for data in contents(out).values():
        assert not telling.search(data.lower())


def test_lines_come_compact(out: Path) -> None:
    assert all(b'": ' not in data and b'", ' not in data for data in contents(out).values())


@pytest.mark.parametrize("lines", [3_000, 60_000])
def test_the_number_of_lines_is_about_what_was_asked_for(tmp_path: Path, lines: int) -> None:
    truth = simulate(tmp_path / "logs", lines=lines, seed=3, end_us=END_US)
    assert abs(truth.lines - lines) < lines * 0.12
    assert truth.lines == sum(data.count(b"\n") for data in contents(tmp_path / "logs").values())


def test_many_routes_have_names_and_files_of_their_own(tmp_path: Path) -> None:
    truth = simulate(tmp_path / "logs", routes=75, days=1, seed=1, end_us=END_US)
    assert len(truth.routes) == 75
    assert {path.name for path in (tmp_path / "logs").iterdir()} == set(truth.routes)
    assert {route.tier for route in truth.routes.values()} == {"low", "medium", "high", "critical"}


def test_the_truth_is_written_beside_the_logs_and_read_back(out: Path) -> None:
    assert truth_path(out) == out.parent / "logs.truth.json"
    again = read_truth(truth_path(out))
    assert again.seed == 4
    assert len(again.routes) == 9


def test_a_second_simulation_replaces_the_first(tmp_path: Path) -> None:
    simulate(tmp_path / "logs", routes=4, days=2, seed=1, end_us=END_US)
    simulate(tmp_path / "logs", routes=2, days=2, seed=1, end_us=END_US)
    assert {path.name for path in (tmp_path / "logs").iterdir()} == {"refunds", "invoice-triage"}


def test_a_directory_with_other_files_is_refused(tmp_path: Path) -> None:
    mine = tmp_path / "logs" / "mine.jsonl"
    mine.parent.mkdir()
    mine.write_text("{}\n")
    with pytest.raises(FileExistsError, match="choose a new directory"):
        simulate(tmp_path / "logs", seed=1, end_us=END_US)
    assert mine.read_text() == "{}\n"


@pytest.mark.parametrize("wrong", [{"routes": 0}, {"days": 0}])
def test_less_than_one_route_or_day_is_refused(tmp_path: Path, wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        simulate(tmp_path / "logs", end_us=END_US, **wrong)


def test_the_command_says_what_it_wrote_and_what_was_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "logs"), "--days", "2", "--routes", "2"]) == 0
    assert "2 routes" in capsys.readouterr().out
    assert main([str(tmp_path / "logs"), "--end", "yesterday"]) == 1
    assert "yesterday" in capsys.readouterr().err


def test_the_command_writes_the_committed_sample_logs_again(tmp_path: Path) -> None:
    committed = Path(__file__).parents[2] / "sample_logs" / "logs"
    assert main([str(tmp_path / "logs"), "--seed", str(SAMPLE_SEED)]) == 0
    assert contents(tmp_path / "logs") == contents(committed)
    assert truth_path(tmp_path / "logs").read_bytes() == truth_path(committed).read_bytes()
