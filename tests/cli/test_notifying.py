"""`notify`, and what the other commands say of notices that did not arrive."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from console.notify import channels_of
from console.settings import load
from console.store import outbox
from console.store.writer import Writer
from tests.collector.running import good
from tests.notify.post import NOON_US, notice

if TYPE_CHECKING:
    from tests.cli.shell import Shell

CHANNELS = """
[tier.medium]
absent_after = "3650d"   # the logs are old, and their silence is not what is told of here
[[notify]]
file = "alerts.jsonl"
[[notify]]
command = ["false", "hunter2"]
"""


@pytest.fixture
def waiting(shell: Shell) -> Shell:
    """A store in which a notice waits for a file and for a program that always fails."""
    shell.write("a.jsonl", good("r1"))
    path = shell.settings('[[source]]\npath = "logs"\n' + CHANNELS)
    writer = Writer(shell.store)
    with writer.transaction():
        subscribers = [channel.subscriber for channel in channels_of(load(path).notify)]
        outbox.keep_channels(writer.connection, subscribers, NOON_US)
        outbox.post(writer.connection, [notice()])
    writer.close()
    return shell


def kill_all(shell: Shell) -> None:
    """Let a day of failures have passed."""
    with sqlite3.connect(shell.store) as connection:
        connection.execute("update delivery set state = 'dead' where state = 'waiting'")
    connection.close()


def notifications(shell: Shell) -> dict[str, Any]:
    found: dict[str, Any] = shell("status", "--json").document["store"]["notifications"]
    return found


def test_a_test_notice_goes_through_every_channel_and_each_result_is_said(shell: Shell) -> None:
    shell.settings(CHANNELS)
    done = shell("notify", "test")
    assert done.code == 1
    first, second = done.out.splitlines()
    assert first.startswith("file alerts.jsonl #")
    assert first.endswith(": took the test notice")
    assert second.startswith("false #")
    assert second.endswith(": exit code 1")
    assert json.loads((shell.folder / "alerts.jsonl").read_text())["what"] == "test"
    assert "hunter2" not in done.out + done.err
    assert not shell.store.exists()


def test_a_test_that_all_channels_pass_succeeds(shell: Shell) -> None:
    shell.settings('[[notify]]\nfile = "alerts.jsonl"\n')
    assert shell("notify", "test").code == 0


def test_without_a_channel_there_is_nothing_to_test(shell: Shell) -> None:
    done = shell("notify", "test")
    assert (done.code, "write a [[notify]] table" in done.err) == (1, True)


def test_collect_once_tells_what_is_due_and_says_what_still_waits(waiting: Shell) -> None:
    done = waiting("collect", "--once")
    assert done.code == 0
    assert "1 notice waits for false #" in done.err
    assert "exit code 1" in done.err
    assert (waiting.folder / "alerts.jsonl").read_text().count("\n") == 1


def test_status_tells_what_waits_and_what_is_dead_by_channel(waiting: Shell) -> None:
    waiting("collect", "--once")
    found = notifications(waiting)
    assert (found["waiting"], found["dead"]) == (1, 0)
    by_name = {item["channel"].rpartition(" #")[0]: item for item in found["channels"]}
    assert by_name["false"]["failing"] == 1
    assert by_name["false"]["note"] == "exit code 1"
    assert by_name["file alerts.jsonl"]["waiting"] == 0
    kill_all(waiting)
    assert notifications(waiting)["dead"] == 1


@pytest.mark.parametrize("command", ["status", "alerts", "doctor"])
def test_who_looks_is_told_what_people_were_not_told(waiting: Shell, command: str) -> None:
    waiting("collect", "--once")
    assert "1 failing and tried again: exit code 1" in waiting(command).out
    kill_all(waiting)
    done = waiting(command)
    assert "1 given up (burnline notify retry): exit code 1" in done.out
    assert command != "doctor" or done.code == 1


def test_doctor_names_a_channel_that_cannot_be_used(
    waiting: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from console.notify import address

    monkeypatch.setattr(address, "find_spec", lambda _: None)
    waiting.settings('[[notify]]\nurl = "mailto://sam:hunter2@example.org"\n')
    done = waiting("doctor")
    assert done.code == 1
    assert "mailto #" in done.out
    assert "Apprise is not installed" in done.out
    assert "hunter2" not in done.out


def test_doctor_says_what_a_removed_channel_was_not_told(waiting: Shell) -> None:
    waiting("collect", "--once")
    waiting.settings('[[source]]\npath = "logs"\n[[notify]]\nfile = "alerts.jsonl"\n')
    waiting("collect", "--once")
    assert "removed from the settings; never sent: 1" in waiting("doctor").out
    channels = notifications(waiting)["channels"]
    assert [item["dropped"] for item in channels if item["removed"]] == [1]


def test_alerts_says_what_a_dry_run_would_have_sent(waiting: Shell) -> None:
    writer = Writer(waiting.store)
    with writer.transaction():
        outbox.post(writer.connection, [notice("A2", dry_run=True)])
    writer.close()
    waiting("collect", "--once")
    assert "dry run: 1 would have been sent to file alerts.jsonl #" in waiting("alerts").out
    assert (waiting.folder / "alerts.jsonl").read_text().count("\n") == 1


def test_retry_makes_what_is_dead_wait_again(waiting: Shell) -> None:
    assert waiting("notify", "retry").out == "nothing is dead\n"
    kill_all(waiting)
    assert waiting("notify", "retry").out.startswith("2 deliveries wait again")
    waiting("collect", "--once")
    assert (waiting.folder / "alerts.jsonl").read_text().count("\n") == 1


def test_retry_makes_no_store(shell: Shell) -> None:
    assert shell("notify", "retry").code == 1
    assert not shell.store.exists()


@pytest.mark.parametrize("verb", ["test", "retry"])
def test_who_may_only_read_changes_nothing(shell: Shell, verb: str) -> None:
    assert shell("--read-only", "notify", verb).code == 1


def test_retry_tries_at_once_what_waits_for_its_next_attempt(waiting: Shell) -> None:
    with sqlite3.connect(waiting.store) as connection:
        connection.execute("update delivery set due_us = 9000000000000000000")
    connection.close()
    assert waiting("notify", "retry").code == 0
    waiting("collect", "--once")
    assert (waiting.folder / "alerts.jsonl").exists()
