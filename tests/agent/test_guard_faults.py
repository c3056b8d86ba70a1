"""A fault of the control file is never "no restrictions": on_fault x fault x what is asked."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from console.agent import ActionDenied, ApprovalNeeded, Guard, Refused, RoutePaused
from tests.agent.control import Control, at, directive, document, grant, orders

Break = Callable[[Control], None]
KNOWN = 5
"""The generation that was good before the fault."""


def remove(control: Control) -> None:
    control.path.unlink(missing_ok=True)


def replace_with(make: Callable[[Control], object]) -> Break:
    def broken(control: Control) -> None:
        remove(control)
        make(control)

    return broken


def forged(control: Control) -> None:
    control.write(document(KNOWN + 1) | {"generation": KNOWN + 2})


FAULTS: dict[str, Break] = {
    "missing": remove,
    "directory gone": replace_with(lambda c: c.directory.rmdir()),
    "empty": lambda c: c.write(b""),
    "cut off": lambda c: c.write(json.dumps(document(KNOWN + 1)).encode()[:-9]),
    "not JSON": lambda c: c.write(b"paused: no\n"),
    "wrong schema": lambda c: c.write(document(KNOWN + 1, schema="burnline.control/9")),
    "wrong checksum": forged,
    "wrong types": lambda c: c.write(document(KNOWN + 1, routes=[])),
    "route of wrong type": lambda c: c.write(document(KNOWN + 1, route={"state": 1})),
    "FIFO": replace_with(lambda c: os.mkfifo(c.path)),
    "a directory": replace_with(lambda c: c.path.mkdir()),
    "unreadable": replace_with(lambda c: c.path.symlink_to("control.json")),
    "dangling link": replace_with(lambda c: c.path.symlink_to("nowhere")),
    "stale": lambda c: c.write(
        document(KNOWN, last_good(c), refreshed_at=at(-60), stale_after_s=30)
    ),
}
LATER_FAULTS: dict[str, Break] = FAULTS | {
    "lower generation": lambda c: c.write(document(KNOWN - 1)),
    "edited generation": lambda c: c.write(
        document(KNOWN, orders(grants=(grant(action="refund.send"), grant(change="prompt"))))
    ),
}
"""Those that only somebody who knows what was there before can tell."""


def last_good(control: Control) -> Any:
    """Return the route as it was last written, so that only its age is wrong."""
    try:
        return json.loads(control.path.read_bytes())["routes"]["refunds"]
    except (OSError, ValueError):
        return orders(on_fault="last_known")


CLOSED = (RoutePaused, None, ActionDenied)
APPROVAL = (None, ApprovalNeeded, ApprovalNeeded)
FREE = (None, None, None)


def answers(guard: Guard) -> tuple[type[Refused] | None, ...]:
    """Return what the guard raises for a start, an action and a change."""
    asked: list[Callable[[], object]] = [
        guard.check_start,
        lambda: guard.check_action("refund.send"),
        lambda: guard.check_change("prompt"),
    ]
    return tuple(refusal_of(ask) for ask in asked)


def refusal_of(ask: Callable[[], object]) -> type[Refused] | None:
    try:
        ask()
    except Refused as refusal:
        return type(refusal)
    return None


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    ("on_fault", "state", "expected"),
    [
        ("closed", "closed", CLOSED),
        ("approval", "approval", APPROVAL),
        ("last_known", "approval", APPROVAL),
    ],
)
def test_before_the_first_good_read_the_guards_own_on_fault_decides(
    control: Control, fault: str, on_fault: str, state: str, expected: tuple[Any, ...]
) -> None:
    FAULTS[fault](control)
    guard = control.guard(on_fault=on_fault)
    assert answers(guard) == expected
    assert guard.state == state
    assert guard.fault != ""


@pytest.mark.parametrize("fault", LATER_FAULTS)
@pytest.mark.parametrize(
    ("on_fault", "state", "expected"),
    [
        ("closed", "closed", CLOSED),
        ("approval", "approval", APPROVAL),
        ("last_known", "open", FREE),
    ],
)
def test_after_a_good_read_the_documents_on_fault_decides(
    control: Control, fault: str, on_fault: str, state: str, expected: tuple[Any, ...]
) -> None:
    control.order(KNOWN, on_fault=on_fault)
    own = "approval" if on_fault == "closed" else "closed"
    guard = control.guard(on_fault=own)
    assert answers(guard) == FREE
    LATER_FAULTS[fault](control)
    control.later()
    assert answers(guard) == expected
    assert guard.state == state
    assert guard.fault != ""
    assert guard.generation == KNOWN


@pytest.mark.parametrize("fault", LATER_FAULTS)
@pytest.mark.parametrize("on_fault", ["closed", "approval", "last_known"])
def test_a_repaired_file_ends_the_fault(control: Control, fault: str, on_fault: str) -> None:
    control.order(KNOWN, on_fault=on_fault)
    guard = control.guard()
    LATER_FAULTS[fault](control)
    control.later()
    assert guard.fault != ""
    if control.path.is_dir():
        control.path.rmdir()
    control.directory.mkdir(exist_ok=True)
    control.order(KNOWN + 2, on_fault=on_fault)
    control.later()
    assert answers(guard) == FREE
    assert (guard.fault, guard.state, guard.generation) == ("", "open", KNOWN + 2)


def test_the_default_before_the_first_good_read_is_closed(control: Control) -> None:
    assert answers(control.guard()) == CLOSED


def test_the_refusal_says_what_is_wrong_with_the_file(control: Control) -> None:
    with pytest.raises(RoutePaused) as refused:
        control.guard().check_start()
    assert str(refused.value) == (
        f"no run may start: control file {control.path} is missing; on_fault is closed"
    )
    assert refused.value.directive == ""


def test_last_known_turns_into_approval_after_its_grace(control: Control) -> None:
    control.write(document(1, orders(on_fault="last_known"), grace_s=100))
    guard = control.guard()
    control.later(50)
    assert guard.fault == ""
    remove(control)
    control.later(99)
    assert answers(guard) == FREE
    control.later(1)
    assert answers(guard) == APPROVAL
    assert guard.state == "approval"


def test_the_grace_runs_on_the_monotonic_clock(control: Control) -> None:
    control.write(document(1, orders(on_fault="last_known"), grace_s=100))
    guard = control.guard()
    remove(control)
    control.clock.wall_s += 1_000_000
    control.clock.mono_s += 1
    assert answers(guard) == FREE
    control.clock.wall_s -= 2_000_000
    control.clock.mono_s += 100
    assert answers(guard) == APPROVAL


def test_under_approval_the_grants_last_read_count(control: Control) -> None:
    leaves = (grant("g-1", action="refund.send"), grant("g-2", change="prompt", version="v2"))
    control.order(1, on_fault="approval", grants=leaves)
    guard = control.guard()
    remove(control)
    control.later()
    assert guard.check_action("refund.send") == "g-1"
    assert guard.check_change("prompt", "v2") == "g-2"
    with pytest.raises(ApprovalNeeded):
        guard.check_action("lookup")
    with pytest.raises(ApprovalNeeded):
        guard.check_change("prompt", "v3")
    control.later(3600)
    with pytest.raises(ApprovalNeeded):
        guard.check_action("refund.send")


@pytest.mark.parametrize("on_fault", ["closed", "approval", "last_known"])
@pytest.mark.parametrize("fault", LATER_FAULTS)
def test_no_fault_loosens_an_order_that_stands(control: Control, fault: str, on_fault: str) -> None:
    control.order(
        KNOWN, directive("pause", "d-1", drain=False), directive("freeze", "d-2"), on_fault=on_fault
    )
    guard = control.guard()
    LATER_FAULTS[fault](control)
    for seconds in (1, 10_000):
        control.later(seconds)
        with pytest.raises(RoutePaused, match=r"\[burnline:d-1\]"):
            guard.check_start()
        with pytest.raises(RoutePaused, match=r"\[burnline:d-1\]"):
            guard.check_action("refund.send")
        with pytest.raises(ActionDenied, match=r"\[burnline:d-2\]"):
            guard.check_change("prompt")


def test_a_stale_document_still_binds_by_what_it_orders(control: Control) -> None:
    control.order(1, on_fault="last_known")
    guard = control.guard()
    paused = orders(directive("pause", "d-9"), on_fault="last_known")
    control.write(document(2, paused, refreshed_at=at(-60), stale_after_s=30))
    control.later()
    with pytest.raises(RoutePaused, match="d-9"):
        guard.check_start()
    assert guard.generation == 2
    assert "last refreshed" in guard.fault


def test_a_file_that_is_not_refreshed_turns_stale_without_changing(control: Control) -> None:
    control.write(document(1, orders(on_fault="closed"), stale_after_s=30))
    guard = control.guard()
    control.later(30)
    assert guard.state == "open"
    control.later(1)
    assert guard.state == "closed"


def test_a_refresh_in_time_keeps_it_good(control: Control) -> None:
    guard = None
    for seconds in range(0, 300, 10):
        control.write(document(1, orders(), stale_after_s=30, refreshed_at=at(seconds)))
        guard = guard or control.guard()
        assert guard.state == "open"
        control.later(10)


def test_a_wall_clock_that_stands_still_does_not_keep_a_stale_file_alive(
    control: Control,
) -> None:
    control.write(document(1, orders(on_fault="closed"), stale_after_s=30))
    guard = control.guard()
    control.clock.mono_s += 31
    assert guard.state == "closed"


def test_an_edited_generation_is_told_from_a_refreshed_one(control: Control) -> None:
    paused = orders(directive("pause"))
    control.write(document(1, paused))
    guard = control.guard()
    control.write(document(1, paused, refreshed_at=at(10)))
    control.later()
    assert guard.fault == ""
    control.write(document(1, orders(), refreshed_at=at(20)))
    control.later()
    assert "it was edited" in guard.fault
    with pytest.raises(RoutePaused):
        guard.check_start()


def test_with_a_verifier_an_unsigned_file_is_a_fault(control: Control) -> None:
    control.order(1)
    guard = control.guard(verify=lambda sealed, signature: signature == "good")
    assert answers(guard) == CLOSED
    control.write(document(2) | {"signature": "good"})
    control.later()
    assert answers(guard) == FREE


def test_an_unknown_on_fault_is_refused_at_once(control: Control) -> None:
    with pytest.raises(ValueError, match="on_fault is 'open', not one of closed, approval"):
        control.guard(on_fault="open")
