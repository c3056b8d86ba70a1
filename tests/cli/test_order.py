"""An order from the operator's hand to the agent's conduct and back, through processes."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.shell import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.shell import Shell

OBEDIENT = """
import sys, threading
from console.agent import AgentLog, Guard, RoutePaused

control, logs, refusals = sys.argv[1:]
log = AgentLog(logs, "refunds", "worker-1")
with Guard(control, "refunds", receipts=log, watch_every_s=0.05) as guard:
    number = 0
    while True:
        number += 1
        try:
            with log.run(f"r{number}", guard=guard) as run:
                run.action("refund.send")
        except RoutePaused as refusal:
            with open(refusals, "a") as file:
                print(refusal, file=file)
        threading.Event().wait(0.02)
"""
DEAF = """
import sys, threading
from console.agent import AgentLog

log, number = AgentLog(sys.argv[1], "refunds", "rogue"), 0
while True:
    number += 1
    with log.run(f"x{number}"):
        threading.Event().wait(0.05)
"""


@pytest.fixture
def watched(shell: Shell) -> Iterator[Shell]:
    """A shell whose logs a collector watches, with a first control file."""
    shell.logs.mkdir()
    shell.settings('[route.refunds]\ntier = "medium"\nreceipt_within = "1s"\n')
    assert shell("init", "--yes").code == 0
    with shell.started("-m", "console", *shell.command("collect", "logs")):
        yield shell


def refunds(shell: Shell) -> dict[str, Any]:
    """Return the route as `status --json` shows it, {} while it does not."""
    done = shell("status", "refunds", "--json")
    found: dict[str, Any] = done.document["routes"][0] if done.out else {}
    return found


def order(shell: Shell) -> dict[str, Any]:
    standing = refunds(shell)["directives"]
    return dict(standing[0]) if standing else {}


def told(log: Path) -> list[str]:
    """Return the kinds of the whole lines that an agent has written, in order."""
    whole = log.read_bytes().rpartition(b"\n")[0]
    return [str(json.loads(line)["event"]) for line in whole.split(b"\n") if line]


def test_a_pause_stops_an_agent_that_confirms_it_and_a_lift_lets_it_go_on(
    watched: Shell,
) -> None:
    refusals = watched.folder / "refusals"
    script = watched.folder / "agent.py"
    script.write_text(OBEDIENT)
    with watched.started(script, watched.control, watched.logs, refusals):
        eventually(lambda: refunds(watched).get("total", 0) > 3, "the agent works and is measured")

        done = watched("pause", "refunds", "--reason", "wrong amounts", "--by", "dana")
        assert done.code == 0
        assert "durable" in done.out
        eventually(
            lambda: order(watched)["seen_by"] == ["worker-1"], "the agent confirms the pause"
        )
        eventually(
            lambda: refusals.exists() and len(refusals.read_text().splitlines()) > 3, "it stops"
        )
        standing = order(watched)
        assert (standing["kind"], standing["by"], standing["reason"], standing["stage"]) == (
            "pause", "dana", "wrong amounts", "enforced",
        )  # fmt: skip
        assert (standing["not_seen"], standing["overdue"]) == ([], [])
        assert refunds(watched)["state"] == "paused"
        (log,) = watched.logs.iterdir()
        kinds = told(log)
        after_receipt = kinds[len(kinds) - kinds[::-1].index("control.seen") :]
        assert "run.started" not in after_receipt
        assert "wrong amounts" in refusals.read_text()
        assert watched.process("gate", "refunds", "--start").code == 1

        assert watched("lift", "refunds", "--reason", "fixed", "--yes").code == 1
        assert watched.process("gate", "refunds", "--start").code == 1
        lifted = watched("lift", "refunds", "--reason", "fixed", "--override", "--yes")
        assert lifted.code == 0
        assert watched.process("gate", "refunds", "--start").code == 0
        runs = refunds(watched)["total"]
        eventually(lambda: refunds(watched)["total"] > runs, "the agent goes on")
    found = refunds(watched)
    assert (found["state"], found["directives"], found["bad"]) == ("open", [], 0)


def test_a_pause_that_an_agent_ignores_is_overdue_and_never_shown_as_kept(
    watched: Shell,
) -> None:
    script = watched.folder / "agent.py"
    script.write_text(DEAF)
    with watched.started(script, watched.logs):
        eventually(lambda: refunds(watched).get("total", 0) > 0, "the agent works")
        assert watched("pause", "refunds", "--reason", "wrong amounts").code == 0
        assert order(watched)["stage"] == "durable"
        eventually(lambda: order(watched)["overdue"] == ["rogue"], "the receipt is overdue")
        eventually(
            lambda: any("overdue" in alert["kinds"] for alert in refunds(watched)["alerts"]),
            "it is paged",
        )
    found = refunds(watched)
    assert (found["directives"][0]["stage"], found["directives"][0]["seen_by"]) == ("durable", [])
    assert found["classes"]["recovery"] == 1
    assert found["classes"]["permission"] > 0
    assert watched("status").code == 2


def test_of_two_operators_at_once_one_order_is_given_after_the_other(watched: Shell) -> None:
    codes: list[int] = []

    def give(kind: str) -> None:
        codes.append(watched.process("freeze", "refunds", "--change", kind, "--reason", kind).code)

    operators = [threading.Thread(target=give, args=(kind,)) for kind in ("prompt", "model")]
    for operator in operators:
        operator.start()
    for operator in operators:
        operator.join()
    given = {change for item in refunds(watched)["directives"] for change in item["changes"]}
    assert len(given) == codes.count(0) >= 1
    assert set(codes) <= {0, 5}
    for kind in given:
        assert watched("gate", "refunds", "--change", kind).code == 1


def test_invalid_settings_refuse_a_restriction_and_say_how_to_give_it_without_them(
    shell: Shell,
) -> None:
    shell("init", "--yes")
    shell.settings("x = [")
    refused = shell("pause", "refunds", "--reason", "why", "--yes")
    assert refused.code == 78
    assert f"--settings {os.devnull}" in refused.err
    without = ("--settings", os.devnull)
    assert shell(*without, "pause", "refunds", "--reason", "why", "--yes").code == 0
    assert shell("gate", "refunds", "--start").code == 1


def test_without_settings_what_the_control_file_says_of_faults_stays(shell: Shell) -> None:
    shell.settings('[route.refunds]\ntier = "high"\nowner = "dana"\n')
    shell("pause", "refunds", "--reason", "why", "--yes")
    shell.settings("x = [")
    given = ("freeze", "refunds", "--change", "prompt", "--reason", "why", "--yes")
    assert shell("--settings", os.devnull, *given).code == 0
    section = json.loads(shell.control.read_bytes())["routes"]["refunds"]
    assert (section["on_fault"], len(section["directives"])) == ("closed", 2)


def test_relaxing_waits_until_the_settings_are_mended(shell: Shell) -> None:
    shell("pause", "refunds", "--reason", "why", "--yes")
    shell.settings("x = [")
    assert shell("lift", "refunds", "--reason", "well", "--override", "--yes").code == 78
