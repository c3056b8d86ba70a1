"""Deadlines wait for what is not read yet; lines from the future wait for their time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.collector import intake
from console.intake import blocks
from tests.collector.running import DAY, HOUR, MINUTE, Station, event, good, route

if TYPE_CHECKING:
    from pathlib import Path

SLA = 10 * MINUTE


@pytest.fixture
def small_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a turn read one block of a few lines."""
    monkeypatch.setattr(intake, "TURN_BYTES", 1)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 1_000)


@pytest.fixture
def hurried(tmp_path: Path) -> Station:
    """A station whose route has a latency objective."""
    return Station(tmp_path, route(sla_us=SLA * 1_000_000))


def started(run: str, at_s: float = 0) -> bytes:
    return event("run.started", run, at_s)


def filler(first_s: float, last_s: float) -> bytes:
    """Return many lines of other runs, one every ten seconds."""
    return b"".join(good(f"f{at_s}", at_s) for at_s in range(int(first_s), int(last_s), 10))


def step_through(station: Station, *, restart: bool = False) -> int:
    """Read to the end turn by turn; nothing may miss on the way. Return the number of turns."""
    turns = 0
    while station.collector.step():
        assert station.misses() == []
        turns += 1
        if restart:
            station.restart()
    return turns


def test_a_run_that_is_late_is_charged_from_the_clock_once_all_is_read(hurried: Station) -> None:
    hurried.write("a.jsonl", started("r1"))
    assert hurried.at(SLA).read().misses() == []
    assert hurried.at(SLA + 1).read().misses()[0]["class"] == "latency"
    hurried.close()


@pytest.mark.usefixtures("small_turns")
@pytest.mark.parametrize("restart", [False, True])
def test_no_miss_is_invented_for_lines_that_are_not_read_yet(
    hurried: Station, restart: bool
) -> None:
    hurried.at(DAY)
    hurried.write("a.jsonl", started("r1"), filler(0, SLA - 30), good("r1", SLA - 1))
    hurried.write("a.jsonl", filler(SLA, 2 * SLA), started("r2", 2 * SLA), filler(1300, 1700))
    hurried.write("a.jsonl", good("r2", 3 * SLA - 1))
    assert step_through(hurried, restart=restart) > 10
    assert hurried.misses() == []
    hurried.close()


@pytest.mark.usefixtures("small_turns")
@pytest.mark.parametrize("restart", [False, True])
def test_the_outcome_may_lie_in_another_file_that_is_not_read_yet(
    hurried: Station, restart: bool
) -> None:
    hurried.write("a.jsonl", started("r1"))
    hurried.write("b.jsonl", good("r0"))
    hurried.at(MINUTE).read()
    if restart:
        hurried.restart()
    hurried.at(DAY)
    hurried.write("b.jsonl", filler(0, SLA - 30), good("r1", SLA - 1))
    assert step_through(hurried) > 3
    hurried.close()


@pytest.mark.usefixtures("small_turns")
def test_the_outcome_may_lie_behind_lines_of_another_route(hurried: Station) -> None:
    others = (good(f"o{at_s}", at_s, route="drafts") for at_s in range(0, SLA - 30, 10))
    hurried.at(DAY)
    hurried.write("a.jsonl", started("r1"))
    hurried.write("b.jsonl", b"".join(others), good("r1", SLA - 1))
    assert step_through(hurried) > 3
    hurried.close()


@pytest.mark.usefixtures("small_turns")
def test_a_file_that_was_not_begun_may_hold_the_outcome_of_any_run(hurried: Station) -> None:
    hurried.at(DAY)
    hurried.write("a.jsonl", started("r1"))
    for name in ("b", "c", "d"):
        hurried.write(f"{name}.jsonl", good(f"r-{name}", 2 * SLA))
    hurried.write("e.jsonl", good("r1", SLA - 1))
    step_through(hurried)
    hurried.close()


@pytest.mark.usefixtures("small_turns")
def test_while_lines_are_read_deadlines_fire_up_to_what_was_read(hurried: Station) -> None:
    hurried.at(DAY)
    hurried.write("a.jsonl", started("late"), filler(0, 2 * SLA), started("open", DAY - 60))
    seen = []
    while hurried.collector.step():
        seen.append([miss["run"] for miss in hurried.misses()])
    assert seen[0] == []
    assert seen[-1] == ["late"]
    assert hurried.runs()["open"] == "open"
    hurried.close()


