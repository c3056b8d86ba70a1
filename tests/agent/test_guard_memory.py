"""What a guard remembers across a restart of the agent, and where."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

import pytest

from console.agent import ApprovalNeeded, RoutePaused
from tests.agent.control import Control, directive, document, grant, orders


def state_file(control: Control) -> Path:
    (found,) = control.state_dir.glob("*.json")
    return found


def test_an_older_file_is_refused_after_a_restart(control: Control) -> None:
    control.order(8, directive("pause", "d-8-1"))
    control.guard()
    control.order(7)
    restarted = control.guard()
    assert restarted.generation == 8
    assert "has generation 7, but 8 was already seen" in restarted.fault
    with pytest.raises(RoutePaused, match="d-8-1"):
        restarted.check_start()


def test_an_edited_generation_is_refused_after_a_restart(control: Control) -> None:
    control.order(8, directive("pause"))
    control.guard()
    control.order(8)
    assert "it was edited" in control.guard().fault


def test_the_same_file_is_good_after_a_restart(control: Control) -> None:
    control.order(8, directive("freeze"))
    control.guard()
    restarted = control.guard()
    assert (restarted.fault, restarted.state, restarted.generation) == ("", "frozen", 8)


@pytest.mark.parametrize("on_fault", ["closed", "approval"])
def test_the_documents_on_fault_is_remembered(control: Control, on_fault: str) -> None:
    control.order(1, on_fault=on_fault)
    control.guard()
    control.path.unlink()
    other = "approval" if on_fault == "closed" else "closed"
    assert control.guard(on_fault=other).state == on_fault


def test_grants_are_remembered(control: Control) -> None:
    control.order(1, on_fault="approval", grants=(grant(action="refund.send"),))
    control.guard()
    control.path.unlink()
    restarted = control.guard()
    assert restarted.check_action("refund.send") == "g-1"
    with pytest.raises(ApprovalNeeded):
        restarted.check_action("lookup")


def test_across_a_restart_the_grace_runs_on_the_wall_clock(control: Control) -> None:
    control.write(document(1, orders(on_fault="last_known"), grace_s=100))
    control.guard()
    control.path.unlink()
    control.clock.mono_s = 5.0  # the machine was restarted as well
    control.clock.wall_s += 99
    restarted = control.guard()
    assert restarted.state == "open"
    control.later(1)
    assert restarted.state == "approval"


def test_a_grace_that_ran_out_while_the_agent_was_down_is_over(control: Control) -> None:
    control.write(document(1, orders(on_fault="last_known"), grace_s=100))
    control.guard()
    control.path.unlink()
    control.clock.wall_s += 101
    assert control.guard().state == "approval"


def test_a_clock_that_was_set_back_leaves_no_grace(control: Control) -> None:
    control.write(document(1, orders(on_fault="last_known"), grace_s=100))
    control.guard()
    control.path.unlink()
    control.clock.wall_s -= 10
    assert control.guard().state == "approval"


def test_the_time_of_the_last_good_read_is_kept_up_to_date(control: Control) -> None:
    control.write(document(1, orders(on_fault="last_known"), grace_s=100))
    guard = control.guard()
    for _ in range(50):
        control.later(10)
        assert guard.fault == ""
    control.path.unlink()
    control.clock.wall_s += 50
    assert control.guard().state == "open"


def test_state_is_written_only_when_something_changed(control: Control) -> None:
    control.order(1)
    guard = control.guard()
    before = state_file(control).stat().st_ino, state_file(control).stat().st_mtime_ns
    for _ in range(100):
        control.later(10)
        guard.check_start()
    after = state_file(control).stat().st_ino, state_file(control).stat().st_mtime_ns
    assert after == before


def test_each_agent_route_and_control_file_has_its_own_memory(control: Control) -> None:
    control.order(8)
    control.guard()
    control.order(7)
    assert control.guard(agent="worker-2").fault == ""
    assert control.guard(route="billing").fault == ""
    assert control.guard().fault != ""


def test_state_is_private_and_in_the_state_home_by_default(
    control: Control, tmp_path: Path
) -> None:
    control.order(1)
    control.guard(state_dir=None)
    (kept,) = (tmp_path / "state-home" / "burnline").glob("*.json")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700


def test_without_a_state_home_it_is_below_the_home_directory(
    control: Control, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "relative/is/ignored")
    monkeypatch.setenv("HOME", str(tmp_path))
    control.order(1)
    control.guard(state_dir=None)
    assert list((tmp_path / ".local/state/burnline").glob("*.json"))


def test_without_a_home_directory_the_guard_works_and_warns(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_STATE_HOME")

    def homeless() -> Path:
        raise RuntimeError("no home directory")

    monkeypatch.setattr(Path, "home", homeless)
    control.order(1)
    guard = control.guard(state_dir=None)
    assert guard.state == "open"
    assert guard.warning == "nothing is remembered across restarts: no home directory"


def test_state_in_the_control_directory_is_refused(control: Control) -> None:
    with pytest.raises(ValueError, match="is the control directory"):
        control.guard(state_dir=control.directory / ".." / "control")


BROKEN: dict[str, bytes] = {
    "empty": b"",
    "no JSON": b"\x00\xff",
    "no object": b"[]",
    "nested": b"[" * 100_000,
    "other schema": b'{"schema": "x"}',
    "wrong types": b'{"schema": "burnline.reader/1", "generation": "8"}',
    "wrong orders": b'{"schema": "burnline.reader/1", "generation": 8, "orders": 5}',
    "cut off": b'{"schema": "burnline.reader/1", "gener',
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_state_file_does_not_stop_the_agent(control: Control, broken: str) -> None:
    control.order(8, on_fault="approval")
    control.guard()
    state_file(control).write_bytes(BROKEN[broken])
    missing = control.path.rename(control.directory / "away")
    restarted = control.guard(on_fault="closed")
    assert restarted.state == "closed"
    assert "state file" in restarted.warning
    missing.rename(control.path)
    control.later()
    assert (restarted.state, restarted.generation, restarted.warning) == ("open", 8, "")
    assert json.loads(state_file(control).read_bytes())["generation"] == 8


def test_a_fifo_in_place_of_the_state_file_hangs_nobody(control: Control) -> None:
    control.order(8)
    control.guard()
    place = state_file(control)
    place.unlink()
    os.mkfifo(place)
    assert control.guard().state == "open"


def test_a_state_directory_that_cannot_be_written_is_a_warning(control: Control) -> None:
    control.state_dir.write_text("a file in its place")
    control.order(1, directive("freeze"))
    guard = control.guard()
    assert guard.state == "frozen"
    assert "a restart would forget the generation seen" in guard.warning
    control.state_dir.unlink()
    control.later(0.5)
    assert guard.state == "frozen"
    assert guard.warning != ""  # tried again once a second, not at every look
    control.later(0.5)
    assert guard.state == "frozen"
    assert guard.warning == ""
    assert json.loads(state_file(control).read_bytes())["generation"] == 1


def test_a_process_that_saw_less_does_not_lower_what_is_kept(control: Control) -> None:
    control.order(7, on_fault="last_known")
    slow = control.guard()
    control.order(8)
    control.guard()
    control.order(7, on_fault="last_known")
    control.later(1_000)
    assert (slow.generation, slow.fault, slow.warning) == (7, "", "")
    assert json.loads(state_file(control).read_bytes())["generation"] == 8


def test_a_process_that_holds_the_lock_forever_is_not_waited_for(control: Control) -> None:
    control.order(1)
    control.guard()
    lock = state_file(control).with_suffix(".lock")
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        control.order(2)
        guard = control.guard()
        assert guard.generation == 2
        assert "state file" in guard.warning
    control.later(1)
    guard.look()
    assert guard.warning == ""
    assert json.loads(state_file(control).read_bytes())["generation"] == 2


def test_a_write_that_fails_leaves_the_old_state_and_no_litter(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    control.order(1)
    guard = control.guard()
    control.order(2)

    def full(descriptor: int) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        control.later()
        assert guard.generation == 2
    assert "disk full" in guard.warning
    assert json.loads(state_file(control).read_bytes())["generation"] == 1
    kept: list[Any] = sorted(one.suffix for one in control.state_dir.iterdir())
    assert kept == [".json", ".lock"]
