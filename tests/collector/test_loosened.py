"""Settings that ask for less while an order stands: held back, shown, and accepted by a human."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.control.directives import Order, Refused
from console.model import MINUTE_US, SECOND_US, DirectiveKind, Window
from console.operate import Operator
from console.settings import Measured
from console.settings.loosening import Judged, judged, loosened
from console.store import reader
from tests.collector.running import HOUR, Station, event, good, route

SLA: dict[str, Any] = {"sla_us": 10 * MINUTE_US}
LOOSER: dict[str, Any] = {"sla_us": 60 * MINUTE_US}


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    found = Station(tmp_path, route(**SLA))
    found.write("a.jsonl", good("r-0"))
    found.at(1).read()
    yield found
    found.close()


def operator(station: Station) -> Operator:
    return Operator(station.settings, station.store, station.control)


def ordered(station: Station) -> None:
    """Let a freeze stand on the route."""
    here = operator(station)
    here.give(
        Order(route="refunds", kind=DirectiveKind.FREEZE, by="dana", reason="why",
              changes=("model",)),
        station.now_us,
    )  # fmt: skip
    here.close()


def late_run(station: Station, name: str, at_s: float) -> list[str]:
    """Let a run take half an hour; return the classes in which it missed."""
    station.write("a.jsonl", event("run.started", name, at_s), good(name, at_s + HOUR / 2))
    station.at(at_s + HOUR).read()
    return [miss["class"] for miss in station.misses() if miss["run"] == name]


def test_what_is_measured_stays_as_it_was_while_an_order_stands(station: Station) -> None:
    ordered(station)
    station.at(10).restart(route(**LOOSER))
    assert late_run(station, "r-1", 20) == ["latency"]
    assert station.route()["settings_held"] == "sla 10m -> 1h"


def test_it_is_audited_once(station: Station) -> None:
    ordered(station)
    for seconds in (10, 20, 30):
        station.at(seconds).restart(route(**LOOSER))
    here = operator(station)
    verbs = [row.verb for row in reader.audit_rows(here.writer.connection, 10)]
    here.close()
    assert verbs.count("settings loosened") == 1


def test_without_an_order_it_counts_at_once(station: Station) -> None:
    station.at(10).restart(route(**LOOSER))
    assert late_run(station, "r-1", 20) == []
    assert station.route()["settings_held"] is None


def test_stricter_settings_count_though_an_order_stands(station: Station) -> None:
    ordered(station)
    station.at(10).restart(route(sla_us=MINUTE_US))
    assert station.route()["settings_held"] is None


def test_no_order_is_lifted_on_looser_settings_without_override(station: Station) -> None:
    ordered(station)
    loose = msgspec.structs.replace(route(**SLA), budget_ppm=500_000)
    station.at(10).restart(loose)
    station.write("a.jsonl", *(good(f"g-{n}", 11) for n in range(30)))
    station.at(20).read()
    here = operator(station)
    asked: dict[str, Any] = {"by": "erin", "reason": "well", "now_us": station.now_us}
    with pytest.raises(Refused, match="objective 98% -> 50%"):
        here.lift("refunds", "", override=False, **asked)
    here.accept_settings("refunds", **asked)
    assert not here.lift("refunds", "", override=False, **asked).overridden
    here.close()


def test_what_an_operator_accepts_counts_from_then_on(station: Station) -> None:
    ordered(station)
    station.at(10).restart(route(**LOOSER))
    here = operator(station)
    said = here.accept_settings("refunds", by="erin", reason="agreed", now_us=station.now_us)
    row = reader.audit_rows(here.writer.connection, 1)[0]
    here.close()
    assert said == "the settings of refunds count from now on: sla 10m -> 1h"
    assert (row.actor, row.verb) == ("erin", "settings accepted")
    assert late_run(station, "r-1", 20) == []


@pytest.mark.parametrize("reason", ["", "agreed"])
def test_nothing_is_accepted_without_a_reason_or_without_a_change(
    station: Station, reason: str
) -> None:
    ordered(station)
    here = operator(station)
    with pytest.raises(Refused):
        here.accept_settings("refunds", by="erin", reason=reason, now_us=station.now_us)
    here.close()


def test_it_counts_when_the_last_order_is_lifted(station: Station) -> None:
    ordered(station)
    station.at(10).restart(route(**LOOSER))
    here = operator(station)
    here.lift("refunds", "", by="erin", reason="w", override=True, now_us=station.now_us)
    here.close()
    station.at(15).read()
    assert late_run(station, "r-1", 20) == []


BASE = judged(
    msgspec.structs.replace(
        route(sla_us=10 * MINUTE_US, requires=("qa",), approval_required=("send",)),
        caps_ppm={"trust": 5_000},
        zero_tolerance=("permission",),
    )
)


def changed(**fields: Any) -> Judged:
    own = {name: fields.pop(name) for name in tuple(fields) if name in Measured.__struct_fields__}
    measured = msgspec.structs.replace(BASE.measured, **own)
    return msgspec.structs.replace(BASE, measured=measured, **fields)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"sla_us": None}, "sla 10m -> none"),
        ({"requires": ()}, "requires without qa"),
        ({"approval_required": ()}, "approval_required without send"),
        ({"zero_tolerance": ()}, "zero_tolerance without permission"),
        ({"budget_ppm": 50_000}, "objective 98% -> 95%"),
        ({"window": Window(days=7)}, "window 30d -> 7d"),
        ({"caps_ppm": {}}, "cap of trust 0.5% -> none"),
        ({"caps_ppm": {"trust": 9_000}}, "cap of trust 0.5% -> 0.9%"),
    ],
)
def test_each_way_of_asking_for_less_is_named(fields: dict[str, Any], words: str) -> None:
    assert loosened(BASE, changed(**fields)) == (words,)


budgets = st.integers(1, 999_999)
slas = st.none() | st.integers(1, 10**6).map(lambda s: s * SECOND_US)


@given(one=st.tuples(budgets, slas), other=st.tuples(budgets, slas))
def test_of_two_versions_that_differ_one_way_or_the_other_is_looser(
    one: tuple[int, int | None], other: tuple[int, int | None]
) -> None:
    versions = [changed(budget_ppm=budget, sla_us=sla) for budget, sla in (one, other)]
    there, back = loosened(*versions), loosened(*reversed(versions))
    assert bool(there or back) is (one != other)
    assert not loosened(versions[0], versions[0])
