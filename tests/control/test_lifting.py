"""Lifting an order: what bars it, what overriding takes, what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest

from console.agent.document import parse
from console.control.directives import Conflict, Order, Refused
from console.model import HOUR_US, MINUTE_US, Directive, DirectiveKind
from console.operate import Operator
from console.settings import ExitRule
from console.store import desk, reader
from tests.burn.floor import NOON_US, ROUTE, Floor, route

LATER_US = NOON_US + HOUR_US
EARLIER_US = NOON_US - HOUR_US


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    """Return a floor whose route needs 10 % of its budget and 20 trusted outcomes in a row."""
    rule = ExitRule(remaining=Fraction(1, 10), trusted_in_a_row=20)
    found = Floor(tmp_path / "s.db", route(exit=rule))
    found.closed(EARLIER_US, good=100)
    yield found
    found.close()


@pytest.fixture
def operator(floor: Floor, tmp_path: Path) -> Iterator[Operator]:
    found = Operator(floor.settings, floor.path, tmp_path / "control" / "control.json")
    yield found
    found.close()


def ordered(operator: Operator, kind: DirectiveKind = DirectiveKind.FREEZE) -> Directive:
    """Give an order at noon."""
    asked = Order(route=ROUTE, kind=kind, by="dana", reason="budget spent", changes=("model",))
    return operator.give(asked, NOON_US)


def lifted(operator: Operator, *, override: bool = False, **fields: Any) -> Directive:
    """Lift the order an hour later."""
    asked: dict[str, Any] = {"directive": "", "by": "erin", "reason": "well again"}
    return operator.lift(ROUTE, override=override, now_us=LATER_US, **(asked | fields))


def standing(operator: Operator) -> list[str]:
    """Return the orders that agents read, by id."""
    read = parse(operator.control.read_bytes()).route(ROUTE)
    return sorted(one.id for one in read.directives)


def test_it_is_lifted_when_its_exit_rule_holds(floor: Floor, operator: Operator) -> None:
    ordered(operator)
    floor.closed(NOON_US + MINUTE_US, good=20)
    found = lifted(operator)
    assert standing(operator) == []
    assert (found.lifted_us, found.lifted_by, found.lift_reason) == (LATER_US, "erin", "well again")
    assert (found.lift_generation, found.overridden) == (2, False)
    assert desk.directives_of(floor.writer.connection, ROUTE) == [found]


def test_one_trusted_outcome_too_few_bars_it(floor: Floor, operator: Operator) -> None:
    ordered(operator)
    floor.closed(NOON_US + MINUTE_US, good=19)
    with pytest.raises(Refused, match=r"20 trusted outcomes in a row; there are 100 % left and 19"):
        lifted(operator)
    assert standing(operator) == ["d-1"]


def test_a_miss_starts_the_row_anew(floor: Floor, operator: Operator) -> None:
    ordered(operator)
    floor.closed(NOON_US + MINUTE_US, good=19)
    floor.closed(NOON_US + 2 * MINUTE_US, bad=1)
    floor.closed(NOON_US + 3 * MINUTE_US, good=5)
    with pytest.raises(Refused, match="left and 5; lift it all the same with --override"):
        lifted(operator)


def test_outcomes_before_the_order_do_not_count(operator: Operator) -> None:
    ordered(operator)
    with pytest.raises(Refused, match="100 % left and 0"):
        lifted(operator)


@pytest.mark.parametrize(("good", "bars"), [(69, True), (70, True), (71, False)])
def test_more_than_the_remaining_share_has_to_be_left(
    floor: Floor, operator: Operator, good: int, bars: bool
) -> None:
    # Nine misses: with 200 runs the budget of 10 has exactly a tenth left.
    floor.closed(EARLIER_US, bad=9)
    ordered(operator)
    floor.closed(NOON_US + MINUTE_US, good=21 + good)
    if bars:
        with pytest.raises(Refused, match="the exit rule of d-1 does not hold"):
            lifted(operator)
    else:
        assert not lifted(operator).overridden


def test_no_data_bars_it(operator: Operator) -> None:
    asked = Order(
        route="quiet", kind=DirectiveKind.FREEZE, by="dana", reason="why", changes=("model",)
    )
    operator.give(asked, NOON_US)
    with pytest.raises(Refused, match="there are no data and 0"):
        operator.lift("quiet", "", by="erin", reason="well", override=False, now_us=LATER_US)


def test_a_pause_cannot_be_earned_out_of(floor: Floor, operator: Operator) -> None:
    ordered(operator, DirectiveKind.PAUSE)
    floor.closed(NOON_US + MINUTE_US, good=1_000)
    with pytest.raises(Refused, match="d-1 is a pause: nothing runs"):
        lifted(operator)


def test_overriding_lifts_it_and_says_so(floor: Floor, operator: Operator) -> None:
    ordered(operator, DirectiveKind.PAUSE)
    assert lifted(operator, override=True).overridden
    assert standing(operator) == []
    rows = reader.audit_rows(floor.writer.connection, 2)
    assert [row.verb for row in rows] == ["lift", "lift requested"]
    asked = msgspec.json.decode(rows[1].detail)
    assert asked == {"directive": "d-1", "override": True, "reason": "well again"}


def test_overriding_what_nothing_bars_is_no_override(floor: Floor, operator: Operator) -> None:
    ordered(operator)
    floor.closed(NOON_US + MINUTE_US, good=20)
    assert not lifted(operator, override=True).overridden


@pytest.mark.parametrize("override", [False, True])
def test_it_needs_a_reason_overridden_or_not(
    floor: Floor, operator: Operator, override: bool
) -> None:
    ordered(operator)
    floor.closed(NOON_US + MINUTE_US, good=20)
    with pytest.raises(Refused, match="needs a reason"):
        lifted(operator, override=override, reason=" ")
    assert standing(operator) == ["d-1"]


def test_of_several_one_has_to_be_named(operator: Operator) -> None:
    ordered(operator)
    ordered(operator, DirectiveKind.PAUSE)
    with pytest.raises(Refused, match=r"d-1 \(freeze\), d-2 \(pause\); name one"):
        lifted(operator, override=True)
    assert lifted(operator, override=True, directive="d-2").id == "d-2"
    assert standing(operator) == ["d-1"]


@pytest.mark.parametrize("directive", ["", "d-1", "d-9"])
def test_what_does_not_stand_is_not_lifted(operator: Operator, directive: str) -> None:
    ordered(operator)
    lifted(operator, override=True)
    with pytest.raises(Refused, match=r"stands? on drafts"):
        lifted(operator, override=True, directive=directive)


def test_a_change_meanwhile_is_a_conflict(operator: Operator) -> None:
    ordered(operator)
    base = operator.generation()
    ordered(operator, DirectiveKind.PAUSE)
    with pytest.raises(Conflict, match="changed meanwhile by dana: d-2"):
        lifted(operator, override=True, directive="d-1", base_generation=base)
    assert standing(operator) == ["d-1", "d-2"]


def test_the_state_falls_back_to_what_still_stands(operator: Operator) -> None:
    ordered(operator)
    ordered(operator, DirectiveKind.PAUSE)
    lifted(operator, override=True, directive="d-2")
    assert parse(operator.control.read_bytes()).route(ROUTE).state == "frozen"
