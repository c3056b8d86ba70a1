"""An order after it was given: an order that nobody confirmed is only a claim."""

from __future__ import annotations

from typing import Any

import msgspec

from console.model import MINUTE_US, Directive, DirectiveKind, RouteState
from console.tui.feed import OrderRequest, OrderResult, Verb
from console.tui.placed import Placed, over, stages

from .samples import NOW, order, route, snapshot, store


def placed(verb: Verb = "pause") -> Placed:
    """Return an order on refunds that was written as generation 17."""
    request = OrderRequest(
        verb=verb, route="refunds", reason="why", by="sam", base_generation=16, directive="d-pause"
    )
    result = OrderResult(ok=True, sentence="durable", generation=17)
    return Placed(request=request, result=result, placed_us=NOW)


def test_an_order_is_durable_before_anybody_has_seen_it() -> None:
    seen = stages(placed(), snapshot(route("refunds")))
    assert [(stage.name, stage.reached) for stage in seen] == [
        ("requested", True),
        ("durable", True),
        ("seen", False),
        ("enforced", False),
    ]


def test_agents_that_have_not_confirmed_are_counted() -> None:
    seen = stages(placed(), snapshot(route("refunds", directives=(order("refunds"),))))
    assert seen[2].detail == "by 3 of 4 live, 1 overdue"
    assert seen[2].alarm
    assert not seen[2].reached


def test_an_order_is_enforced_only_when_the_snapshot_says_so() -> None:
    done = order(
        "refunds", stage="enforced", seen_by=("worker-1", "worker-2"), not_seen=(), overdue=()
    )
    seen = stages(placed(), snapshot(route("refunds", directives=(done,))))
    assert all(stage.reached for stage in seen)


def test_an_order_of_another_generation_is_not_mistaken_for_it() -> None:
    other = order("refunds")
    other = msgspec.structs.replace(
        other, directive=msgspec.structs.replace(other.directive, generation=12)
    )
    seen = stages(placed(), snapshot(route("refunds", directives=(other,))))
    assert seen[2].detail == "not in the store yet"


def test_with_no_agent_known_nobody_can_have_seen_it() -> None:
    lonely = order("refunds", seen_by=(), not_seen=(), overdue=())
    seen = stages(placed(), snapshot(route("refunds", directives=(lonely,))))
    assert not seen[2].reached
    assert seen[2].detail == "by nobody: no agent known yet"


def test_silent_agents_are_not_counted_among_those_that_live() -> None:
    held = order(
        "refunds", stage="enforced", not_seen=("old",), overdue=(), ended=(("old", NOW - 1),),
    )  # fmt: skip
    seen = stages(placed(), snapshot(route("refunds", directives=(held,))))
    assert seen[2].detail == "by 3 of 3 live, 1 silent"
    assert all(stage.reached for stage in seen)


def ended(**changes: Any) -> Directive:
    """Return the pause of generation 17 as it is when it stands no longer."""
    return msgspec.structs.replace(order("refunds").directive, **changes)


def test_an_order_that_has_ended_says_how() -> None:
    lifted = ended(lifted_us=NOW, lifted_by="dana")
    seen = stages(placed(), snapshot(route("refunds", over=(lifted,))))
    assert seen[-1][:3] == ("lifted", True, "by dana")
    expired = stages(placed(), snapshot(route("refunds", over=(ended(until_us=NOW),))))
    assert expired[-1].name == "expired"


def test_an_order_that_was_stepped_down_says_so_and_is_followed_no_more() -> None:
    one = order("refunds", DirectiveKind.REDUCE)
    instead = msgspec.structs.replace(
        one, directive=msgspec.structs.replace(one.directive, id="d-9", generation=18)
    )
    gone = ended(lifted_us=NOW, replaced_by="d-9")
    picture = snapshot(route("refunds", directives=(instead,), over=(gone,)))
    assert stages(placed(), picture)[-1][:3] == ("stepped down", True, "to d-9 by dana")
    assert over(placed(), picture, NOW + 2 * MINUTE_US)


def test_an_order_that_the_store_has_outlived_is_not_waited_for() -> None:
    later = snapshot(route("refunds"), store=store(generation=19))
    assert stages(placed(), later)[-1].name == "stands no longer"


def test_a_lift_is_over_when_the_store_knows_its_generation() -> None:
    before = snapshot(route("refunds", state=RouteState.PAUSED), store=store(generation=16))
    after = snapshot(route("refunds"), store=store(generation=17))
    assert not stages(placed("lift"), before)[-1].reached
    assert stages(placed("lift"), after)[-1].detail == "the route is open"


def test_an_order_is_followed_until_a_minute_after_its_last_stage() -> None:
    after = snapshot(route("refunds"))
    assert not over(placed("lift"), after, NOW + MINUTE_US)
    assert over(placed("lift"), after, NOW + MINUTE_US + 1)
    assert not over(placed("pause"), after, NOW + 60 * MINUTE_US)
