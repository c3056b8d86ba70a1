"""A look back at the end of a minute shows what was shown then, as far as the store can tell.

Counts are kept by the minute, so that only whole minutes can be compared.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from console.control.directives import Order
from console.model import HOUR_US, MINUTE_US, SECOND_US, DirectiveKind
from console.operate import Operator
from console.snapshot import take, with_lines
from console.store import reader
from console.store.connect import attach

from .running import HOUR, MINUTE, NOON_US, Station, event, good, route

if TYPE_CHECKING:
    from console.snapshot.types import RouteView, Snapshot


def look(station: Station, at_us: int | None = None) -> Snapshot:
    """Return the picture of now, or of an instant of the past."""
    connection = attach(station.store)
    snapshot = take(
        connection, station.settings, store=station.store, control=station.control,
        now_us=station.now_us if at_us is None else at_us, as_of=at_us is not None,
    )  # fmt: skip
    connection.close()
    return snapshot


def facts(view: RouteView) -> dict[str, Any]:
    """Return what a route's picture says that the store can tell exactly of any instant.

    When an agent that was heard of again later had been heard of last, it cannot.
    """
    names = (
        "counts", "experienced", "remaining", "open", "unknown", "excluded", "last_miss_us",
        "burn", "health", "state", "data", "agents",
    )  # fmt: skip
    directives = [msgspec.structs.replace(item, awaited=(), ended=()) for item in view.directives]
    alerts = [
        (item.id, item.severity, item.opened_us, item.resolved_us, item.kinds, item.acknowledged_by)
        for item in view.alerts
    ]
    told = {"alerts": alerts, "directives": directives, "curve": view.curve.points}
    return {**told, **{name: getattr(view, name) for name in names}}


def give(station: Station, kind: DirectiveKind, name: str = "refunds") -> str:
    operator = Operator(station.settings, station.store, station.control)
    order = Order(route=name, kind=kind, by="dana", reason="look")
    given = operator.give(order, station.now_us)
    operator.close()
    return given.id


def lift(station: Station, directive: str) -> None:
    operator = Operator(station.settings, station.store, station.control)
    operator.lift(
        "refunds", directive, by="dana", reason="over", override=True, now_us=station.now_us
    )
    operator.close()


def incident(station: Station) -> list[tuple[int, Snapshot]]:
    """Let a route burn, be paused, confirmed and lifted; return the pictures of the moments."""
    seen = []

    def moment() -> None:
        station.read()
        seen.append((station.now_us, look(station)))

    station.write("a.jsonl", *(good(f"g{n}", n, agent="w-1") for n in range(40)))
    station.at(2 * MINUTE - 1)
    moment()
    station.write("a.jsonl", event("run.started", "long", 150, agent="w-1"))
    station.write("a.jsonl", *(event("run.failed", f"b{n}", 160 + n) for n in range(30)))
    station.at(4 * MINUTE - 1)
    moment()
    station.at(5 * MINUTE - 10)
    order = give(station, DirectiveKind.PAUSE)
    station.at(5 * MINUTE - 1)
    moment()
    station.write("a.jsonl", event("control.seen", "", 302, agent="w-1", generation=2))
    station.write("a.jsonl", event("run.delivered", "long", 303, agent="w-1"))
    station.at(6 * MINUTE - 1)
    moment()
    station.at(6 * MINUTE)
    lift(station, order)
    station.write("a.jsonl", event("run.delivered", "last", HOUR, agent="w-2"))
    station.at(2 * HOUR - 1)
    moment()
    return seen


def started(folder: Path) -> Station:
    station = Station(folder, route())
    operator = Operator(station.settings, station.store, station.control)
    operator.desk(NOON_US).initialise((), by="dana", now_us=NOON_US)
    operator.close()
    return station


def test_every_moment_of_an_incident_looks_as_it_looked_then(tmp_path: Path) -> None:
    station = started(tmp_path)
    try:
        for at_us, then in incident(station):
            back = look(station, at_us)
            assert [view.route for view in back.routes] == [view.route for view in then.routes]
            for seen, was in zip(back.routes, then.routes, strict=True):
                assert facts(seen) == facts(was)
            assert back.store.generation == then.store.generation
    finally:
        station.close()


def test_before_the_first_event_there_was_nothing(tmp_path: Path) -> None:
    station = started(tmp_path)
    try:
        incident(station)
        (view,) = look(station, NOON_US - HOUR_US).routes
        assert (view.health, view.data, view.counts.total) == ("no data", "none", 0)
        assert (view.alerts, view.directives, view.agents) == ((), (), ())
        assert look(station, NOON_US - HOUR_US).store.generation == 0
    finally:
        station.close()


def test_an_acknowledgement_of_later_had_no_owner_yet(tmp_path: Path) -> None:
    station = started(tmp_path)
    try:
        pictures = incident(station)[:2]
        fired_us, then = pictures[1]
        alert = next(item for item in then.routes[0].alerts if item.severity == "page")
        operator = Operator(station.settings, station.store, station.control)
        operator.acknowledge(alert.id, "dana", "mine", station.now_us)
        operator.close()
        (again,) = (
            item for item in look(station, fired_us).routes[0].alerts if item.id == alert.id
        )
        assert (again.state, again.acknowledged_by, again.note) == ("firing", "", "")
    finally:
        station.close()


def test_misses_of_later_had_not_happened(tmp_path: Path) -> None:
    station = started(tmp_path)
    try:
        incident(station)
        connection = attach(station.store)
        until_us = NOON_US + 165 * SECOND_US
        rows = reader.misses(connection, until_us=until_us)
        views = with_lines(connection, rows, until_us=until_us)
        connection.close()
        assert {view.run for view in views} == {f"b{n}" for n in range(6)}
    finally:
        station.close()


ends = st.sampled_from(["run.delivered", "run.failed", "run.cancelled", "run.started"])


@settings(max_examples=15)
@given(st.lists(st.tuples(ends, st.integers(1, 30 * MINUTE)), min_size=1, max_size=12))
def test_counts_of_any_instant_are_those_that_were_shown(runs: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        station = Station(Path(folder), route())
        try:
            seen = []
            at_s = 0
            for number, (kind, after_s) in enumerate(runs):
                at_s = at_s // MINUTE * MINUTE + MINUTE + after_s
                station.write("a.jsonl", event(kind, f"r{number}", at_s, agent="w"))
                station.at(at_s // MINUTE * MINUTE + MINUTE - 1).read()
                seen.append((station.now_us, look(station).routes[0]))
            for at_us, then in seen:
                back = look(station, at_us).routes[0]
                for name in ("counts", "open", "excluded", "last_miss_us", "burn", "data"):
                    assert getattr(back, name) == getattr(then, name), name
        finally:
            station.close()


def test_an_order_of_the_past_does_not_know_how_it_ended(tmp_path: Path) -> None:
    station = started(tmp_path)
    try:
        pictures = incident(station)
        at_us = pictures[3][0]
        (stands,) = look(station, at_us + MINUTE_US).routes[0].directives or (None,)
        assert stands is None or stands.directive.lifted_us is None
        (stood,) = look(station, at_us - 1).routes[0].directives
        plain = msgspec.structs.replace(stood.directive, lifted_us=None, lifted_by="")
        assert stood.directive == plain
    finally:
        station.close()


def test_work_after_a_lifting_is_not_held_against_an_agent_read_before_it(tmp_path: Path) -> None:
    station = started(tmp_path)
    try:
        station.write("a.jsonl", good("g1", 1))
        order = give(station.read(), DirectiveKind.PAUSE)
        station.at(MINUTE).read()
        lift(station.at(2 * MINUTE), order)
        station.write("a.jsonl", good("g2", HOUR, agent="w-2"))
        (view,) = look(station.at(2 * HOUR).read()).routes
        assert (view.counts.total, view.counts.recovery) == (2, 0)
    finally:
        station.close()
