"""An order that is cut off at any step is given, or it is not; and all agree which.

Every system call that carries an order to the disk, and every statement that carries it to the
store, is the last one of its process in turn, before it happens and after; and in turn the system
refuses it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from console.control.directives import ControlDesk
from console.model import MINUTE_US, DirectiveKind
from tests.control.faults import KILLED, Act, Killed, cut_off
from tests.control.stage import NOON_US, ROUTE, Stage, assert_chained, order

LATER_US = NOON_US + MINUTE_US
every_act = pytest.mark.parametrize("act_name", ["give", "lift", "refresh"])
every_way = pytest.mark.parametrize("how", ["before", "after", "refused"])


def give(_: Stage, desk: ControlDesk) -> None:
    """Give an order that stands in for the one that stands."""
    desk.give(order(DirectiveKind.FREEZE, changes=("model", "prompt")), LATER_US)


def lift(stage: Stage, desk: ControlDesk) -> None:
    """Lift the order that stands."""
    standing = stage.stored()[0]
    desk.lift(standing, by="erin", reason="well again", overridden=True, now_us=LATER_US)


def refresh(stage: Stage, _: ControlDesk) -> None:
    """Write the newest generation anew."""
    stage.file.refresh(LATER_US)


ACTS: dict[str, Act] = {"give": give, "lift": lift, "refresh": refresh}


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which one freeze stands in generation 2, and all agree."""
    folder = tmp_path_factory.mktemp("begun")
    stage = Stage(folder)
    stage.initialise()
    stage.desk.give(order(DirectiveKind.FREEZE, changes=("model",)), NOON_US)
    stage.assert_agreement()
    stage.close()
    return folder


@every_way
@every_act
def test_what_agents_read_is_the_old_or_the_new_and_whole(
    begun: Path, tmp_path: Path, act_name: str, how: str
) -> None:
    for stage, told in cut_off(begun, tmp_path, ACTS[act_name], how):
        said = stage.read()
        changed = said.generation == 3
        assert changed or said.generation == 2
        assert changed or told or act_name == "refresh"
        assert said.route(ROUTE).state == ("open" if changed and act_name == "lift" else "frozen")


@every_way
@every_act
def test_the_next_process_brings_file_store_and_audit_into_agreement(
    begun: Path, tmp_path: Path, act_name: str, how: str
) -> None:
    ids = {"give": "d-3", "lift": "d-2", "refresh": ""}
    for stage, _ in cut_off(begun, tmp_path, ACTS[act_name], how):
        stage.desk.reconcile(LATER_US)
        stage.assert_agreement()
        rows = stage.audit()
        if stage.read().generation == 3:
            assert rows[-1].verb in {"freeze", "lift", "reconcile"}
            assert ids[act_name] in rows[-1].detail
        assert stage.desk.reconcile(LATER_US + MINUTE_US) == []
        assert stage.audit() == rows


@every_act
def test_what_the_system_refuses_is_said_in_a_sentence_and_truly(
    begun: Path, tmp_path: Path, act_name: str
) -> None:
    for stage, told in cut_off(begun, tmp_path, ACTS[act_name], "refused"):
        if told:
            decided = stage.file.newest_generation() == 3
            assert "No space left on device" in told
            assert ("generation 3 is decided all the same" in told) is decided


def test_a_lift_leaves_its_reason_in_the_audit_before_it_takes_effect(
    begun: Path, tmp_path: Path
) -> None:
    for stage, _ in cut_off(begun, tmp_path, lift, "before"):
        if stage.file.newest_generation() == 3:
            asked = [row for row in stage.audit() if row.verb == "lift requested"]
            assert [(row.actor, "well again" in row.detail) for row in asked] == [("erin", True)]


def test_an_adopted_order_keeps_the_exit_rule_of_its_route(begun: Path, tmp_path: Path) -> None:
    for stage, _ in cut_off(begun, tmp_path, give, "before"):
        stage.desk.reconcile(LATER_US)
        assert {(one.exit_remaining, one.exit_trusted) for one in stage.stored()} == {("1/2", 100)}


@pytest.mark.parametrize("how", ["before", "after"])
def test_an_initialisation_that_was_cut_off_can_be_done_again(tmp_path: Path, how: str) -> None:
    def initialise(_: Stage, desk: ControlDesk) -> None:
        desk.initialise([], by="dana", now_us=NOON_US)

    empty = tmp_path / "empty"
    empty.mkdir()
    Stage(empty).close()
    for stage, told in cut_off(empty, tmp_path, initialise, how):
        assert told == KILLED
        stage.desk.reconcile(NOON_US)
        stage.initialise()
        stage.assert_agreement()


def test_an_order_cut_off_between_link_and_rename_is_completed(begun: Path, tmp_path: Path) -> None:
    for stage, _ in cut_off(begun, tmp_path, give, "before"):
        newest = stage.file.newest_generation()
        stage.file.complete()
        assert stage.path.read_bytes() == stage.generation(newest).read_bytes()
        assert stage.read().generation == newest


def test_what_was_put_right_is_said(stage: Stage) -> None:
    desk = stage.desk
    with pytest.MonkeyPatch.context() as patch, suppress(Killed):
        patch.setattr("os.rename", _killed)
        desk.give(order(), NOON_US)
    assert (stage.read().generation, stage.file.newest_generation()) == (1, 2)
    assert stage.desk.reconcile(LATER_US) == ["d-2 stands on refunds by the control file"]
    assert (stage.read().generation, stage.standing()) == (2, ["d-2"])
    row = stage.audit()[-1]
    assert (row.actor, row.verb, row.at_us) == ("burnline", "reconcile", LATER_US)
    assert_chained(stage.audit())


def _killed(*_: object, **__: object) -> None:
    raise Killed
