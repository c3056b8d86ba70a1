"""What the collector does for the control file: expiry, freshness, tampering, leftovers."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from console.collector.upkeep import Upkeep
from console.model import HOUR_US, MINUTE_US, SECOND_US, DirectiveKind
from console.store import desk
from tests.control.stage import NOON_US, SETTINGS, Stage, order

LATER_US = NOON_US + HOUR_US
FREEZE = order(DirectiveKind.FREEZE, changes=("model",), for_us=HOUR_US)
STALE = msgspec.structs.replace(SETTINGS, stale_after_us=3 * MINUTE_US)


def upkeep(stage: Stage) -> Upkeep:
    return Upkeep(stage.writer, stage.path, stage.settings)


def tampered(stage: Stage) -> str:
    """Return what the store says of tampering."""
    return desk.fact(stage.writer.connection, "tampering")


@pytest.mark.parametrize(("early_us", "stands"), [(1, ["d-2"]), (0, [])])
def test_an_operators_freeze_lifts_by_itself_at_its_expiry(
    stage: Stage, early_us: int, stands: list[str]
) -> None:
    stage.desk.give(FREEZE, NOON_US)
    upkeep(stage).look(LATER_US - early_us, stage.stored())
    assert stage.standing() == stands
    stage.assert_agreement()


def test_what_lifted_by_itself_says_so(stage: Stage) -> None:
    stage.desk.give(FREEZE, NOON_US)
    upkeep(stage).look(LATER_US, stage.stored())
    lifted = stage.stored()[0]
    assert (lifted.lifted_by, lifted.lift_reason) == ("burnline", "its time is over")
    assert not lifted.overridden


def test_a_pause_stands_at_its_expiry(stage: Stage) -> None:
    stage.desk.give(order(for_us=HOUR_US), NOON_US)
    upkeep(stage).look(LATER_US + HOUR_US, stage.stored())
    assert stage.standing() == ["d-2"]


def test_what_is_lifted_already_is_left_alone(stage: Stage) -> None:
    given = stage.desk.give(FREEZE, NOON_US)
    stage.desk.lift(given, by="erin", reason="well", overridden=True, now_us=NOON_US)
    upkeep(stage).look(LATER_US, stage.stored())
    assert stage.stored()[0].lifted_by == "erin"


def test_the_file_is_refreshed_every_third_of_the_time_after_which_it_is_stale(
    enter: Callable[..., Stage],
) -> None:
    stage = enter(STALE)
    stage.initialise()
    keeping = upkeep(stage)
    seen = []
    for second in (0, 59, 60, 61, 119, 120):
        keeping.look(LATER_US + second * SECOND_US, ())
        seen.append((stage.read().refreshed_us - LATER_US) // SECOND_US)
    assert seen == [0, 0, 60, 60, 60, 120]
    assert stage.read().generation == 1


def test_without_a_time_after_which_it_is_stale_it_is_left_alone(stage: Stage) -> None:
    before = stage.path.read_bytes()
    upkeep(stage).look(LATER_US, ())
    assert stage.path.read_bytes() == before


def test_tampering_is_kept_in_the_store_until_it_is_put_right(stage: Stage) -> None:
    whole, keeping = stage.path.read_bytes(), upkeep(stage)
    keeping.look(NOON_US, ())
    stage.path.write_bytes(b"{}")
    keeping.look(NOON_US + SECOND_US, ())
    assert tampered(stage).startswith("control.json: ")
    stage.path.write_bytes(whole)
    keeping.look(NOON_US + 2 * SECOND_US, ())
    assert tampered(stage) == ""


def test_a_directory_that_others_may_write_is_tampering(stage: Stage) -> None:
    stage.path.parent.chmod(0o777)
    upkeep(stage).look(NOON_US, ())
    assert "others may write it" in tampered(stage)


def test_where_there_is_no_control_directory_none_is_made(enter: Callable[..., Stage]) -> None:
    stage = enter()
    upkeep(stage).look(NOON_US, ())
    assert not stage.path.parent.exists()


def test_an_order_that_was_cut_off_is_put_in_place_at_the_start(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(stage, monkeypatch)
    upkeep(stage).look(LATER_US, ())
    assert stage.standing() == ["d-2"]
    stage.assert_agreement()


@pytest.mark.parametrize("edit", [b'{"torn', None])
def test_a_file_that_was_changed_while_no_collector_ran_is_left_and_said(
    stage: Stage, edit: bytes | None
) -> None:
    stage.desk.give(order(), NOON_US)
    left = edit or stage.generation(1).read_bytes()
    stage.path.write_bytes(left)
    upkeep(stage).look(LATER_US, ())
    assert tampered(stage).startswith("control.json")
    assert stage.path.read_bytes() == left


def cut_off(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an operator's process end between link and rename."""

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    given = stage.desk
    with monkeypatch.context() as patch:
        patch.setattr("os.rename", killed)
        with pytest.raises(KeyboardInterrupt):
            given.give(order(), NOON_US)


def test_an_order_that_is_cut_off_later_is_put_in_place_too(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping = upkeep(stage)
    keeping.look(NOON_US, ())
    cut_off(stage, monkeypatch)
    for minute in range(1, 10):
        keeping.look(NOON_US + minute * MINUTE_US, stage.stored())
    assert stage.standing() == ["d-2"]


def test_a_newest_generation_that_was_deleted_is_tampering(stage: Stage) -> None:
    stage.desk.give(order(), NOON_US)
    keeping = upkeep(stage)
    keeping.look(NOON_US, stage.stored())
    stage.generation(2).unlink()
    keeping.look(NOON_US + SECOND_US, stage.stored())
    assert tampered(stage) != ""


def test_a_file_edited_between_two_refreshes_is_noticed(enter: Callable[..., Stage]) -> None:
    stage = enter(STALE)
    stage.initialise()
    keeping = upkeep(stage)
    keeping.look(NOON_US, ())
    stage.path.write_bytes(b"{}")
    keeping.look(NOON_US + 2 * MINUTE_US, ())
    assert tampered(stage) != ""


def test_an_order_lifted_by_hand_at_its_expiry_is_no_trouble(stage: Stage) -> None:
    given = stage.desk.give(FREEZE, NOON_US)
    as_the_collector_knows_it = stage.stored()
    stage.desk.lift(given, by="erin", reason="well", overridden=True, now_us=LATER_US)
    upkeep(stage).look(LATER_US, as_the_collector_knows_it)
    assert stage.stored()[0].lifted_by == "erin"
