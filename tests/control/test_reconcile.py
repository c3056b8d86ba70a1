"""Two operators in the narrow places: between a generation and the store that keeps it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from console.model import MINUTE_US, DirectiveKind
from tests.control.stage import NOON_US, ROUTE, SETTINGS, Stage, order

LATER_US = NOON_US + MINUTE_US


def before_next_commit(stage: Stage, act: Callable[[], object]) -> None:
    """Let `act` happen just before the stage's next transaction begins."""
    begin, waiting = stage.writer.transaction, [act]

    @contextlib.contextmanager
    def transaction() -> Iterator[None]:
        if waiting:
            waiting.pop()()
        with begin():
            yield

    stage.writer.transaction = transaction  # type: ignore[method-assign]


@pytest.fixture
def other(stage: Stage, enter: Callable[..., Stage]) -> Stage:
    """Return a second operator's stage."""
    return enter()


def test_an_order_given_meanwhile_is_not_taken_for_one_that_is_gone(
    stage: Stage, other: Stage
) -> None:
    before_next_commit(stage, lambda: other.desk.give(order(), NOON_US))
    assert stage.desk.reconcile(LATER_US) == []
    stage.assert_agreement()
    assert stage.standing() == ["d-2"]


def test_an_order_lifted_before_its_giver_came_to_the_store_stays_lifted(
    stage: Stage, other: Stage
) -> None:
    def lift() -> None:
        other.desk.reconcile(LATER_US)
        adopted = other.stored()[0]
        other.desk.lift(adopted, by="erin", reason="a slip", overridden=True, now_us=LATER_US)

    before_next_commit(stage, lift)
    stage.desk.give(order(), NOON_US)
    stage.assert_agreement()
    assert (stage.standing(), stage.stored()[0].lifted_by) == ([], "erin")


def test_who_comes_late_does_not_take_the_newest_generation_out_of_mind(
    stage: Stage, other: Stage
) -> None:
    def give() -> None:
        other.desk.reconcile(LATER_US)
        other.desk.give(order(DirectiveKind.FREEZE, changes=("model",)), LATER_US)

    before_next_commit(stage, give)
    stage.desk.give(order(), NOON_US)
    stage.assert_agreement()
    assert stage.standing() == ["d-2", "d-3"]


def test_a_store_that_knows_nothing_takes_over_what_stands(
    stage: Stage, enter: Callable[..., Stage], tmp_path: Any
) -> None:
    given = stage.desk.give(order(), NOON_US)
    empty = Stage(tmp_path / "new", SETTINGS)
    empty.path = stage.path
    assert empty.desk.reconcile(LATER_US) == ["d-2 stands on refunds by the control file"]
    assert empty.stored() == [given]
    empty.assert_agreement()
    empty.close()


def test_an_order_that_the_file_does_not_hold_any_more_is_closed(
    stage: Stage, other: Stage
) -> None:
    stage.desk.give(order(), NOON_US)
    document = stage.file.latest()
    assert document is not None
    document["routes"][ROUTE] |= {"state": "open", "directives": []}
    stage.file.publish(document, by="erin", now_us=LATER_US)
    assert other.desk.reconcile(LATER_US + MINUTE_US) == ["d-2 does not stand on refunds any more"]
    closed = other.stored()[0]
    assert (closed.lifted_us, closed.lifted_by, closed.lift_generation) == (LATER_US, "erin", 3)
    other.assert_agreement()


def test_where_all_agree_nothing_is_said_or_written(stage: Stage, other: Stage) -> None:
    stage.desk.give(order(), NOON_US)
    before = stage.audit()
    assert other.desk.reconcile(LATER_US) == []
    assert stage.audit() == before


def test_where_nothing_was_ever_written_there_is_nothing_to_put_right(
    enter: Callable[..., Stage],
) -> None:
    stage = enter()
    assert stage.desk.reconcile(NOON_US) == []
    assert (stage.audit(), stage.path.exists()) == ([], False)


def test_a_control_directory_begun_anew_is_the_one_that_counts(stage: Stage) -> None:
    for runs in (3, 2, 1):
        stage.desk.give(order(DirectiveKind.REDUCE, max_runs=runs), NOON_US)
    stage.path.parent.rename(stage.path.parent.with_name("moved-aside"))
    stage.initialise()
    stage.desk.reconcile(LATER_US)
    stage.assert_agreement()
    assert stage.stored_standing() == []
