"""The life of a run as its log tells it, and what a guard adds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from console.agent import ActionDenied, AgentLog, ApprovalNeeded, Guard, RoutePaused
from tests.agent.control import ROUTE, Control, directive, grant

FRAME = {"ts", "route", "run", "id", "agent", "boot", "seq"}


class Told:
    """A log, and what it says without the fields that every line has."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log = AgentLog(path, ROUTE, "worker-1")

    @property
    def events(self) -> list[dict[str, Any]]:
        told = [json.loads(line) for line in self.path.read_bytes().splitlines()]
        return [{key: line[key] for key in line if key not in FRAME} for line in told]

    @property
    def names(self) -> list[str]:
        return [event["event"] for event in self.events]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path / "a.jsonl")


def test_a_run_that_ends_well_is_delivered(told: Told) -> None:
    with told.log.run("r-1", sla_s=300, parent="r-0"):
        pass
    assert told.events == [
        {"event": "run.started", "sla_s": 300, "parent": "r-0"},
        {"event": "run.delivered"},
    ]
    assert b'"run": "r-1"' in told.path.read_bytes()


def test_what_models_took_is_said_once_with_the_end(told: Told) -> None:
    with told.log.run("r-1") as run:
        run.took(cost_usd=0.25, tokens=1_000)
        run.took(tokens=500)
    with told.log.run("r-2") as run:
        run.took(cost_usd=0.5)
        run.failed("why")
    assert told.events[1] == {"event": "run.delivered", "cost_usd": 0.25, "tokens": 1_500}
    assert told.events[3] == {"event": "run.failed", "reason": "why", "cost_usd": 0.5}


def test_that_models_cost_nothing_is_said(told: Told) -> None:
    with told.log.run("r-1") as run:
        run.took(cost_usd=0, tokens=1_000)
    assert told.events[1] == {"event": "run.delivered", "cost_usd": 0, "tokens": 1_000}


@pytest.mark.parametrize("error", [LookupError, KeyboardInterrupt, SystemExit])
def test_a_run_that_raises_fails_with_the_type_of_the_exception(
    told: Told, error: type[BaseException]
) -> None:
    with pytest.raises(error), told.log.run("r-1"):
        raise error("card 4111 1111 1111 1111")
    assert told.events[1:] == [{"event": "run.failed", "reason": error.__name__}]
    assert b"4111" not in told.path.read_bytes()


@pytest.mark.parametrize(
    ("end", "line"),
    [
        (lambda run: run.delivered(trusted=False), {"event": "run.delivered", "trusted": False}),
        (lambda run: run.failed("no source"), {"event": "run.failed", "reason": "no source"}),
        (lambda run: run.cancelled("d-7-1"), {"event": "run.cancelled", "by": "d-7-1"}),
        (lambda run: run.handoff("dana"), {"event": "handoff", "to": "dana"}),
        (
            lambda run: run.handoff("dana", preventable=True),
            {"event": "handoff", "to": "dana", "preventable": True},
        ),
    ],
)
def test_a_run_ends_once(told: Told, end: Any, line: dict[str, Any]) -> None:
    with told.log.run("r-1") as run:
        end(run)
        run.delivered()
    assert told.events[1:] == [line]


def test_an_exception_after_the_end_is_not_a_second_end(told: Told) -> None:
    def work() -> None:
        with told.log.run("r-1") as run:
            run.handoff("dana")
            raise LookupError

    with pytest.raises(LookupError):
        work()
    assert told.names == ["run.started", "handoff"]


@pytest.mark.parametrize(
    ("say", "line"),
    [
        (lambda run: run.check("qa", True), {"event": "check.passed", "check": "qa"}),
        (
            lambda run: run.check("evidence", False, "no source"),
            {"event": "check.failed", "check": "evidence", "reason": "no source"},
        ),
        (lambda run: run.action("lookup"), {"event": "action.taken", "action": "lookup"}),
        (
            lambda run: run.action("refund.send", scope="out", grant="g-1"),
            {"event": "action.taken", "action": "refund.send", "scope": "out", "grant": "g-1"},
        ),
        (
            lambda run: run.denied("refund.send", rule="policy", directive="d-1"),
            {
                "event": "action.denied",
                "action": "refund.send",
                "rule": "policy",
                "directive": "d-1",
            },
        ),
        (
            lambda run: run.approval("granted", "refund.send", by="dana", grant="g-1"),
            {"event": "approval.granted", "action": "refund.send", "by": "dana", "grant": "g-1"},
        ),
        (
            lambda run: run.uncertain(0.25, "two accounts"),
            {"event": "uncertain", "confidence": 0.25, "reason": "two accounts"},
        ),
        (lambda run: run.certain(), {"event": "certain"}),
        (
            lambda run: run.rescued("dana", minutes=12.5, discarded=False),
            {"event": "rescued", "by": "dana", "minutes": 12.5, "discarded": False},
        ),
        (
            lambda run: run.recovery("rollback", "succeeded"),
            {"event": "recovery.succeeded", "kind": "rollback"},
        ),
    ],
)
def test_each_word_of_a_run_is_its_native_event(told: Told, say: Any, line: dict[str, Any]) -> None:
    with told.log.run("r-1") as run:
        say(run)
    assert told.events[1] == line


