"""Receipts: one event for each generation that changes the guard's route."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from console.agent import AgentLog
from tests.agent.control import ROUTE, Control, at, directive, document, orders


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def generations(events: list[dict[str, Any]]) -> list[int]:
    return [event["generation"] for event in events]


def test_the_first_good_read_is_confirmed_with_a_native_event(
    control: Control, tmp_path: Path
) -> None:
    control.order(7)
    control.guard(receipts=tmp_path / "seen.jsonl")
    (event,) = lines(tmp_path / "seen.jsonl")
    assert list(event) == ["ts", "route", "event", "generation", "agent", "boot", "id"]
    assert event["ts"] == at(0)
    assert (event["route"], event["event"]) == (ROUTE, "control.seen")
    assert (event["generation"], event["agent"]) == (7, "worker-1")
    assert event["boot"]
    assert event["id"]


def test_a_restarted_agent_confirms_again(control: Control) -> None:
    seen: list[dict[str, Any]] = []
    control.order(7)
    for _ in range(2):
        control.guard(receipts=seen.append)
    assert generations(seen) == [7, 7]
    assert seen[0]["id"] != seen[1]["id"]


def test_each_generation_that_changes_the_route_is_confirmed_once(control: Control) -> None:
    seen: list[dict[str, Any]] = []
    control.order(1)
    guard = control.guard(receipts=seen.append)
    for generation in (2, 3):
        control.order(generation, directive("pause", f"d-{generation}"))
        for _ in range(5):
            control.later()
            assert guard.state == "paused"
    assert generations(seen) == [1, 2, 3]


def test_a_generation_that_changes_other_routes_only_is_not_confirmed(control: Control) -> None:
    seen: list[dict[str, Any]] = []
    control.order(1)
    guard = control.guard(receipts=seen.append)
    control.write(document(2, routes={ROUTE: orders(), "billing": orders(directive("pause"))}))
    control.later()
    assert guard.generation == 2
    assert generations(seen) == [1]


def test_a_refresh_is_not_confirmed(control: Control) -> None:
    seen: list[dict[str, Any]] = []
    control.order(1)
    guard = control.guard(receipts=seen.append)
    control.write(document(1, refreshed_at=at(60)))
    control.later()
    assert guard.fault == ""
    assert generations(seen) == [1]


def test_a_fault_is_not_confirmed_nor_its_end(control: Control) -> None:
    seen: list[dict[str, Any]] = []
    control.order(1)
    guard = control.guard(receipts=seen.append)
    control.write(b"")
    control.later()
    assert guard.fault != ""
    control.order(1)
    control.later()
    assert guard.fault == ""
    assert generations(seen) == [1]


def test_nothing_is_confirmed_that_is_only_remembered(control: Control) -> None:
    control.order(1)
    control.guard()
    control.path.unlink()
    seen: list[dict[str, Any]] = []
    control.guard(receipts=seen.append)
    assert seen == []


def test_an_existing_directory_gets_a_file_named_after_the_agent(
    control: Control, tmp_path: Path
) -> None:
    control.order(1)
    control.guard(agent="../a b/ü:1", receipts=str(tmp_path))
    assert generations(lines(tmp_path / "_a_b___1.jsonl")) == [1]


def test_a_receipt_goes_into_the_agents_own_log_with_its_number(
    control: Control, tmp_path: Path
) -> None:
    log = AgentLog(tmp_path / "a.jsonl", ROUTE, "worker-1", boot="r0", clock=control.clock.wall)
    control.order(7)
    guard = control.guard(agent="", receipts=log)
    log.emit("run.started", "r-1")
    assert guard.agent == "worker-1"
    first, second = lines(tmp_path / "a.jsonl")
    assert (first["event"], first["generation"], first["ts"]) == ("control.seen", 7, at(0))
    assert [one["boot"] for one in (first, second)] == ["r0", "r0"]
    assert second["seq"] == first["seq"] + 1


def test_receipts_and_events_of_one_process_come_from_the_same_boot(
    control: Control, tmp_path: Path
) -> None:
    control.order(1)
    control.guard(receipts=tmp_path / "seen.jsonl")
    AgentLog(tmp_path / "a.jsonl", ROUTE, "worker-1").emit("certain", "r-1")
    assert lines(tmp_path / "seen.jsonl")[0]["boot"] == lines(tmp_path / "a.jsonl")[0]["boot"]


@pytest.mark.parametrize(("agent", "route"), [("worker-2", ROUTE), ("worker-1", "billing")])
def test_a_log_of_somebody_else_is_refused(
    control: Control, tmp_path: Path, agent: str, route: str
) -> None:
    log = AgentLog(tmp_path / "a.jsonl", route, agent)
    with pytest.raises(ValueError, match="receipts go to the log of"):
        control.guard(receipts=log)


def test_a_receipt_that_cannot_be_written_is_written_at_a_later_look(
    control: Control, tmp_path: Path
) -> None:
    place = tmp_path / "logs"
    place.write_text("a file in place of the directory")
    control.order(1)
    guard = control.guard(receipts=place / "seen.jsonl")
    assert guard.state == "open"
    assert "the receipt of generation 1 waits" in guard.warning
    control.order(2, directive("freeze"))
    control.later()
    assert guard.state == "frozen"
    place.unlink()
    control.later()
    guard.check_start()
    assert generations(lines(place / "seen.jsonl")) == [1, 2]
    assert guard.warning == ""


def test_a_receipt_says_when_it_was_seen_not_when_it_was_written(control: Control) -> None:
    seen: list[dict[str, Any]] = []
    failing = [True]

    def sink(event: dict[str, object]) -> None:
        if failing:
            raise LookupError("no connection")
        seen.append(event)

    control.order(1)
    guard = control.guard(receipts=sink)
    assert "no connection" in guard.warning
    failing.clear()
    control.later(5)
    guard.check_start()
    assert [event["ts"] for event in seen] == [at(0)]


def test_of_very_many_receipts_that_wait_the_newest_are_kept(control: Control) -> None:
    seen: list[dict[str, Any]] = []
    failing = [True]

    def sink(event: dict[str, object]) -> None:
        if failing:
            raise OSError
        seen.append(event)

    guard = control.guard(receipts=sink)
    for generation in range(1, 151):
        control.order(generation, directive("freeze", f"d-{generation}"))
        control.later()
        assert guard.generation == generation
    failing.clear()
    guard.look()
    assert generations(seen) == list(range(51, 151))


def test_without_receipts_nothing_is_written(control: Control, tmp_path: Path) -> None:
    control.order(1)
    control.guard()
    assert {one.name for one in tmp_path.iterdir()} == {"control", "state"}
