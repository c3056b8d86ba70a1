"""Semantics 3, permission: what was done, or tried, without the right to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.collector.running import event
from tests.endtoend.playing import (
    FREEZE,
    PAUSE,
    REDUCE,
    TIGHTEN,
    M,
    Play,
    delivered,
    start,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable

    Measuring = Callable[..., Play]

LATER = 100 * M


def taken(run: str, at_s: float, action: str = "send", **fields: object) -> bytes:
    return event("action.taken", run, at_s, action=action, **fields)


def denied(run: str, at_s: float, **fields: object) -> bytes:
    return event("action.denied", run, at_s, action="send", **fields)


def seen(generation: int, at_s: float, agent: str = "a1") -> bytes:
    return event("control.seen", "", at_s, agent=agent, generation=generation)


def permission(play: Play) -> dict[str, float]:
    """Read everything; return the instants of permission misses, by run."""
    found = play.misses_at(LATER)
    return {run: misses["permission"] for run, misses in found.items() if "permission" in misses}


def test_a_denied_action_is_a_miss(play: Play) -> None:
    assert permission(play.say(start(), denied("r1", 60), delivered("r1", 90))) == {"r1": 60}


def test_an_action_out_of_scope_is_a_miss_and_one_in_scope_is_none(play: Play) -> None:
    play.say(taken("out", 60, scope="out"), taken("in", 60, scope="in"), taken("plain", 60))
    assert permission(play) == {"out": 60}


# Approval


def approving(play: Play, *lines: bytes) -> dict[str, float]:
    return permission(play.say(*lines))


def granted(run: str, at_s: float, action: str = "send", **fields: object) -> bytes:
    return event("approval.granted", run, at_s, action=action, by="dana", **fields)


@pytest.fixture
def approved(measuring: Measuring) -> Play:
    """A route on which `send` needs approval."""
    return measuring(approval_required=("send",))


def test_an_action_that_needs_approval_without_a_grant_is_a_miss(approved: Play) -> None:
    approved.say(taken("r1", 60), taken("r2", 60, action="lookup"))
    assert permission(approved) == {"r1": 60}


def test_approval_has_to_be_granted_at_or_before_the_action(approved: Play) -> None:
    for run, at_s in (("before", 59), ("same", 60), ("after", 61)):
        approved.say(granted(run, at_s), taken(run, 60))
    assert permission(approved) == {"after": 60}


def test_approval_of_another_action_or_run_or_a_refusal_is_none(approved: Play) -> None:
    approved.say(granted("action", 50, action="lookup"), taken("action", 60))
    approved.say(granted("other", 50), taken("run", 60))
    approved.say(event("approval.denied", "denied", 50, action="send"), taken("denied", 60))
    approved.say(event("approval.requested", "asked", 50, action="send"), taken("asked", 60))
    assert set(permission(approved)) == {"action", "run", "denied", "asked"}


def test_an_action_may_name_its_grant(approved: Play) -> None:
    approved.say(granted("r1", 50, action="any", grant="g-1"), taken("r1", 60, grant="g-1"))
    assert permission(approved) == {}


def test_while_an_order_tightens_approval_its_actions_need_a_grant(play: Play) -> None:
    order = play.order(TIGHTEN, 0, actions=("send",))
    play.say(taken("under", 60), taken("other", 60, action="lookup"))
    play.say(granted("allowed", 50), taken("allowed", 60))
    play.lift(order, 2 * M)
    play.say(taken("after", 2 * M))
    assert permission(play) == {"under": 60}


# Our own brake


def test_a_denial_that_names_a_standing_order_is_our_own(play: Play) -> None:
    order = play.order(PAUSE, 0)
    play.say(denied("named", 60, directive=order.id))
    play.say(denied("stamped", 60, rule=f"hook said no [burnline:{order.id}] to this"))
    play.say(denied("why", 60, reason=f"[burnline:{order.id}]"))
    assert permission(play) == {}


def test_a_denial_that_claims_an_order_that_does_not_exist_is_a_miss(play: Play) -> None:
    play.order(PAUSE, 0)
    play.say(denied("named", 60, directive="d-99"))
    play.say(denied("stamped", 60, rule="[burnline:d-99]"))
    play.say(denied("vague", 60, rule="burnline said no"))
    assert set(permission(play)) == {"named", "stamped", "vague"}


def test_a_denial_is_ours_while_the_order_stood_and_until_agents_had_to_know_of_its_end(
    play: Play,
) -> None:
    order = play.order(PAUSE, 60)
    play.lift(order, 3 * M)
    for run, at_s in (("before", 59), ("first", 60), ("last", 209), ("after", 210)):
        play.say(denied(run, at_s, directive=order.id))
    assert permission(play) == {"before": 59, "after": 210}


def test_an_agent_that_confirmed_the_end_of_an_order_cannot_claim_it_any_more(play: Play) -> None:
    order = play.order(PAUSE, 60)
    play.lift(order, 3 * M)
    play.say(seen(order.generation + 1, 190), denied("other", 200, directive=order.id))
    for run, at_s in (("unaware", 189), ("aware", 190)):
        play.say(denied(run, at_s, directive=order.id, agent="a1"))
    assert permission(play) == {"aware": 190}


def test_an_order_that_expired_is_claimed_in_vain_though_nobody_lifted_it(play: Play) -> None:
    order = play.order(FREEZE, 0, changes=("prompt",), for_us=2 * M * 1_000_000)
    for run, at_s in (("last", 2 * M + 29), ("after", 2 * M + 30)):
        play.say(denied(run, at_s, directive=order.id))
    assert permission(play) == {"after": 2 * M + 30}


def test_a_denial_by_the_order_of_another_route_is_a_miss(play: Play) -> None:
    order = play.order(PAUSE, 0)
    play.say(event("action.denied", "r1", 60, action="send", directive=order.id, route="mail"))
    assert permission(play) == {"r1": 60}


# Orders bind


def test_a_start_under_a_standing_pause_is_a_miss(play: Play) -> None:
    order = play.order(PAUSE, 0)
    play.lift(order, 3 * M)
    play.say(start("before", -1), start("under", 60), start("after", 3 * M))
    assert permission(play) == {"under": 60}


def test_a_pause_lets_running_runs_act_unless_it_does_not_drain(play: Play) -> None:
    play.say(start("r1", -60), start("r2", -60))
    play.order(PAUSE, 0)
    play.say(taken("r1", 60))
    assert permission(play) == {}
    play.order(PAUSE, 5 * M, drain=False)
    play.say(taken("r2", 6 * M))
    assert permission(play) == {"r2": 6 * M}


def test_an_action_outside_a_reduction_is_a_miss(play: Play) -> None:
    play.order(REDUCE, 0, actions=("lookup",))
    play.say(start("r1", 60), taken("r1", 61, action="lookup"), taken("r2", 60))
    assert permission(play) == {"r2": 60}


def test_a_reduction_to_a_number_of_runs_allows_every_action(play: Play) -> None:
    play.order(REDUCE, 0, max_runs=1)
    assert permission(play.say(start("r1", 60), taken("r1", 61))) == {}


def test_a_run_started_beside_more_than_a_reduction_allows_is_a_miss(play: Play) -> None:
    order = play.order(REDUCE, 0, max_runs=1)
    play.say(start("r1", 60), start("r2", 90))
    assert permission(play) == {}  # nothing shows yet that r1 still goes on
    play.restart()
    play.say(event("run.delivered", "r1", 120))
    assert permission(play) == {"r2": 90}
    (miss,) = play.misses()
    assert miss["rule"] == f"a run started beside 1 in progress while reduction {order.id} stood"


def test_runs_of_other_agents_do_not_count_against_a_reduction(play: Play) -> None:
    play.order(REDUCE, 0, max_runs=1)
    play.say(start("r1", 60, agent="a1"), start("r2", 90, agent="a2"))
    play.say(*(event("run.delivered", run, 120, agent=f"a{run[1]}") for run in ("r1", "r2")))
    assert "permission" not in {
        name for misses in play.misses_at(5 * M).values() for name in misses
    }


def test_each_process_that_shares_a_name_may_have_as_many_runs_as_a_reduction_allows(
    play: Play,
) -> None:
    play.order(REDUCE, 0, max_runs=1)
    lines = [
        event("run.delivered" if at_s == 120 else "run.started", run, at_s, agent="a", boot=boot)
        for run, at_s, boot in (("r1", 60, "b1"), ("r2", 90, "b2"), ("r1", 120, "b1"))
    ]
    play.say(*lines)
    assert "r2" in permission(play)  # nothing numbers the lines: one process, as far as is known
    numbered = [{"agent": "a", "boot": boot, "seq": 1} for boot in ("b1", "b2")]
    play.say(*(event("control.seen", "", 130, generation=1, **said) for said in numbered))
    play.restart()
    assert "r2" not in permission(play)


def test_a_frozen_kind_of_change_is_a_miss_and_another_is_none(play: Play) -> None:
    play.order(FREEZE, 0, changes=("prompt",))
    play.say(event("change.deployed", "", 60, change="prompt", version="7"))
    play.say(event("change.deployed", "", 60, change="tool"))
    (found,) = permission(play).values()
    assert found == 60
    assert play.counted() == (1, 1)


def test_a_change_before_the_freeze_or_after_its_end_is_none(play: Play) -> None:
    order = play.order(FREEZE, 60, changes=("prompt",))
    play.lift(order, 5 * M)
    play.say(*(event("change.deployed", "", at_s, change="prompt") for at_s in (59, 5 * M)))
    assert permission(play) == {}


def test_a_freeze_lifts_by_itself_at_its_expiry(play: Play) -> None:
    play.order(FREEZE, 0, changes=("prompt",), for_us=2 * M * 1_000_000)
    play.say(event("change.deployed", "", 2 * M - 1, change="prompt"))
    play.say(event("change.deployed", "", 2 * M, change="prompt"))
    assert list(permission(play).values()) == [2 * M - 1]


def test_an_order_binds_every_agent_from_receipt_within_on(play: Play) -> None:
    play.order(PAUSE, 0)
    play.say(start("early", 29), start("late", 30))
    assert permission(play) == {"late": 30}


def test_an_order_binds_an_agent_from_its_receipt_on(play: Play) -> None:
    order = play.order(PAUSE, 0)
    play.say(seen(order.generation, 5), seen(order.generation - 1, 5, "a2"))
    play.say(start("knew", 10, agent="a1"), start("did not", 10, agent="a2"))
    play.say(start("nobody", 10), start("just before", 4, agent="a1"))
    assert permission(play) == {"knew": 10}


def test_of_several_orders_each_binds(play: Play) -> None:
    play.order(TIGHTEN, 0, actions=("send",))
    play.order(REDUCE, 1, actions=("send",))
    play.say(granted("r1", 50), taken("r1", 60), taken("r2", 60), taken("r1", 70, action="lookup"))
    assert permission(play) == {"r1": 70, "r2": 60}
