"""Consequences: a step that nobody could carry out, or would own, is refused (burn_rate.md 2f)."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.settings import LadderStep
from tests.settings.writing import loaded, refusal, refused, route

ALL_KINDS = '["prompt", "policy", "tool", "model", "launch"]'


def ladder(*steps: str) -> str:
    return f"ladder = [ {', '.join(f'{{ {step} }}' for step in steps)} ]"


def test_a_step_is_proposed_unless_it_says_auto(tmp_path: Path) -> None:
    found = route(tmp_path, ladder('left = "0%", do = "pause"'))
    assert found.ladder == (LadderStep(do="pause", left_ppm=0, mode="propose"),)


@pytest.mark.parametrize("event", ["page", "ticket", "latency", "permission", "recovery"])
def test_a_step_may_wait_for_an_alert_or_a_class(tmp_path: Path, event: str) -> None:
    found = route(tmp_path, ladder(f'on = "{event}", do = "pause"'))
    assert found.ladder == (LadderStep(do="pause", on=event),)


def test_a_step_on_an_unknown_class_names_the_nearest(tmp_path: Path) -> None:
    found = refusal(tmp_path, ladder('on = "permissions", do = "pause"'))
    assert found.endswith('the nearest that works is "permission".')


@pytest.mark.parametrize(
    ("word", "nearest"),
    [("tighten_approval", "tighten"), ("reduce", "reduce_scope"), ("paused", "pause")],
)
def test_a_consequence_that_nobody_executes_names_the_nearest(
    tmp_path: Path, word: str, nearest: str
) -> None:
    found = refusal(tmp_path, ladder(f'on = "page", do = "{word}"'))
    assert found.endswith(f'the nearest that works is "{nearest}".')


@pytest.mark.parametrize("step", ['do = "pause"', 'left = "5%", on = "page", do = "pause"'])
def test_a_step_needs_exactly_one_trigger(tmp_path: Path, step: str) -> None:
    assert "needs either left or on, and not both" in refusal(tmp_path, ladder(step))


def test_a_step_without_consequence_is_refused(tmp_path: Path) -> None:
    found = refusal(tmp_path, ladder('on = "page"'))
    assert found.startswith("route.refunds.ladder[0] has no do; write")


@pytest.mark.parametrize("left", ["100%", "-5%", "half"])
def test_a_step_at_a_budget_that_is_never_crossed_is_refused(tmp_path: Path, left: str) -> None:
    assert refusal(tmp_path, ladder(f'left = "{left}", do = "pause"'))


def test_a_freeze_of_nothing_is_refused(tmp_path: Path) -> None:
    found = refusal(tmp_path, ladder('left = "50%", do = "freeze"'))
    expected = f"would freeze nothing; name the kinds of change: freeze_kinds = {ALL_KINDS}."
    assert found == f"route.refunds.ladder[0] {expected}"


def test_a_freeze_that_a_route_inherits_needs_its_kinds_too(tmp_path: Path) -> None:
    tier = "[tier.high]\n" + ladder('left = "50%", do = "freeze"')
    found = refusal(tmp_path, 'tier = "high"', tier)
    assert found.startswith("route.refunds takes tier.high.ladder[0], which would freeze nothing")
    assert route(tmp_path, 'tier = "high"\nfreeze_kinds = ["prompt"]', tier).ladder


def test_a_tightening_of_nothing_is_refused(tmp_path: Path) -> None:
    found = refusal(tmp_path, ladder('on = "page", do = "tighten"'))
    assert "would tighten nothing" in found


def test_a_tightening_is_about_the_actions_that_need_approval(tmp_path: Path) -> None:
    keys = 'approval_required = ["refund.send"]\n'
    found = route(tmp_path, keys + ladder('on = "page", do = "tighten"'))
    assert found.ladder[0].actions == ("refund.send",)


def test_a_tightening_may_name_its_own_actions(tmp_path: Path) -> None:
    keys = 'approval_required = ["refund.send"]\n'
    found = route(tmp_path, keys + ladder('on = "page", do = "tighten", actions = ["mail"]'))
    assert found.ladder[0].actions == ("mail",)


def test_an_inherited_tightening_is_about_the_actions_of_the_route(tmp_path: Path) -> None:
    tier = '[tier.high]\napproval_required = ["a"]\n' + ladder('on = "page", do = "tighten"')
    found = route(tmp_path, 'tier = "high"\napproval_required = ["b"]', tier)
    assert found.ladder[0].actions == ("b",)


def test_a_reduction_of_nothing_is_refused(tmp_path: Path) -> None:
    found = refusal(tmp_path, ladder('on = "page", do = "reduce_scope"'))
    assert "would reduce nothing" in found


@pytest.mark.parametrize("keys", ['actions = ["lookup"]', "max_runs = 1"])
def test_a_reduction_names_actions_or_runs(tmp_path: Path, keys: str) -> None:
    assert route(tmp_path, ladder(f'on = "page", do = "reduce_scope", {keys}')).ladder


def test_a_reduction_to_no_runs_is_a_pause(tmp_path: Path) -> None:
    found = refusal(tmp_path, ladder('on = "page", do = "reduce_scope", max_runs = 0'))
    assert found.endswith('is what do = "pause" is for; the lowest that works is 1.')


@pytest.mark.parametrize("keys", ['actions = ["lookup"]', "max_runs = 1"])
def test_what_a_pause_could_not_carry_out_is_refused(tmp_path: Path, keys: str) -> None:
    found = refusal(tmp_path, ladder(f'on = "page", do = "pause", {keys}'))
    assert 'means nothing for do = "pause"' in found


def test_the_same_step_twice_is_refused(tmp_path: Path) -> None:
    found = refusal(
        tmp_path,
        ladder('left = "0%", do = "pause"', 'left = "0.0%", do = "pause", mode = "propose"'),
    )
    assert found == (
        'route.refunds.ladder[1] says left = "0%", do = "pause" a second time; one step is enough.'
    )


def test_different_consequences_of_one_trigger_stand_together(tmp_path: Path) -> None:
    steps = ladder('on = "page", do = "pause"', 'on = "page", do = "reduce_scope", max_runs = 1')
    assert len(route(tmp_path, steps).ladder) == 2


def test_a_route_without_an_owner_loads(tmp_path: Path) -> None:
    assert route(tmp_path, ladder('left = "0%", do = "pause"')).owner == ""


def test_an_automatic_consequence_that_nobody_owns_is_refused(tmp_path: Path) -> None:
    keys = ladder('left = "0%", do = "pause", mode = "auto"')
    assert refusal(tmp_path, keys) == (
        'route.refunds acts by itself (mode = "auto") but nobody owns it; '
        'give it an owner, or write mode = "propose".'
    )
    assert route(tmp_path, f'owner = "desk"\n{keys}').ladder[0].mode == "auto"


def test_an_inherited_automatic_consequence_needs_an_owner_too(tmp_path: Path) -> None:
    tier = "[tier.high]\n" + ladder('left = "0%", do = "pause", mode = "auto"')
    assert "nobody owns it" in refusal(tmp_path, 'tier = "high"', tier)
    assert route(tmp_path, 'tier = "high"', f'{tier}\nowner = "desk"').owner == "desk"


def test_routes_without_a_table_may_not_act_without_an_owner_either(tmp_path: Path) -> None:
    tier = "[tier.medium]\n" + ladder('left = "0%", do = "pause", mode = "auto"')
    found = refused(tmp_path, tier)
    assert "give routes without a table an owner" in found[0]
    assert loaded(tmp_path, f'{tier}\nowner = "desk"').route("new").owner == "desk"
