"""What a guard lets through, and how it follows the control file."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from console.agent import ActionDenied, ApprovalNeeded, Guard, Refused, RoutePaused
from tests.agent.control import Control, at, directive, document, grant, orders


def test_an_open_route_lets_everything_through(control: Control) -> None:
    control.order(4)
    guard = control.guard()
    guard.check_start("r-1")
    assert guard.check_action("refund.send", run="r-1") == ""
    assert guard.check_change("prompt") == ""
    assert (guard.state, guard.generation, guard.fault, guard.warning) == ("open", 4, "", "")


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("freeze", "frozen"),
        ("tighten_approval", "tightened"),
        ("reduce_scope", "reduced"),
        ("pause", "paused"),
    ],
)
def test_the_state_is_the_documents_word(control: Control, kind: str, state: str) -> None:
    control.order(1, directive(kind))
    assert control.guard().state == state


def test_the_state_follows_an_expiry(control: Control) -> None:
    control.order(1, directive("freeze", until=at(10)))
    guard = control.guard()
    assert guard.state == "frozen"
    control.later(10)
    assert guard.state == "open"
    guard.check_change("prompt")


def test_a_refusal_names_directive_reason_and_mark(control: Control) -> None:
    control.order(7, directive("pause", "d-7-1"))
    with pytest.raises(RoutePaused) as paused:
        control.guard().check_start("r-9")
    assert paused.value.directive == "d-7-1"
    assert paused.value.reason == (
        "run 'r-9' may not start: route 'refunds' is paused by order of dana: budget spent"
    )
    assert str(paused.value) == f"{paused.value.reason} [burnline:d-7-1]"


def test_a_refusal_crosses_a_process_boundary(control: Control) -> None:
    for kind in (RoutePaused, ActionDenied, ApprovalNeeded):
        copied = pickle.loads(pickle.dumps(kind("no", "d-1")))
        assert isinstance(copied, kind)
        assert isinstance(copied, Refused)
        assert (copied.reason, copied.directive, str(copied)) == ("no", "d-1", "no [burnline:d-1]")


def test_with_drain_running_runs_go_on(control: Control) -> None:
    control.order(1)
    guard = control.guard()
    with guard.run("r-1"):
        control.order(2, directive("pause"))
        control.later()
        guard.check_action("refund.send", run="r-1")
        with pytest.raises(RoutePaused):
            guard.check_start("r-2")


def test_without_drain_a_running_run_stops_at_its_next_check(control: Control) -> None:
    control.order(1)
    guard = control.guard()
    guard.check_action("refund.send")
    control.order(2, directive("pause", drain=False))
    control.later()
    with pytest.raises(RoutePaused):
        guard.check_action("refund.send")


def test_a_reduction_denies_the_other_actions(control: Control) -> None:
    control.order(1, directive("reduce_scope", actions=["lookup"]))
    guard = control.guard()
    guard.check_action("lookup")
    with pytest.raises(ActionDenied, match=r"'refund\.send' is outside"):
        guard.check_action("refund.send")


def test_a_tightened_action_asks_for_approval_until_it_is_granted(control: Control) -> None:
    tight = directive("tighten_approval", actions=["refund.send"])
    control.order(1, tight)
    guard = control.guard()
    with pytest.raises(ApprovalNeeded):
        guard.check_action("refund.send", run="r-1")
    control.order(2, tight, grants=(grant(action="refund.send", run="r-1"),))
    control.later()
    assert guard.check_action("refund.send", run="r-1") == "g-1"
    with pytest.raises(ApprovalNeeded):
        guard.check_action("refund.send", run="r-2")


def test_a_granted_action_needs_a_grant_again_after_its_end(control: Control) -> None:
    tight = directive("tighten_approval", actions=["refund.send"])
    control.order(1, tight, grants=(grant(action="refund.send", until=at(10)),))
    guard = control.guard()
    assert guard.check_action("refund.send") == "g-1"
    control.later(10)
    with pytest.raises(ApprovalNeeded):
        guard.check_action("refund.send")


def test_a_frozen_change_is_denied(control: Control) -> None:
    control.order(1, directive("freeze", changes=["prompt"]))
    guard = control.guard()
    guard.check_change("model")
    with pytest.raises(ActionDenied, match="frozen for 'prompt' changes"):
        guard.check_change("prompt", "v2")


def test_max_runs_counts_the_runs_in_progress(control: Control) -> None:
    control.order(1, directive("reduce_scope", max_runs=2))
    guard = control.guard()
    with guard.run("r-1"), guard.run("r-2"):
        with pytest.raises(RoutePaused, match="reduced to 2 runs at a time, 2 in progress"):
            guard.check_start("r-3")
        with pytest.raises(RoutePaused), guard.run("r-3"):
            pass
    with guard.run("r-3"):
        pass


def test_a_run_that_fails_gives_its_place_back(control: Control) -> None:
    control.order(1, directive("reduce_scope", max_runs=1))
    guard = control.guard()
    for _ in range(3):
        with pytest.raises(LookupError), guard.run("r-1"):
            raise LookupError
    guard.check_start()


def test_orders_on_another_route_do_not_bind(control: Control) -> None:
    control.order(1, directive("pause"))
    guard = control.guard(route="billing")
    guard.check_start()
    assert guard.state == "open"


def test_a_route_that_is_no_longer_named_is_open(control: Control) -> None:
    control.order(1, directive("pause"))
    guard = control.guard()
    control.write(document(2, routes={"billing": orders()}))
    control.later()
    guard.check_start()
    assert guard.state == "open"


def test_a_route_that_is_not_named_falls_to_the_guards_own_on_fault(control: Control) -> None:
    control.order(1)
    guard = control.guard(route="billing", on_fault="approval")
    control.path.unlink()
    control.later()
    assert guard.state == "approval"


def test_a_file_is_looked_at_when_the_last_look_is_over_50_ms_old(control: Control) -> None:
    control.order(1)
    guard = control.guard()
    control.order(2, directive("pause"))
    control.later(0.049)
    guard.check_start()
    control.later(0.001)
    with pytest.raises(RoutePaused):
        guard.check_start()


def test_how_often_it_is_looked_at_can_be_set(control: Control) -> None:
    control.order(1)
    guard = control.guard(look_every_s=5)
    control.order(2, directive("pause"))
    control.later(4.9)
    guard.check_start()
    control.later(0.2)
    with pytest.raises(RoutePaused):
        guard.check_start()


def test_look_does_not_wait_for_its_time(control: Control) -> None:
    control.order(1)
    guard = control.guard()
    control.order(2)
    guard.look()
    assert guard.generation == 2


def test_lifting_an_order_frees_the_route(control: Control) -> None:
    control.order(1, directive("pause", drain=False), directive("freeze"))
    guard = control.guard()
    control.order(2)
    control.later()
    guard.check_start()
    guard.check_action("refund.send")
    guard.check_change("prompt")


def test_a_free_action_is_forgotten_when_the_orders_change(control: Control) -> None:
    control.order(1)
    guard = control.guard()
    guard.check_action("refund.send")
    control.order(2, directive("reduce_scope", actions=["lookup"]))
    control.later()
    with pytest.raises(ActionDenied):
        guard.check_action("refund.send")


def test_many_different_action_names_are_all_decided(control: Control) -> None:
    control.order(1, directive("reduce_scope", actions=["a7000"]))
    guard = control.guard()
    guard.check_action("a7000")
    for number in range(6_000):
        with pytest.raises(ActionDenied):
            guard.check_action(f"a{number}")
    control.order(2)
    control.later()
    for number in range(6_000):
        guard.check_action(f"a{number}")
    assert len(guard._ruling.free_actions) == 4_096  # memory has a bound, whatever the names


def test_the_agents_name_stays_the_same_when_none_is_given(control: Control) -> None:
    control.order(1)
    names: set[Any] = {control.guard(agent="").agent for _ in range(2)}
    assert len(names) == 1
    assert names != {""}


def test_a_sink_that_asks_the_guard_does_not_deadlock(control: Control) -> None:
    control.order(1)
    guards: list[Guard] = []
    seen: list[str] = []
    guards.append(control.guard(receipts=lambda _: seen.extend(one.state for one in guards)))
    control.order(2, directive("pause"))
    control.later()
    assert guards[0].state == "paused"
    assert seen == ["paused"]
