"""`grant` and `approvals`, from an agent's request to the ledger's verdict."""

from __future__ import annotations

from typing import Any

import pytest

from console.agent import AgentLog, ApprovalNeeded, Guard
from tests.cli.shell import Shell

SETTINGS = """
[route.refunds]
tier = "medium"
sla = "10m"
"""


class Agent:
    """An agent with a log and a guard, on a clock of the test's."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.now_s = 1_790_000_000.0
        self.log = AgentLog(
            shell.folder / "logs" / "a.jsonl", "refunds", "worker-1", clock=lambda: self.now_s
        )

    def guard(self) -> Guard:
        state = self.shell.folder / "state"
        return Guard(self.shell.control, "refunds", receipts=self.log, state_dir=state, watch=False)

    def waiting(self) -> list[Any]:
        self.shell("collect", "--once", "logs")
        found: list[Any] = self.shell("approvals", "--json").document["approvals"]
        return found


@pytest.fixture
def agent(shell: Shell) -> Agent:
    shell.settings(SETTINGS)
    shell("init", "--yes")
    (shell.folder / "logs").mkdir(exist_ok=True)
    shell("tighten", "refunds", "--action", "refund.send", "--reason", "why", "--yes")
    return Agent(shell)


def test_a_request_waits_until_it_is_granted(agent: Agent) -> None:
    agent.log.emit("run.started", "r-1")
    agent.log.emit("approval.requested", "r-1", action="refund.send", directive="d-2")
    (request,) = agent.waiting()
    assert (request["route"], request["run"], request["action"], request["directive"]) == (
        "refunds",
        "r-1",
        "refund.send",
        "d-2",
    )
    done = agent.shell("grant", "refunds", "--action", "refund.send", "--run", "r-1", "--yes")
    assert done.code == 0
    assert agent.waiting() == []


@pytest.mark.parametrize(
    "answer", ["approval.granted", "approval.denied", "action.taken", "run.failed", "handoff"]
)
def test_a_request_that_the_run_itself_answered_waits_no_more(agent: Agent, answer: str) -> None:
    agent.log.emit("approval.requested", "r-1", action="refund.send")
    agent.now_s += 1
    agent.log.emit(answer, "r-1", action="refund.send", reason="why", to="dana")
    assert agent.waiting() == []


def test_another_answer_leaves_it_waiting(agent: Agent) -> None:
    agent.log.emit("approval.requested", "r-1", action="refund.send")
    agent.now_s += 1
    agent.log.emit("approval.granted", "r-1", action="lookup")
    assert len(agent.waiting()) == 1


def test_a_granted_action_is_no_miss_and_one_without_a_grant_is(agent: Agent) -> None:
    shell = agent.shell
    shell("grant", "refunds", "--action", "refund.send", "--run", "r-1", "--yes", "--by", "dana")
    guard = agent.guard()
    agent.now_s = shell_now_s(shell) + 120
    for run in ("r-1", "r-2"):
        agent.log.emit("action.taken", run, action="refund.send")
    assert guard.check_action("refund.send", run="r-1")
    with pytest.raises(ApprovalNeeded):
        guard.check_action("refund.send", run="r-2")
    shell("collect", "--once", "logs")
    misses = shell("misses", "--json").document["misses"]
    assert [(miss["run"], miss["class"]) for miss in misses] == [("r-2", "permission")]


def shell_now_s(shell: Shell) -> float:
    """Return when the newest order was given, by the program's clock."""
    orders = shell("status", "refunds", "--json").document["routes"][0]["directives"]
    from console.intake.times import instant_us

    return instant_us(orders[0]["since"]) / 1_000_000


def test_what_makes_no_sense_is_refused(agent: Agent) -> None:
    for wrong in (["--change", "prompt"], [], ["--action", "a", "--for", "a while"]):
        assert agent.shell("grant", "refunds", *wrong, "--yes").code in {1, 64}


def test_nothing_waits(agent: Agent) -> None:
    assert agent.waiting() == []
    assert "nothing waits for a grant" in agent.shell("approvals").out
