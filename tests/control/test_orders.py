"""Giving an order: what is refused, what is written for agents, what stands in for what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.agent.decide import decide_action, decide_start
from console.agent.orders import Directive as AgentDirective
from console.agent.orders import RouteOrders
from console.control.directives import Conflict, Order, Refused
from console.control.sections import covers
from console.intake.times import rfc3339
from console.model import HOUR_US, MINUTE_US, Directive, DirectiveKind
from tests.control.stage import NOON_US, ROUTE, Stage, order

FREEZE, TIGHTEN, REDUCE, PAUSE = DirectiveKind
LATER_US = NOON_US + MINUTE_US


def test_an_order_stands_in_the_file_and_in_the_store(stage: Stage) -> None:
    given = stage.desk.give(order(), NOON_US)
    assert (given.id, given.generation, given.issued_us) == ("d-2", 2, NOON_US)
    assert stage.stored() == [given]
    stage.assert_agreement()


def test_agents_read_it_as_it_was_given(stage: Stage) -> None:
    stage.desk.give(
        order(REDUCE, actions=("look", "answer"), max_runs=2, for_us=2 * HOUR_US), NOON_US
    )
    read = stage.read().route(ROUTE)
    one = read.directives[0]
    assert (read.state, one.kind, one.by, one.reason) == (
        "reduced",
        "reduce_scope",
        "dana",
        "budget spent",
    )
    assert (one.actions, one.max_runs, one.until_us) == (
        ("look", "answer"),
        2,
        NOON_US + 2 * HOUR_US,
    )


@pytest.mark.parametrize(
    ("kind", "fields", "state"),
    [
        (FREEZE, {"changes": ("model",)}, "frozen"),
        (TIGHTEN, {"actions": ("refund",)}, "tightened"),
        (REDUCE, {"max_runs": 1}, "reduced"),
        (PAUSE, {}, "paused"),
    ],
)
def test_each_kind_makes_its_state_of_the_route(
    stage: Stage, kind: DirectiveKind, fields: dict[str, Any], state: str
) -> None:
    stage.desk.give(order(kind, **fields), NOON_US)
    assert stage.read().route(ROUTE).state == state


def test_of_several_the_strictest_makes_the_state(stage: Stage) -> None:
    for kind, fields in ((PAUSE, {}), (FREEZE, {"changes": ("model",)}), (REDUCE, {"max_runs": 1})):
        stage.desk.give(order(kind, **fields), NOON_US)
    assert stage.read().route(ROUTE).state == "paused"
    assert len(stage.standing()) == 3


def test_what_a_route_does_on_a_fault_is_written_with_every_order(stage: Stage) -> None:
    stage.desk.give(order(route="unheard-of"), NOON_US)
    routes = stage.raw()["routes"]
    assert (routes[ROUTE]["on_fault"], routes["unheard-of"]["on_fault"]) == ("closed", "approval")


def test_the_expiry_is_stored_and_written(stage: Stage) -> None:
    given = stage.desk.give(order(FREEZE, changes=("model",), for_us=2 * HOUR_US), NOON_US)
    assert given.until_us == NOON_US + 2 * HOUR_US
    assert stage.stored()[0].until_us == given.until_us
    written = stage.raw()["routes"][ROUTE]["directives"][0]
    assert written["until"] == rfc3339(NOON_US + 2 * HOUR_US)


def test_an_order_without_expiry_says_so(stage: Stage) -> None:
    assert stage.desk.give(order(), NOON_US).until_us is None
    assert stage.raw()["routes"][ROUTE]["directives"][0]["until"] is None


def test_the_alert_behind_it_and_the_exit_rule_are_stored(stage: Stage) -> None:
    given = stage.desk.give(order(alert="A3"), NOON_US)
    assert (given.alert, given.exit_remaining, given.exit_trusted) == ("A3", "1/2", 100)
    assert stage.stored() == [given]


def test_hostile_text_is_made_safe_before_it_is_written(stage: Stage) -> None:
    stage.desk.give(order(by="da\x1bna", reason="see\n\x1b[2Jthis"), NOON_US)
    one = stage.read().route(ROUTE).directives[0]
    assert (one.by, one.reason) == ("da␛na", "see␊␛[2Jthis")
    assert stage.raw()["issued_by"] == "da␛na"


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        (PAUSE, {"reason": " "}, "needs a reason"),
        (PAUSE, {"route": ""}, "needs a route"),
        (FREEZE, {}, "needs the kinds of change"),
        (TIGHTEN, {}, "needs the actions"),
        (REDUCE, {}, "needs what is left"),
        (REDUCE, {"max_runs": 0}, "must be 1 or more"),
    ],
)
def test_what_says_too_little_is_refused_and_writes_nothing(
    stage: Stage, kind: DirectiveKind, fields: dict[str, Any], words: str
) -> None:
    before = stage.audit()
    with pytest.raises(Refused, match=words):
        stage.desk.give(order(kind, **fields), NOON_US)
    assert (stage.file.newest_generation(), stage.stored()) == (1, [])
    assert stage.audit() == before


def test_an_order_without_a_control_file_writes_the_first_generation(
    enter: Callable[..., Stage],
) -> None:
    stage = enter()
    assert stage.desk.give(order(), NOON_US).id == "d-1"
    stage.assert_agreement()


def test_two_who_decide_on_one_generation_one_is_asked_again(
    stage: Stage, enter: Callable[..., Stage]
) -> None:
    other = enter()
    base = stage.desk.generation()
    stage.desk.give(order(by="erin", base_generation=base), NOON_US)
    with pytest.raises(Conflict, match="changed meanwhile by erin: d-2; look again"):
        other.desk.give(order(FREEZE, changes=("model",), base_generation=base), NOON_US)
    assert stage.standing() == ["d-2"]


def test_a_lift_meanwhile_is_a_conflict_that_names_who(
    stage: Stage, enter: Callable[..., Stage]
) -> None:
    given = stage.desk.give(order(), NOON_US)
    base = stage.desk.generation()
    enter().desk.lift(given, by="erin", reason="well", overridden=True, now_us=LATER_US)
    with pytest.raises(Conflict, match="d-2 lifted by erin"):
        stage.desk.give(order(base_generation=base), LATER_US)


def test_a_change_of_another_route_meanwhile_is_none(
    stage: Stage, enter: Callable[..., Stage]
) -> None:
    base = stage.desk.generation()
    enter().desk.give(order(route="drafts"), NOON_US)
    assert stage.desk.give(order(base_generation=base), NOON_US).generation == 3


def test_a_conflict_is_found_under_the_name_that_is_written(stage: Stage) -> None:
    base = stage.desk.generation()
    stage.desk.give(order(route="a\x1bb"), NOON_US)
    with pytest.raises(Conflict):
        stage.desk.give(order(route="a\x1bb", base_generation=base), NOON_US)


SUPERSEDING = [
    pytest.param(PAUSE, {}, {"drain": False}, True, id="a-harder-pause"),
    pytest.param(FREEZE, {"changes": ("a",)}, {"changes": ("a", "b")}, True, id="more-frozen"),
    pytest.param(TIGHTEN, {"actions": ("a",)}, {"actions": ("a", "b")}, True, id="more"),
    pytest.param(TIGHTEN, {"actions": ("a",)}, {"actions": ("b",)}, False, id="others"),
    pytest.param(REDUCE, {"max_runs": 2}, {"max_runs": 1}, True, id="fewer-runs"),
    pytest.param(
        REDUCE, {"max_runs": 2}, {"actions": ("a",), "max_runs": 2}, True, id="fewer-actions"
    ),
    pytest.param(REDUCE, {"max_runs": 2}, {"actions": ("a",)}, False, id="another-scope"),
    pytest.param(
        REDUCE, {"actions": ("a",)}, {"actions": ("a", "b"), "max_runs": 1}, False, id="wider"
    ),
    pytest.param(
        FREEZE, {"changes": ("a",), "for_us": HOUR_US}, {"changes": ("a",)}, True, id="without-end"
    ),
    *(
        pytest.param(
            FREEZE,
            {"changes": ("a",), "for_us": 2 * HOUR_US},
            {"changes": ("a",), "for_us": hours * HOUR_US},
            True,
            id=f"2-hours-then-{hours}",
        )
        for hours in (3, 5)
    ),
    pytest.param(
        FREEZE, {"changes": ("a",)}, {"changes": ("a", "b"), "for_us": HOUR_US}, False, id="sooner"
    ),
]


@pytest.mark.parametrize(("kind", "first", "second", "stands_in"), SUPERSEDING)
def test_an_order_stands_in_for_an_older_one_that_it_covers_and_outlasts(
    stage: Stage, kind: DirectiveKind, first: Any, second: Any, stands_in: bool
) -> None:
    stage.desk.give(order(kind, **first), NOON_US)
    stage.desk.give(order(kind, by="erin", **second), LATER_US)
    assert stage.standing() == (["d-3"] if stands_in else ["d-2", "d-3"])
    stage.assert_agreement()


COVERED = [
    pytest.param(PAUSE, {}, {}, id="the-same"),
    pytest.param(PAUSE, {"drain": False}, {}, id="a-softer-pause"),
    pytest.param(PAUSE, {}, {"for_us": HOUR_US}, id="a-pause-that-ends"),
    pytest.param(FREEZE, {"changes": ("a", "b")}, {"changes": ("a",)}, id="less-frozen"),
    pytest.param(FREEZE, {"changes": ("a",)}, {"changes": ("a",), "for_us": HOUR_US}, id="shorter"),
    pytest.param(TIGHTEN, {"actions": ("a", "b")}, {"actions": ("b",)}, id="fewer-actions"),
    pytest.param(REDUCE, {"max_runs": 1}, {"max_runs": 2}, id="more-runs"),
    pytest.param(REDUCE, {"actions": ("a",)}, {"actions": ("a", "b")}, id="more-actions"),
]


@pytest.mark.parametrize(("kind", "first", "second"), COVERED)
def test_an_order_that_changes_nothing_is_refused_with_the_reason(
    stage: Stage, kind: DirectiveKind, first: Any, second: Any
) -> None:
    stage.desk.give(order(kind, **first), NOON_US)
    with pytest.raises(Refused, match=r"would change nothing: d-2 .* by dana stands already"):
        stage.desk.give(order(kind, by="erin", **second), LATER_US)
    assert (stage.standing(), stage.file.newest_generation()) == (["d-2"], 2)


@pytest.mark.parametrize("by", ["ladder", "burnline"])
def test_nobody_acts_under_the_name_of_the_program(stage: Stage, by: str) -> None:
    with pytest.raises(Refused, match="the program's own name"):
        stage.desk.give(order(by=by), NOON_US)


def test_a_ladders_order_stands_at_its_expiry_for_agents_and_for_us(stage: Stage) -> None:
    given = stage.desk.give(
        order(FREEZE, by="ladder", ladder=True, changes=("a",), for_us=HOUR_US), NOON_US
    )
    assert given.stands(NOON_US + 2 * HOUR_US)
    assert stage.read().route(ROUTE).directives[0].stands(NOON_US + 2 * HOUR_US)


def test_the_one_that_was_replaced_says_by_what(stage: Stage) -> None:
    stage.desk.give(order(), NOON_US)
    stage.desk.give(order(by="erin", drain=False), LATER_US)
    old = stage.stored()[0]
    assert (old.id, old.lifted_us, old.lifted_by) == ("d-2", LATER_US, "erin")
    assert (old.lift_reason, old.lift_generation) == ("replaced by d-3", 3)


names = st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True).map(tuple)
asked = st.one_of(
    st.builds(order, st.just(PAUSE), drain=st.booleans()),
    st.builds(order, st.just(FREEZE), changes=names),
    st.builds(order, st.just(TIGHTEN), actions=names),
    st.builds(order, st.just(REDUCE), actions=names, max_runs=st.none() | st.integers(1, 3)),
)


def made(one: Order) -> Directive:
    return Directive(
        id="d-1", route=ROUTE, kind=one.kind, by="dana", reason="why", issued_us=0, generation=1,
        changes=one.changes, actions=one.actions, max_runs=one.max_runs, drain=one.drain,
    )  # fmt: skip


@given(first=asked, second=asked, third=asked)
def test_covering_is_an_order_and_what_is_covered_lets_more_happen(
    first: Order, second: Order, third: Order
) -> None:
    one, two, three = map(made, (first, second, third))
    assert covers(one, one)
    if covers(one, two) and covers(two, three):
        assert covers(one, three)
    if covers(one, two) and one.kind is REDUCE:
        wide, narrow = (RouteOrders(ROUTE, directives=(agents(item),)) for item in (one, two))
        for name in "abc":
            if decide_action(wide, 1, name).allowed:
                assert decide_action(narrow, 1, name).allowed
        for running in range(4):
            if decide_start(wide, 1, running).allowed:
                assert decide_start(narrow, 1, running).allowed


def agents(one: Directive) -> AgentDirective:
    """Return an order as an agent knows it."""
    return AgentDirective(
        one.id, one.kind.value, one.by, one.reason, one.issued_us, one.generation,
        actions=one.actions, max_runs=one.max_runs,
    )  # fmt: skip
