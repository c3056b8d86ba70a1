"""Who answered what, and how long it took; what was forced, by whom, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from console.burn.lifecycle import Alert, Held
from console.burn.windows import Span
from console.model import DAY_US, MINUTE_US, SECOND_US, Directive, DirectiveKind
from console.review import timeline
from console.store import alerts, corrections, desk, figures, past
from console.store.corrections import Correction
from console.store.figures import Scope
from tests.collector.running import NOON_US, Station, event, good

if TYPE_CHECKING:
    from pathlib import Path

SCOPE = Scope("refunds", Span(NOON_US // MINUTE_US, NOON_US // MINUTE_US + 600))


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """A store of a route whose two agents confirm generation 2 after 20 and 50 seconds."""
    found = Station(tmp_path)
    found.write("a.jsonl", good("g", 0, agent="a-1"))
    for agent, at_s in (("a-1", 120), ("a-2", 150), ("a-1", 500)):
        found.write("a.jsonl", event("control.seen", at_s=at_s, agent=agent, generation=2))
    found.at(3_600).read()
    return found


def us(at_s: int) -> int:
    return NOON_US + at_s * SECOND_US


def alert(station: Station, number: int = 7, **fields: Any) -> None:
    held = Held(kind="burn", since_us=us(60), words="burns", signed=False)
    found = Alert(
        id=f"A{number}", route="refunds", severity="page", state="firing", opened_us=us(60),
        conditions=(held,), **fields,
    )  # fmt: skip
    with station.collector.writer.transaction():
        alerts.save(station.collector.writer.connection, found)


def order(station: Station, at_s: int = 100, **fields: Any) -> None:
    found = Directive(
        id="d-2", route="refunds", kind=DirectiveKind.PAUSE, by="dana", reason="it burns",
        issued_us=us(at_s), generation=2, **fields,
    )  # fmt: skip
    with station.collector.writer.transaction():
        desk.save_directive(station.collector.writer.connection, found)


def took(station: Station) -> dict[str, dict[str, int | None]]:
    found = timeline.answers(station.collector.writer.connection, SCOPE)
    return {item.id: {name: one.value for name, one in item.took.items()} for item in found}


def test_what_nobody_answered_is_not_yet_answered(station: Station) -> None:
    alert(station)
    assert took(station)["A7"] == {"acknowledge": None, "act": None}


def test_an_alert_is_acknowledged_and_acted_on(station: Station) -> None:
    alert(station, acknowledged_by="dana", acknowledged_us=us(90))
    order(station)
    assert took(station)["A7"] == {"acknowledge": 30, "act": 40}


@pytest.mark.parametrize(
    ("at_s", "names", "acted"),
    [(50, "", None), (100, "", 40), (400, "", None), (400, "A7", 340)],
    ids=["before it opened", "while it stood", "after its end", "after its end, naming it"],
)
def test_an_order_answers_an_alert_that_stands_or_that_it_names(
    station: Station, at_s: int, names: str, acted: int | None
) -> None:
    alert(station, resolved_us=us(300))
    order(station, at_s, alert=names)
    assert took(station)["A7"]["act"] == acted


def test_an_order_is_confirmed_by_its_last_agent_and_lifted(station: Station) -> None:
    order(station)
    assert took(station)["d-2"] == {"confirm": 50, "lift": None}
    order(station, lifted_us=us(700), lifted_by="kim")
    assert took(station)["d-2"] == {"confirm": 50, "lift": 600}


def test_a_forced_lift_is_said_once_with_author_and_reason(station: Station) -> None:
    connection = station.collector.writer.connection
    lifted = {"id": "d-2", "lift_reason": "customers wait", "overridden": True}
    requested = {"directive": "d-2", "reason": "customers wait", "override": True}
    earned = {"id": "d-3", "lift_reason": "earned", "overridden": False}
    with station.collector.writer.transaction():
        for verb, detail in (("lift requested", requested), ("lift", lifted), ("lift", earned)):
            desk.audit(
                connection, at_us=us(700), actor="kim", verb=verb, route="refunds", detail=detail
            )
    assert timeline.overrides(connection, SCOPE) == (
        "lift d-2 by kim at 2026-03-02 12:11: customers wait",
    )
    assert figures.overridden(connection, SCOPE).value == 1


def correction(station: Station, number: int, **fields: Any) -> None:
    found = Correction(
        id=f"C{number}", route="refunds", category="outage", reason="gateway down", by="dana",
        at_us=NOON_US - 30 * DAY_US, by_owner=True, **fields,
    )  # fmt: skip
    with station.collector.writer.transaction():
        corrections.save(station.collector.writer.connection, found)


def test_corrections_are_those_that_take_out_of_the_span_or_were_made_in_it(
    station: Station,
) -> None:
    correction(station, 1, from_us=us(-600), to_us=us(60))
    correction(station, 2, from_us=us(-600), to_us=us(0))
    correction(station, 3, runs=("g",))
    correction(station, 4, runs=("elsewhere",))
    found = past.corrections_in(station.collector.writer.connection, "refunds", SCOPE.span)
    assert {(item.id, item.by, item.reason) for item in found} == {
        ("C1", "dana", "gateway down"), ("C3", "dana", "gateway down"),
    }  # fmt: skip
