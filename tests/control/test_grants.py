"""A grant is for one thing and for a time, durable before it is told, audited before that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from console.agent import ActionDenied, ApprovalNeeded, Guard
from console.control.directives import Permit, Refused
from console.model import HOUR_US, SECOND_US, DirectiveKind
from console.store import desk as kept
from tests.control.stage import NOON_US, ROUTE, Stage, order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TIGHTEN, FREEZE = DirectiveKind.TIGHTEN, DirectiveKind.FREEZE


def permit(**fields: Any) -> Permit:
    given: dict[str, Any] = {"route": ROUTE, "by": "dana", "for_us": HOUR_US}
    return Permit(**(given | (fields or {"action": "refund.send"})))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    found = Stage(tmp_path)
    found.initialise()
    yield found
    found.close()


def guard(stage: Stage, at_us: int = NOON_US) -> Guard:
    return Guard(
        stage.path, ROUTE, "worker-1", state_dir=stage.path.parent.parent / "state", watch=False,
        clock=lambda: at_us / SECOND_US,
    )  # fmt: skip


def test_a_granted_action_may_happen_and_names_its_grant(stage: Stage) -> None:
    stage.desk.give(order(TIGHTEN, actions=("refund.send",)), NOON_US)
    with pytest.raises(ApprovalNeeded):
        guard(stage).check_action("refund.send", run="r-1")
    given = stage.desk.grant(permit(), NOON_US)
    assert guard(stage).check_action("refund.send", run="r-1") == given.id


def test_a_grant_for_one_run_is_for_no_other(stage: Stage) -> None:
    stage.desk.give(order(TIGHTEN, actions=("refund.send",)), NOON_US)
    stage.desk.grant(permit(action="refund.send", run="r-1"), NOON_US)
    assert guard(stage).check_action("refund.send", run="r-1")
    with pytest.raises(ApprovalNeeded):
        guard(stage).check_action("refund.send", run="r-2")


def test_a_grant_ends_with_its_time(stage: Stage) -> None:
    stage.desk.give(order(TIGHTEN, actions=("refund.send",)), NOON_US)
    stage.desk.grant(permit(), NOON_US)
    with pytest.raises(ApprovalNeeded):
        guard(stage, NOON_US + HOUR_US).check_action("refund.send")


def test_a_named_fix_is_let_through_a_freeze_and_nothing_else(stage: Stage) -> None:
    stage.desk.give(order(FREEZE, changes=("prompt",)), NOON_US)
    stage.desk.grant(permit(change="prompt", version="v7"), NOON_US)
    assert guard(stage).check_change("prompt", "v7")
    with pytest.raises(ActionDenied):
        guard(stage).check_change("prompt", "v8")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"action": "a", "change": "prompt", "version": "1"}, "one thing"),
        ({"run": "r-1"}, "one thing"),
        ({"change": "prompt"}, "name the version"),
        ({"change": "promt", "version": "1"}, "no kind of change"),
        ({"action": "a", "version": "1"}, "--version belongs"),
        ({"change": "prompt", "version": "1", "run": "r"}, "--run belongs"),
        ({"action": "a", "for_us": 0}, "--for 1h"),
        ({"action": "a", "by": "ladder"}, "program's own name"),
        ({"action": "a", "route": " "}, "needs a route"),
    ],
)
def test_what_makes_no_sense_is_refused(stage: Stage, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        stage.desk.grant(permit(**fields), NOON_US)
    assert stage.file.newest_generation() == 1


def test_it_is_audited_before_it_takes_effect_and_when_it_has(stage: Stage) -> None:
    given = stage.desk.grant(permit(), NOON_US)
    rows = [row for row in stage.audit() if row.verb.startswith("grant")]
    assert [(row.verb, row.actor) for row in rows] == [
        ("grant requested", "dana"),
        ("grant", "dana"),
    ]
    assert given.id in rows[-1].detail
    stage.assert_agreement()


def test_grants_that_are_over_are_not_written_again(stage: Stage) -> None:
    stage.desk.grant(permit(), NOON_US)
    stage.desk.grant(permit(action="lookup"), NOON_US + 2 * HOUR_US)
    written = stage.raw()["routes"][ROUTE]["grants"]
    assert [item["action"] for item in written] == ["lookup"]
    assert len(kept.grants_of(stage.writer.connection, ROUTE)) == 2


def test_an_order_ends_the_grants_for_what_it_stops(stage: Stage) -> None:
    stage.desk.grant(permit(), NOON_US)
    stage.desk.give(order(TIGHTEN, actions=("refund.send",)), NOON_US + 1)
    with pytest.raises(ApprovalNeeded):
        guard(stage).check_action("refund.send")
    (known,) = kept.grants_of(stage.writer.connection, ROUTE)
    assert known.until_us == NOON_US + 1


def test_an_order_leaves_the_grants_for_other_things_as_they_are(stage: Stage) -> None:
    stage.desk.grant(permit(change="prompt", version="v7"), NOON_US)
    stage.desk.give(order(TIGHTEN, actions=("refund.send",)), NOON_US)
    stage.desk.give(order(FREEZE, changes=("tool",)), NOON_US)
    assert len(stage.raw()["routes"][ROUTE]["grants"]) == 1


def test_a_grant_that_a_crash_kept_from_the_store_is_adopted(stage: Stage) -> None:
    given = stage.desk.grant(permit(), NOON_US)
    stage.writer.connection.execute("delete from grant_given")
    said = stage.desk.reconcile(NOON_US)
    assert [line for line in said if given.id in line]
    (found,) = kept.grants_of(stage.writer.connection, ROUTE)
    assert (found.id, found.action, found.by) == (given.id, "refund.send", "dana")


def test_a_grant_that_a_crash_left_in_the_store_ends_with_the_order_that_ended_it(
    stage: Stage,
) -> None:
    given = stage.desk.grant(permit(), NOON_US)
    stage.desk.give(order(TIGHTEN, actions=("refund.send",)), NOON_US + 1)
    with stage.writer.transaction():
        kept.save_grant(stage.writer.connection, ROUTE, given)
    stage.desk.reconcile(NOON_US + 2)
    (known,) = kept.grants_of(stage.writer.connection, ROUTE)
    assert known.until_us == NOON_US + 1