@pytest.mark.usefixtures("small_turns")
def test_a_miss_that_was_charged_stands_while_older_lines_are_read(hurried: Station) -> None:
    hurried.write("a.jsonl", started("r1"), good("r0", SLA))
    assert len(hurried.at(DAY).read().misses()) == 1
    hurried.write("b.jsonl", event("check.passed", "r1", 1, check="qa"), filler(0, SLA))
    while hurried.collector.step():
        assert [miss["run"] for miss in hurried.misses()] == ["r1"]
    hurried.close()


def test_a_partial_last_line_holds_no_deadline_back(hurried: Station) -> None:
    hurried.write("a.jsonl", started("r1"), b'{"ts":"2026-03-02T12')
    assert [miss["run"] for miss in hurried.at(SLA + 1).read().misses()] == ["r1"]
    hurried.close()


def test_a_log_that_is_gone_holds_no_deadline_back(hurried: Station) -> None:
    log = hurried.write("a.jsonl", started("r1"), b'{"ts":"2026-03-02T12')
    hurried.read()
    hurried.close()
    log.unlink()
    hurried.restart()
    assert [miss["run"] for miss in hurried.at(SLA + 1).read().misses()] == ["r1"]
    assert hurried.status()["store"]["catching_up"] is False
    hurried.close()


# Lines from the future


def test_lines_far_ahead_of_the_clock_are_held_back_and_counted(station: Station) -> None:
    station.write("a.jsonl", good("soon", 5 * MINUTE), good("later", 5 * MINUTE + 1))
    assert set(station.read().runs()) == {"soon"}
    store = station.status()["store"]
    assert (store["events"], store["future"]) == (1, 1)


@pytest.mark.parametrize("gone", [False, True])
def test_lines_from_the_future_are_applied_once_when_their_time_has_come(
    station: Station, gone: bool
) -> None:
    log = station.write("a.jsonl", *(good(f"r{hour}", hour * HOUR) for hour in (1, 2, 3)))
    station.read()
    station.restart()
    if gone:
        log.unlink()
    for hour in (1, 2, 3):
        assert station.at(hour * HOUR - 5 * MINUTE - 1).read().total() == hour - 1
        assert station.at(hour * HOUR - 5 * MINUTE).read().total() == hour
        station.restart()
        assert station.read().total() == hour
    assert station.status()["store"]["future"] == 0


def test_the_future_that_a_line_claims_fires_no_deadline(hurried: Station) -> None:
    hurried.write("a.jsonl", started("r1"), good("r2", DAY))
    assert hurried.at(MINUTE).read().misses() == []
    hurried.close()


@pytest.mark.usefixtures("small_turns")
@pytest.mark.parametrize("restart", [False, True])
def test_nothing_is_paged_for_a_window_that_is_not_read_to_its_end(
    station: Station, restart: bool
) -> None:
    failures = (event("run.failed", f"b{number}", number) for number in range(5))
    station.write(
        "a.jsonl", *failures, *(good(f"g{number}", 60 + number) for number in range(2_000))
    )
    station.at(10 * MINUTE)
    turns = 0
    while station.collector.step():
        station.now_us += 2_000_000
        station.collector.evaluate()
        assert station.route()["alerts"] == []
        turns += 1
        if restart:
            station.restart()
    assert turns > 20
    station.now_us += 2_000_000
    assert station.read().route()["alerts"] == []


@pytest.mark.usefixtures("small_turns")
def test_a_page_that_fires_stands_while_more_is_read(station: Station) -> None:
    failures = (event("run.failed", f"b{number}", number) for number in range(50))
    station.write("a.jsonl", *failures, *(good(f"g{number}", number) for number in range(50)))
    station.at(10 * MINUTE).read()
    opened = {alert["id"]: alert["state"] for alert in station.route()["alerts"]}
    assert set(opened.values()) == {"firing"}
    station.write("a.jsonl", *(good(f"h{number}", 60 + number) for number in range(200)))
    while station.collector.step():
        station.now_us += 2_000_000
        station.collector.evaluate()
        assert {item["id"]: item["state"] for item in station.route()["alerts"]} == opened


@pytest.mark.usefixtures("small_turns")
def test_nothing_is_paged_while_a_file_has_not_shown_what_it_holds(station: Station) -> None:
    station.write("a.jsonl", *(event("run.failed", f"b{number}", number) for number in range(5)))
    station.write("b.jsonl", b"not JSON\n" * 1_000)
    station.write("b.jsonl", *(good(f"g{number}", 60 + number) for number in range(1_000)))
    station.at(10 * MINUTE)
    while station.collector.step():
        station.now_us += 2_000_000
        station.collector.evaluate()
        assert station.route()["alerts"] == []
