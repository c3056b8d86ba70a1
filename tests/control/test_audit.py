"""The audit: one row an act, each with the hash of the one before it."""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.model import DirectiveKind
from console.store import desk
from console.store.desk import GENESIS, AuditRow, audit_hash
from tests.control.stage import NOON_US, ROUTE, Stage, assert_chained, order

ROW = AuditRow(7, NOON_US, "dana", "pause", ROUTE, '{"id":"d-2"}', "a" * 64, "")


def three_acts(stage: Stage) -> list[AuditRow]:
    """Write generation 1, pause, and lift."""
    pause = stage.desk.give(order(), NOON_US)
    stage.desk.lift(pause, by="erin", reason="well", overridden=True, now_us=NOON_US)
    return stage.audit()


def test_every_act_is_a_row_with_who_what_and_where(stage: Stage) -> None:
    rows = [(row.seq, row.actor, row.verb, row.route) for row in three_acts(stage)]
    assert rows == [
        (1, "dana", "init", ""),
        (2, "dana", "pause", ROUTE),
        (3, "erin", "lift requested", ROUTE),
        (4, "erin", "lift", ROUTE),
    ]


def test_the_row_of_an_order_holds_all_of_it(stage: Stage) -> None:
    given = stage.desk.give(order(DirectiveKind.REDUCE, max_runs=2, for_us=10**9), NOON_US)
    row = stage.audit()[-1]
    assert msgspec.json.decode(row.detail, type=type(given)) == given


def test_the_first_row_follows_from_nothing_and_each_from_the_one_before(stage: Stage) -> None:
    rows = three_acts(stage)
    assert [row.previous for row in rows] == [GENESIS, *(row.hash for row in rows[:-1])]
    assert_chained(rows)


def test_the_chain_goes_on_after_a_restart(stage: Stage, enter: Any) -> None:
    three_acts(stage)
    enter().desk.give(order(), NOON_US)
    assert_chained(stage.audit())


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 8},
        {"at_us": NOON_US + 1},
        {"actor": "erin"},
        {"verb": "lift"},
        {"route": "drafts"},
        {"detail": '{"id":"d-3"}'},
        {"previous": "b" * 64},
    ],
)
def test_an_edit_of_any_field_changes_the_hash(change: dict[str, Any]) -> None:
    assert audit_hash(ROW._replace(**change)) != audit_hash(ROW)


@given(cut=st.integers(0, 12), parts=st.tuples(st.text(max_size=12), st.text(max_size=12)))
def test_text_moved_from_one_field_to_the_next_changes_the_hash(
    cut: int, parts: tuple[str, str]
) -> None:
    joined = "".join(parts)
    moved = ROW._replace(actor=joined[:cut], verb=joined[cut:])
    as_it_was = ROW._replace(actor=parts[0], verb=parts[1])
    assert (audit_hash(moved) == audit_hash(as_it_was)) is (moved == as_it_was)


@pytest.mark.parametrize(
    "statement",
    [
        "update audit set actor = 'mallory' where seq = 2",
        "update audit set detail = replace(detail, 'budget', 'nothing') where seq = 2",
        "delete from audit where seq = 2",
        "delete from audit where seq = 1",
        "update audit set hash = previous where seq = 3",
    ],
)
def test_a_row_that_was_edited_or_taken_out_breaks_the_chain(stage: Stage, statement: str) -> None:
    three_acts(stage)
    stage.writer.connection.execute(statement)
    with pytest.raises(AssertionError):
        assert_chained(stage.audit())


def test_a_row_is_written_with_its_act_or_not_at_all(stage: Stage) -> None:
    before = stage.audit()
    with contextlib.suppress(KeyboardInterrupt), stage.writer.transaction():
        desk.audit(
            stage.writer.connection, at_us=NOON_US, actor="dana", verb="x", route="", detail={}
        )
        assert len(stage.audit()) == len(before) + 1
        raise KeyboardInterrupt
    assert stage.audit() == before


def test_details_are_written_in_one_order_whatever_order_they_come_in(stage: Stage) -> None:
    details = [{"a": 1, "b": [2, {"d": 1, "c": 2}]}, {"b": [2, {"c": 2, "d": 1}], "a": 1}]
    with stage.writer.transaction():
        rows = [
            desk.audit(
                stage.writer.connection, at_us=1, actor="a", verb="v", route="", detail=detail
            )
            for detail in details
        ]
    assert rows[0].detail == rows[1].detail == '{"a":1,"b":[2,{"c":2,"d":1}]}'
