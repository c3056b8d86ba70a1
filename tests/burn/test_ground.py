"""What the conditions of a route are judged on, as the store has it."""

from __future__ import annotations

from collections.abc import Callable

from console.burn.ground import Ground
from console.collector.ground import Grounds
from console.collector.readings import Windows
from console.model import DAY_US, HOUR_US, MINUTE_US
from console.store import reader
from tests.burn.floor import NOON_US, Floor, event, route


def ground(floor: Floor, now_us: int = NOON_US) -> Ground:
    """Return the ground of the floor's route."""
    connection = floor.writer.connection
    (row,) = reader.routes(connection)
    table = Windows(connection, now_us)
    settings = floor.settings.route(row.name)
    return Grounds(connection, [(row, settings)], table, now_us).of(
        row, settings, catching_up=False
    )


def test_rescues_count_by_when_they_were_made_whenever_the_run_had_closed(floor: Floor) -> None:
    floor.closed(NOON_US - 20 * DAY_US, good=1)
    for run, ago in (("a", DAY_US), ("b", 6 * DAY_US), ("c", 8 * DAY_US)):
        floor.take(event("run.delivered", run, NOON_US - 9 * DAY_US))
        floor.take(event("rescued", run, NOON_US - ago, by="dana"))
    assert ground(floor).rescued_us == (NOON_US - 6 * DAY_US, NOON_US - DAY_US)


def test_a_rescue_of_a_child_run_counts_for_its_route(floor: Floor) -> None:
    floor.take(event("run.started", "child", NOON_US - DAY_US, parent="root"))
    floor.take(event("rescued", "child", NOON_US - DAY_US + MINUTE_US, by="dana"))
    floor.take(event("run.delivered", "root", NOON_US - HOUR_US))
    assert ground(floor).rescued_us == (NOON_US - DAY_US + MINUTE_US,)


def test_three_rescues_raise_a_ticket(floor: Floor) -> None:
    floor.closed(NOON_US - DAY_US, good=1_000)
    for run in ("a", "b", "c"):
        floor.take(event("run.delivered", run, NOON_US - HOUR_US))
        floor.take(event("rescued", run, NOON_US, by="dana"))
    assert "ticket rescues" in floor.evaluate(NOON_US)


def test_handoffs_are_counted_where_a_route_caps_them(build: Callable[..., Floor]) -> None:
    floor = build(route(max_handoff_ppm=200_000))
    floor.closed(NOON_US, good=7)
    for run in ("a", "b", "c"):
        floor.take(event("handoff", run, NOON_US, to="a human"))
    assert ground(floor).handoffs == 3
    assert "ticket handoff_rate" in floor.evaluate(NOON_US)


def test_runs_without_a_verdict_leave_the_route_unmeasured(floor: Floor) -> None:
    floor.take(event("run.started", "lost", NOON_US - 3 * DAY_US))
    floor.closed(NOON_US, good=18)
    assert (ground(floor).unknown, set(floor.evaluate(NOON_US))) == (1, {"ticket unmeasured"})


def test_breaches_are_asked_for_where_something_is_not_tolerated(
    build: Callable[..., Floor],
) -> None:
    lenient, strict = build(route()), build(route(zero_tolerance=("permission",)))
    for floor in (lenient, strict):
        floor.take(event("action.denied", "r-1", NOON_US, action="pay"))
        floor.take(event("run.delivered", "r-1", NOON_US))
    assert (ground(lenient).breaches, ground(strict).breaches) == ((), ("r-1",))
