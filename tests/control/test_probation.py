"""When an operator may step a pause down: after its probation, on data that can be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.collector.lease import Lease
from console.control.directives import Order, Refused
from console.ledger.orders import Orders
from console.model import HOUR_US, MINUTE_US, Directive, DirectiveKind
from console.operate import Operator
from console.store import desk
from tests.burn.floor import NOON_US, ROUTE, Floor, route

EARLIER_US = NOON_US - 10 * MINUTE_US


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    found = Floor(tmp_path / "s.db", route(probation_after_us=HOUR_US))
    found.closed(EARLIER_US, good=100)
    yield found
    found.close()


@pytest.fixture
def lease(floor: Floor) -> Iterator[Lease]:
    """A collector that holds the store and gives its heartbeat."""
    found = Lease(floor.path)
    found.beat()
    yield found
    found.release()


@pytest.fixture
def operator(floor: Floor, lease: Lease, tmp_path: Path) -> Iterator[Operator]:
    found = Operator(floor.settings, floor.path, tmp_path / "control" / "control.json")
    yield found
    found.close()


def paused(operator: Operator) -> Directive:
    return operator.give(
        Order(route=ROUTE, kind=DirectiveKind.PAUSE, by="dana", reason="budget spent"), NOON_US
    )


def stepped(operator: Operator, after_us: int = HOUR_US, **fields: Any) -> Directive:
    asked: dict[str, Any] = {"by": "erin", "reason": "no miss since"} | fields
    return operator.step_down(ROUTE, now_us=NOON_US + after_us, **asked)


@pytest.mark.parametrize(("early_us", "may"), [(1, False), (0, True)])
def test_the_probation_is_over_after_its_time_without_override(
    operator: Operator, early_us: int, may: bool
) -> None:
    paused(operator)
    if may:
        assert stepped(operator).kind is DirectiveKind.REDUCE
    else:
        with pytest.raises(Refused, match="probation is not over: 1 min more"):
            stepped(operator, HOUR_US - early_us)


def test_a_new_miss_begins_it_anew(floor: Floor, operator: Operator) -> None:
    paused(operator)
    floor.closed(NOON_US + 30 * MINUTE_US, bad=1)
    with pytest.raises(Refused, match="30 min more without a miss"):
        stepped(operator)
    assert stepped(operator, 90 * MINUTE_US).max_runs == 1


def test_the_silence_of_a_paused_route_is_not_stale_data(floor: Floor, operator: Operator) -> None:
    floor.settings.routes[ROUTE] = route(probation_after_us=HOUR_US, absent_after_us=HOUR_US)
    paused(operator)
    assert stepped(operator, 24 * HOUR_US).kind is DirectiveKind.REDUCE


def test_a_route_that_was_silent_before_it_was_paused_bars_it(
    floor: Floor, operator: Operator
) -> None:
    floor.settings.routes[ROUTE] = route(probation_after_us=HOUR_US, absent_after_us=MINUTE_US)
    paused(operator)
    with pytest.raises(Refused, match="stale before it was paused"):
        stepped(operator)


def test_without_a_collector_nobody_knows_what_happened(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused(operator)
    monkeypatch.setattr("console.operate.probation.alive", lambda *_: None)
    with pytest.raises(Refused, match="no collector runs"):
        stepped(operator)


def test_lines_that_are_not_read_yet_bar_it(floor: Floor, operator: Operator) -> None:
    paused(operator)
    with floor.writer.transaction():
        desk.set_fact(floor.writer.connection, "behind_bytes", "17")
    with pytest.raises(Refused, match="catching up"):
        stepped(operator)


def test_an_agent_that_works_on_without_confirming_bars_it(
    floor: Floor, operator: Operator
) -> None:
    pause = paused(operator)
    orders = Orders([pause])
    orders.late[pause.id, "w-1"] = NOON_US + MINUTE_US
    with floor.writer.transaction():
        desk.save_receipts(floor.writer.connection, floor.number, orders)
    with pytest.raises(Refused, match="w-1 worked on without confirming the pause"):
        stepped(operator)


def test_trusted_outcomes_count_on_the_reduction(floor: Floor, operator: Operator) -> None:
    paused(operator)
    stepped(operator)
    later_us = NOON_US + 2 * HOUR_US
    with pytest.raises(Refused, match="there are 100 % left and 0"):
        operator.lift(ROUTE, "", by="erin", reason="well", override=False, now_us=later_us)
    floor.closed(later_us, good=20)
    lifted = operator.lift(
        ROUTE, "", by="erin", reason="well", override=False, now_us=later_us + MINUTE_US
    )
    assert not lifted.overridden


def test_without_a_pause_there_is_nothing_to_step_down(operator: Operator) -> None:
    with pytest.raises(Refused, match="no pause stands on drafts"):
        stepped(operator)
