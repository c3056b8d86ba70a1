"""An order after it was given: an order that nobody confirmed is only a claim."""

from __future__ import annotations

import msgspec

from console.model import MINUTE_US, RouteState
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
    assert seen[2].detail == "3 of 4, 1 overdue"
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
    assert seen[2].detail == "no agent known yet"


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
