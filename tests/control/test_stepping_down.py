"""Stepping a pause down: one run at a time, in one generation, with nothing earned by waiting."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.control.directives import Conflict, ControlDesk, Refused
from console.model import HOUR_US, MINUTE_US, DirectiveKind
from tests.control.faults import cut_off
from tests.control.stage import NOON_US, ROUTE, Stage, order

LATER_US = NOON_US + HOUR_US


def step_down(stage: Stage, desk: ControlDesk | None = None, **fields: object) -> object:
    """Step the pauses of the route down, an hour later, as erin."""
    asked = {"by": "erin", "reason": "well again", "now_us": LATER_US} | fields
    return (desk or stage.desk).step_down(ROUTE, **asked)  # type: ignore[arg-type]


def test_a_reduction_to_one_run_stands_in_for_the_pause_in_one_generation(stage: Stage) -> None:
    stage.desk.give(order(), NOON_US)
    step_down(stage)
    said = stage.read()
    orders = said.route(ROUTE).directives
    assert [(one.id, one.kind, one.max_runs) for one in orders] == [("d-3", "reduce_scope", 1)]
    assert (said.generation, said.route(ROUTE).state) == (3, "reduced")
    stage.assert_agreement()


def test_every_pause_of_the_route_steps_down_and_no_other_order(stage: Stage) -> None:
    stage.desk.give(order(drain=False, for_us=HOUR_US), NOON_US)
    stage.desk.give(order(), NOON_US)
    stage.desk.give(order(DirectiveKind.FREEZE, changes=("model",)), NOON_US)
    assert stage.standing() == ["d-2", "d-3", "d-4"]
    step_down(stage)
    assert sorted(stage.standing()) == ["d-4", "d-5"]


def test_the_reduction_keeps_the_alert_the_exit_rule_and_the_ladder(stage: Stage) -> None:
    stage.desk.give(order(by="ladder", ladder=True, alert="A3"), NOON_US)
    step_down(stage)
    old, new = stage.stored()
    assert (new.by, new.alert, new.ladder) == ("erin", "A3", True)
    assert (new.exit_remaining, new.exit_trusted) == ("1/2", 100)
    assert (old.lifted_us, old.lifted_by, old.replaced_by) == (LATER_US, "erin", "d-3")
    assert not old.overridden


def test_it_is_audited_before_it_takes_effect(stage: Stage) -> None:
    stage.desk.give(order(), NOON_US)
    step_down(stage)
    rows = stage.audit()[-2:]
    assert [(row.verb, row.actor) for row in rows] == [
        ("stepdown requested", "erin"),
        ("stepdown", "erin"),
    ]


def test_without_a_pause_there_is_nothing_to_step_down(stage: Stage) -> None:
    stage.desk.give(order(DirectiveKind.FREEZE, changes=("model",)), NOON_US)
    with pytest.raises(Refused, match="no pause stands on refunds"):
        step_down(stage)


def test_it_needs_a_reason(stage: Stage) -> None:
    stage.desk.give(order(), NOON_US)
    with pytest.raises(Refused, match="needs a reason"):
        step_down(stage, reason=" ")
    assert stage.standing() == ["d-2"]


def test_a_change_meanwhile_is_a_conflict(stage: Stage) -> None:
    stage.desk.give(order(), NOON_US)
    stage.desk.give(order(drain=False), NOON_US)
    with pytest.raises(Conflict, match="changed meanwhile"):
        step_down(stage, base_generation=2)


@pytest.mark.parametrize("how", ["before", "after", "refused"])
def test_cut_off_at_any_step_the_route_is_paused_or_reduced_and_never_open(
    tmp_path: Path, how: str
) -> None:
    begun = tmp_path / "begun"
    begun.mkdir()
    first = Stage(begun)
    first.initialise()
    first.desk.give(order(), NOON_US)
    first.close()
    for stage, _ in cut_off(begun, tmp_path, step_down, how):
        assert stage.read().route(ROUTE).state in {"paused", "reduced"}
        stage.desk.reconcile(LATER_US + MINUTE_US)
        stage.assert_agreement()
