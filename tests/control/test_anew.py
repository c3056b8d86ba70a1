"""Of two acts in one moment the later is decided again: on another route that is no conflict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.control.directives import Conflict, Permit
from console.control.file import ControlFile, Outrun
from console.control.unstored import restrict
from console.model import HOUR_US, DirectiveKind
from tests.control.stage import NOON_US, SETTINGS, Stage, order

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Enter = Callable[..., Stage]

PAUSED, GIVEN = "d-2", "d-4"


def _give(stage: Stage, base: int) -> str:
    freeze = order(DirectiveKind.FREEZE, changes=("model",), base_generation=base)
    return stage.desk.give(freeze, NOON_US).id


def _restrict(stage: Stage, base: int) -> str:
    freeze = order(DirectiveKind.FREEZE, changes=("model",), base_generation=base)
    return restrict(stage.file, SETTINGS, freeze, NOON_US).id


def _step_down(stage: Stage, base: int) -> str:
    return stage.desk.step_down(
        "refunds", by="dana", reason="better", now_us=NOON_US, base_generation=base
    ).id


def _lift(stage: Stage, base: int) -> str:
    (standing,) = stage.stored()
    return stage.desk.lift(
        standing, by="dana", reason="well", overridden=True, now_us=NOON_US, base_generation=base
    ).id


def _grant(stage: Stage, base: int) -> str:
    del base  # a grant rests on no order
    return stage.desk.grant(
        Permit(route="refunds", by="dana", for_us=9, action="refund.send", reason="asked"), NOON_US
    ).id


@pytest.fixture
def outrun(monkeypatch: pytest.MonkeyPatch, enter: Enter) -> Callable[[str], None]:
    """Return what lets erin pause a route right before the next generation is written."""

    def prepare(route: str) -> None:
        publish, other = ControlFile.publish, enter()

        def late(file: ControlFile, *document: Any, **how: Any) -> Any:
            monkeypatch.undo()
            other.desk.give(order(route=route, by="erin"), NOON_US)
            return publish(file, *document, **how)

        monkeypatch.setattr(ControlFile, "publish", late)

    return prepare


@pytest.mark.parametrize(
    ("act", "done"),
    [
        (_give, GIVEN),
        (_restrict, GIVEN),
        (_step_down, GIVEN),
        (_lift, PAUSED),
        (_grant, "g-4"),
    ],
)
def test_another_route_that_is_written_in_the_same_moment_is_no_conflict(
    stage: Stage,
    outrun: Callable[[str], None],
    act: Callable[[Stage, int], str],
    done: str,
) -> None:
    stage.desk.give(order(), NOON_US)
    outrun("drafts")
    assert act(stage, 2) == done
    assert stage.read().generation == 4
    assert [one.id for one in stage.read().route("drafts").directives] == ["d-3"]


@pytest.mark.parametrize(
    ("act", "verb"),
    [(_step_down, "stepdown"), (_lift, "lift"), (_grant, "grant")],
)
def test_what_is_decided_again_was_asked_for_once(
    stage: Stage,
    outrun: Callable[[str], None],
    act: Callable[[Stage, int], str],
    verb: str,
) -> None:
    stage.desk.give(order(), NOON_US)
    outrun("drafts")
    act(stage, 2)
    verbs = [row.verb for row in stage.audit() if row.actor == "dana"]
    assert verbs[-2:] == [f"{verb} requested", verb]
    assert verbs.count(f"{verb} requested") == 1


def test_a_pause_that_came_after_the_request_is_not_stepped_down_with_the_others(
    stage: Stage, outrun: Callable[[str], None]
) -> None:
    stage.desk.give(order(drain=False, for_us=HOUR_US), NOON_US)
    outrun("refunds")
    with pytest.raises(Conflict, match="changed meanwhile by erin: d-3"):
        stage.desk.step_down("refunds", by="dana", reason="better", now_us=NOON_US)
    assert stage.standing() == ["d-2", "d-3"]


def test_the_same_route_that_is_written_in_the_same_moment_is_a_conflict_that_names_who(
    stage: Stage, outrun: Callable[[str], None]
) -> None:
    outrun("refunds")
    with pytest.raises(Conflict, match="changed meanwhile by erin: d-2; look again"):
        _give(stage, 1)


def test_whoever_is_outrun_again_and_again_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise Outrun

    monkeypatch.setattr(ControlFile, "publish", never)
    with pytest.raises(Conflict):
        _give(stage, 1)
