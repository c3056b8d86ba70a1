"""What each order forbids, decided without any file or clock."""

from __future__ import annotations

from typing import Any

import pytest

from console.agent.decide import (
    ALLOWED,
    Decision,
    decide_action,
    decide_change,
    decide_start,
    fault_decision,
)
from console.agent.orders import RouteOrders, read_route
from tests.agent.control import NOON_US, ROUTE, at, directive, grant, orders


def read(*directives: Any, **route: Any) -> RouteOrders:
    return read_route(ROUTE, orders(*directives, **route))


def outcome(decision: Decision) -> tuple[str, str]:
    return decision.outcome, decision.directive


def test_an_open_route_forbids_nothing() -> None:
    free = read()
    assert decide_start(free, NOON_US) == ALLOWED
    assert decide_action(free, NOON_US, "refund.send") == ALLOWED
    assert decide_change(free, NOON_US, "prompt") == ALLOWED


def test_a_pause_lets_no_run_start() -> None:
    decision = decide_start(read(directive("pause", "d-7-1")), NOON_US)
    assert outcome(decision) == ("paused", "d-7-1")
    assert decision.reason == "route 'refunds' is paused by order of dana: budget spent"


def test_a_pause_lets_running_runs_finish() -> None:
    assert decide_action(read(directive("pause")), NOON_US, "refund.send").allowed


def test_a_pause_without_drain_stops_running_runs() -> None:
    decision = decide_action(read(directive("pause", drain=False)), NOON_US, "refund.send")
    assert outcome(decision) == ("paused", "d-1")


def test_a_pause_freezes_no_change() -> None:
    assert decide_change(read(directive("pause", drain=False)), NOON_US, "prompt").allowed


def test_a_reduction_allows_only_the_listed_actions() -> None:
    reduced = read(directive("reduce_scope", actions=["lookup"]))
    assert decide_action(reduced, NOON_US, "lookup").allowed
    assert outcome(decide_action(reduced, NOON_US, "refund.send")) == ("denied", "d-1")


def test_a_reduction_without_actions_limits_only_the_runs() -> None:
    reduced = read(directive("reduce_scope", max_runs=2))
    assert decide_action(reduced, NOON_US, "refund.send").allowed
    assert decide_start(reduced, NOON_US, in_progress=1).allowed
    assert outcome(decide_start(reduced, NOON_US, in_progress=2)) == ("paused", "d-1")


def test_a_reduction_to_no_runs_lets_none_start() -> None:
    assert not decide_start(read(directive("reduce_scope", max_runs=0)), NOON_US).allowed


def test_a_tightening_demands_a_grant_for_the_listed_actions() -> None:
    tight = read(directive("tighten_approval", actions=["refund.send"]))
    assert outcome(decide_action(tight, NOON_US, "refund.send")) == ("approval", "d-1")
    assert decide_action(tight, NOON_US, "lookup").allowed


def test_a_tightening_without_actions_demands_a_grant_for_every_action() -> None:
    assert not decide_action(read(directive("tighten_approval")), NOON_US, "lookup").allowed


@pytest.mark.parametrize(
    ("given", "run", "named", "covered"),
    [
        (grant(action="refund.send"), "", "", True),
        (grant(action="refund.send"), "r-1", "", True),
        (grant(action="refund.send", run="r-1"), "r-1", "", True),
        (grant(action="refund.send", run="r-1"), "r-2", "", False),
        (grant(action="refund.send", run="r-1"), "r-2", "g-1", True),
        (grant(action="refund.send", run="r-1"), "r-2", "g-2", False),
        (grant(action="lookup"), "r-1", "g-1", False),
        (grant(change="prompt"), "r-1", "g-1", False),
        (grant(), "r-1", "g-1", False),
        (grant(action="refund.send", until=at(0)), "r-1", "g-1", False),
        (grant(action="refund.send", until=at(0.000001)), "r-1", "", True),
        (grant(action="refund.send", until=None), "r-1", "", True),
    ],
)
def test_a_grant_covers_its_action_and_its_run_until_its_end(
    given: Any, run: str, named: str, covered: bool
) -> None:
    tight = read(directive("tighten_approval", actions=["refund.send"]), grants=(given,))
    decision = decide_action(tight, NOON_US, "refund.send", run, named)
    assert decision.allowed is covered
    assert decision.grant == ("g-1" if covered else "")


def test_a_grant_does_not_widen_a_reduction() -> None:
    reduced = read(
        directive("reduce_scope", actions=["lookup"]), grants=(grant(action="refund.send"),)
    )
    assert not decide_action(reduced, NOON_US, "refund.send").allowed