def test_a_word_that_is_no_event_is_refused(told: Told) -> None:
    with told.log.run("r-1") as run:
        with pytest.raises(ValueError, match="'done' is none of started"):
            run.recovery("rollback", "done")
        with pytest.raises(ValueError, match="'maybe' is none of requested"):
            run.approval("maybe", "refund.send")
    assert told.names == ["run.started", "run.delivered"]


def test_what_comes_late_is_still_told(told: Told) -> None:
    with told.log.run("r-1") as run:
        pass
    run.check("qa", False)
    run.rescued("dana", minutes=3)
    assert told.names == ["run.started", "run.delivered", "check.failed", "rescued"]


def guarded(control: Control, *directives: Any, **route: Any) -> Guard:
    control.order(1, *directives, **route)
    return control.guard()


def test_a_run_that_may_not_start_leaves_no_line(control: Control, told: Told) -> None:
    guard = guarded(control, directive("pause"))
    with pytest.raises(RoutePaused), told.log.run("r-1", guard=guard):
        pytest.fail("the run was started")
    assert not told.path.exists()


def test_a_guarded_run_is_counted(control: Control, told: Told) -> None:
    guard = guarded(control, directive("reduce_scope", max_runs=1))
    with told.log.run("r-1", guard=guard), pytest.raises(RoutePaused):
        guard.check_start()
    guard.check_start()


def test_a_guarded_action_names_the_grant_that_allowed_it(control: Control, told: Told) -> None:
    tight = directive("tighten_approval", actions=["refund.send"])
    guard = guarded(control, tight, grants=(grant(action="refund.send", run="r-1"),))
    with told.log.run("r-1", guard=guard) as run:
        run.action("refund.send")
        run.action("lookup", grant="of somebody else")
    assert [event.get("grant") for event in told.events[1:3]] == ["g-1", "of somebody else"]


def test_a_denial_by_an_order_carries_its_mark(control: Control, told: Told) -> None:
    guard = guarded(control, directive("reduce_scope", "d-1", actions=["lookup"]))
    with told.log.run("r-1", guard=guard) as run, pytest.raises(ActionDenied):
        run.action("refund.send")
    denied = told.events[1]
    assert (denied["event"], denied["action"], denied["directive"]) == (
        "action.denied",
        "refund.send",
        "d-1",
    )
    assert denied["rule"].endswith("[burnline:d-1]")
    assert told.names == ["run.started", "action.denied", "run.delivered"]


def test_an_action_that_needs_a_grant_is_a_request_for_it(control: Control, told: Told) -> None:
    guard = guarded(control, directive("tighten_approval", "d-1"))
    with told.log.run("r-1", guard=guard) as run, pytest.raises(ApprovalNeeded):
        run.action("refund.send")
    assert told.events[1] == {
        "event": "approval.requested",
        "action": "refund.send",
        "directive": "d-1",
    }


def test_a_run_that_an_order_stops_is_cancelled_by_it(control: Control, told: Told) -> None:
    guard = guarded(control)

    def work() -> None:
        with told.log.run("r-1", guard=guard) as run:
            control.order(2, directive("pause", "d-2-1", drain=False))
            control.later()
            run.action("refund.send")

    with pytest.raises(RoutePaused):
        work()
    assert told.names == ["run.started", "action.denied", "run.cancelled"]
    assert told.events[2]["by"] == "d-2-1"


def test_a_run_that_a_fault_stops_has_failed(control: Control, told: Told) -> None:
    guard = guarded(control, on_fault="approval")

    def work() -> None:
        with told.log.run("r-1", guard=guard) as run:
            control.path.unlink()
            control.later()
            run.action("refund.send")

    with pytest.raises(ApprovalNeeded):
        work()
    assert told.names == ["run.started", "approval.requested", "run.failed"]
    assert told.events[2]["reason"].startswith("ApprovalNeeded: every action needs a grant")
