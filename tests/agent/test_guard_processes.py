"""Threads, the watch, and forks."""

from __future__ import annotations

import gc
import json
import os
import threading
import time
import traceback
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from console.agent import AgentLog, Guard, RoutePaused
from tests.agent.control import ROUTE, Control, directive

PATIENCE_S = 30.0
"""How long a test waits for what never takes that long, before it fails."""


def in_child(work: Callable[[], object]) -> None:
    """Run `work` in a forked child, and fail if it does."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:  # noqa: BLE001 - nothing may leave the child but its exit code
            traceback.print_exc()
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def in_threads(count: int, work: Callable[[int], object]) -> None:
    """Run `work(n)` in `count` threads that start together, and fail if one does."""
    start = threading.Barrier(count)
    failures: list[BaseException] = []

    def body(number: int) -> None:
        start.wait(PATIENCE_S)
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the test's thread
            failures.append(error)

    threads = [threading.Thread(target=body, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert failures == []


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def test_an_idle_agent_takes_in_an_order_and_confirms_it(control: Control) -> None:
    confirmed = threading.Event()

    def sink(event: dict[str, object]) -> None:
        if event["generation"] == 2:
            confirmed.set()

    control.order(1)
    with control.guard(watch=True, watch_every_s=0.005, receipts=sink) as guard:
        control.order(2, directive("pause"))
        assert confirmed.wait(PATIENCE_S)
        with pytest.raises(RoutePaused):
            guard.check_start()


def test_it_is_watched_by_default_and_once_a_second(control: Control) -> None:
    control.order(1)
    with Guard(control.path, ROUTE, state_dir=control.state_dir) as guard:
        (watch,) = watches()
        assert watch.daemon
        assert guard._watch_every_s == 0.5
        assert guard._look_every_s == 0.05


def test_closing_stops_the_watch_and_checks_still_work(control: Control) -> None:
    control.order(1)
    guard = control.guard(watch=True)
    assert len(watches()) == 1
    guard.close()
    guard.close()
    assert watches() == []
    control.order(2, directive("pause"))
    control.later()
    with pytest.raises(RoutePaused):
        guard.check_start()
    assert watches() == []


def test_watching_twice_starts_one_thread(control: Control) -> None:
    control.order(1)
    with control.guard(watch=True) as guard:
        guard.watch()
        assert len(watches()) == 1


def test_a_guard_that_nobody_keeps_is_not_kept_by_its_watch(control: Control) -> None:
    control.order(1)
    guard = control.guard(watch=True, watch_every_s=0.005)
    (thread,) = watches()
    gone = weakref.ref(guard)
    del guard
    gc.collect()
    thread.join(PATIENCE_S)
    assert gone() is None
    assert not thread.is_alive()


def test_a_system_without_threads_to_spare_gets_checks_only(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    control.order(1)
    guard = control.guard(watch=True)
    assert guard.state == "open"
    assert "looked at in checks only: can't start new thread" in guard.warning


def test_threads_may_share_a_guard_while_the_file_changes(control: Control) -> None:
    control.order(1)
    guard = control.guard(monotonic=time.monotonic, look_every_s=0.0, agent="shared")

    def work(number: int) -> None:
        highest = 0
        for turn in range(60):
            if number == 0:
                control.order(turn + 2, *([directive("pause")] if turn % 2 else []))
                continue
            with suppress(RoutePaused):
                guard.check_start()
            guard.check_action(f"a{turn}")
            assert guard.generation >= highest
            highest = guard.generation

    in_threads(6, work)
    guard.look()
    assert (guard.generation, guard.fault) == (61, "")


def test_never_more_than_max_runs_start_at_once(control: Control) -> None:
    control.order(1, directive("reduce_scope", max_runs=3))
    guard = control.guard()
    entered = threading.Barrier(9)
    started: list[int] = []

    def work(number: int) -> None:
        try:
            with guard.run(f"r-{number}"):
                started.append(number)
                entered.wait(PATIENCE_S)
        except RoutePaused:
            entered.wait(PATIENCE_S)

    in_threads(9, work)
    assert len(started) == 3
    guard.check_start()


def test_no_run_starts_between_the_check_and_the_count_of_another(control: Control) -> None:
    control.order(1, directive("reduce_scope", max_runs=1))
    others: list[threading.Thread] = []
    started: list[str] = []

    def start(name: str) -> None:
        with suppress(RoutePaused), guard.run(name):
            started.append(name)
            done.wait(PATIENCE_S)

    def clock() -> float:
        if armed and not others:  # in the middle of the first one's check
            others.append(threading.Thread(target=start, args=("second",)))
            others[0].start()
            others[0].join(0.02)
        return control.clock.wall()

    armed: list[bool] = []
    done = threading.Event()
    guard = control.guard(clock=clock)
    armed.append(True)
    with guard.run("first"):
        started.append("first")
        done.set()
        others[0].join(PATIENCE_S)
    assert started == ["first"]


def test_receipts_that_wait_are_the_parents_to_write(control: Control, tmp_path: Path) -> None:
    place = tmp_path / "logs"
    place.write_text("a file in place of the directory")
    control.order(1)
    guard = control.guard(receipts=place / "seen.jsonl")
    place.unlink()
    in_child(guard.look)
    (child,) = lines(place / "seen.jsonl")
    guard.look()
    (_, parent) = lines(place / "seen.jsonl")
    assert parent["boot"] != child["boot"]


def test_a_forked_child_confirms_with_a_boot_of_its_own(control: Control, tmp_path: Path) -> None:
    control.order(1)
    seen = tmp_path / "seen.jsonl"
    guard = control.guard(receipts=seen)
    in_child(guard.check_start)
    parent, child = lines(seen)
    assert (parent["generation"], child["generation"]) == (1, 1)
    assert parent["boot"] != child["boot"]


def test_a_forked_child_counts_its_own_runs(control: Control) -> None:
    control.order(1, directive("reduce_scope", max_runs=1))
    guard = control.guard()

    def work() -> None:
        with guard.run("of the child"):
            pass

    with guard.run("of the parent"):
        in_child(work)


def test_a_child_that_is_forked_while_a_thread_looks_does_not_hang(control: Control) -> None:
    control.order(1)
    looking, go_on = threading.Event(), threading.Event()

    def sink(_: dict[str, object]) -> None:
        looking.set()
        go_on.wait(PATIENCE_S)

    maker = threading.Thread(target=lambda: guards.append(control.guard(receipts=sink)))
    guards: list[Guard] = []
    go_on.set()
    maker.start()
    maker.join(PATIENCE_S)
    looking.clear()
    go_on.clear()
    control.order(2, directive("pause"))
    control.later()
    looker = threading.Thread(target=guards[0].look)
    looker.start()
    assert looking.wait(PATIENCE_S)

    def work() -> None:
        go_on.set()
        assert guards[0].state == "paused"

    in_child(work)
    go_on.set()
    looker.join(PATIENCE_S)


def test_a_forked_child_is_watched_after_its_first_check(control: Control) -> None:
    control.order(1)
    with control.guard(watch=True) as guard:

        def work() -> None:
            assert watches() == []
            guard.check_start()
            assert len(watches()) == 1

        in_child(work)


def test_a_forked_childs_log_has_its_own_boot_and_numbers(tmp_path: Path) -> None:
    log = AgentLog(tmp_path / "a.jsonl", ROUTE, "worker-1", boot="fork-test")
    log.emit("certain", "r-1")

    def work() -> None:
        log.emit("certain", "r-2")
        log.emit("certain", "r-3")

    in_child(work)
    log.emit("certain", "r-4")
    written = {one["run"]: (one["boot"], one["seq"]) for one in lines(tmp_path / "a.jsonl")}
    assert written["r-1"] == ("fork-test", 1)
    assert written["r-4"] == ("fork-test", 2)
    child = written["r-2"][0]
    assert child != "fork-test"
    assert (written["r-2"], written["r-3"]) == ((child, 1), (child, 2))


def test_what_the_parent_could_not_write_is_not_written_by_the_child(tmp_path: Path) -> None:
    place = tmp_path / "logs"
    place.write_text("a file in place of the directory")
    log = AgentLog(place / "a.jsonl", ROUTE, "worker-1")
    log.emit("certain", "r-1")
    place.unlink()
    in_child(lambda: log.emit("certain", "r-2"))
    log.emit("certain", "r-3")
    assert [one["run"] for one in lines(place / "a.jsonl")] == ["r-2", "r-1", "r-3"]


def watches() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "burnline-watch"]


def test_threads_and_processes_share_a_file_without_tearing_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    log = AgentLog(path, ROUTE, "worker-1")

    def write(number: int) -> None:
        for turn in range(50):
            log.emit("uncertain", f"r-{number}", reason=f"{turn} " + "x" * 3_000)

    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            write(0)
            os._exit(0)
        children.append(child)
    in_threads(4, write)
    assert [os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in children] == [0, 0, 0]
    numbers: dict[str, list[int]] = {}
    for line in lines(path):
        numbers.setdefault(line["boot"], []).append(line["seq"])
    assert len(numbers) == 4
    for boot, seen in numbers.items():
        assert seen == list(range(seen[0], seen[0] + len(seen))), boot
    assert sum(len(seen) for seen in numbers.values()) == 3 * 50 + 4 * 50