def test_a_freeze_forbids_the_listed_changes() -> None:
    frozen = read(directive("freeze", changes=["prompt"]))
    assert outcome(decide_change(frozen, NOON_US, "prompt")) == ("denied", "d-1")
    assert decide_change(frozen, NOON_US, "model").allowed
    assert decide_start(frozen, NOON_US).allowed


def test_a_freeze_without_changes_forbids_every_change() -> None:
    assert not decide_change(read(directive("freeze")), NOON_US, "model").allowed


@pytest.mark.parametrize(
    ("given", "version", "covered"),
    [
        (grant(change="prompt"), "", True),
        (grant(change="prompt"), "v2", True),
        (grant(change="prompt", version="v2"), "v2", True),
        (grant(change="prompt", version="v2"), "v3", False),
        (grant(change="prompt", version="v2"), "", False),
        (grant(change="model", version="v2"), "v2", False),
        (grant(action="prompt"), "v2", False),
        (grant(change="prompt", until=at(-1)), "v2", False),
    ],
)
def test_a_grant_lets_a_named_fix_through_a_freeze(given: Any, version: str, covered: bool) -> None:
    frozen = read(directive("freeze", changes=["prompt", "model"]), grants=(given,))
    decision = decide_change(frozen, NOON_US, "prompt", version)
    assert decision.allowed is covered


def test_of_several_orders_each_is_enforced() -> None:
    both = read(
        directive("freeze", "d-1", changes=["prompt"]),
        directive("tighten_approval", "d-2", actions=["refund.send"]),
        directive("reduce_scope", "d-3", actions=["lookup", "refund.send"], max_runs=1),
    )
    assert outcome(decide_change(both, NOON_US, "prompt")) == ("denied", "d-1")
    assert outcome(decide_action(both, NOON_US, "refund.send")) == ("approval", "d-2")
    assert outcome(decide_action(both, NOON_US, "delete")) == ("denied", "d-3")
    assert outcome(decide_start(both, NOON_US, 1)) == ("paused", "d-3")


def test_of_two_orders_of_a_kind_both_are_enforced() -> None:
    both = read(
        directive("reduce_scope", "d-1", actions=["lookup", "mail"]),
        directive("reduce_scope", "d-2", actions=["lookup"]),
    )
    assert decide_action(both, NOON_US, "lookup").allowed
    assert outcome(decide_action(both, NOON_US, "mail")) == ("denied", "d-2")


def test_the_strictest_order_names_the_state_and_the_refusal() -> None:
    both = read(directive("reduce_scope", "d-1", max_runs=0), directive("pause", "d-2"))
    assert both.state_at(NOON_US) == "paused"
    assert decide_start(both, NOON_US).directive == "d-2"


@pytest.mark.parametrize("kind", ["freeze", "tighten_approval", "reduce_scope"])
def test_an_operators_order_lifts_by_itself_at_its_expiry(kind: str) -> None:
    given = read(directive(kind, until=at(10), max_runs=0))
    assert given.state_at(NOON_US + 9_999_999) != "open"
    assert given.state_at(NOON_US + 10_000_000) == "open"
    after = NOON_US + 10_000_000
    assert decide_change(given, after, "prompt").allowed
    assert decide_action(given, after, "refund.send").allowed
    assert decide_start(given, after).allowed


def test_a_pause_stands_at_its_expiry() -> None:
    given = read(directive("pause", until=at(10)))
    assert not decide_start(given, NOON_US + 20_000_000).allowed


@pytest.mark.parametrize("kind", ["freeze", "tighten_approval", "reduce_scope", "pause"])
def test_a_ladders_order_stands_at_its_expiry(kind: str) -> None:
    given = read(directive(kind, until=at(10), ladder=True))
    assert given.state_at(NOON_US + 20_000_000) != "open"


@pytest.mark.parametrize(
    ("on_fault", "what", "expected"),
    [
        ("closed", "start", "paused"),
        ("closed", "action", "allowed"),
        ("closed", "change", "denied"),
        ("approval", "start", "allowed"),
        ("approval", "action", "approval"),
        ("approval", "change", "approval"),
        ("last_known", "start", "allowed"),
        ("last_known", "action", "approval"),
        ("last_known", "change", "approval"),
    ],
)
def test_what_a_fault_allows(on_fault: str, what: Any, expected: str) -> None:
    decision = fault_decision(on_fault, what, "the control file is missing")
    assert decision.outcome == expected
    assert decision.directive == ""
    assert decision.allowed or "the control file is missing" in decision.reason


def test_under_approval_a_grant_is_the_approval() -> None:
    assert fault_decision("approval", "action", leave="g-1") == Decision("allowed", grant="g-1")


def test_closed_takes_no_grant() -> None:
    assert not fault_decision("closed", "change", leave="g-1").allowed
