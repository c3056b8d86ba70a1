"""Carrying out the ladders: decided with the alerts, given like an operator's orders.

What a ladder decides is stored in the transaction of the evaluation, before anything is ordered.
Then the order is given through the control desk, which writes the control file first. After a kill
between the two the episode is found unfinished: if an order of it is among those that were adopted
from the control file, that is the one, whatever became of it since; else it is given now.

A ladder moves only on data: never while its route is catching up or stale. The silence of a paused
route is what was ordered, and not stale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.burn import windows
from console.burn.ground import absent_after_us
from console.control import ladder
from console.control.directives import Conflict, ControlDesk, Order, Refused
from console.model import CLASSES, MINUTE_US, STRICTNESS, DirectiveKind
from console.store import alerts, corrections, desk, episodes, reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from console.burn.lifecycle import Alert
    from console.collector.evaluate import Evaluator
    from console.collector.readings import Table
    from console.model import Directive
    from console.settings import RouteSettings, Settings
    from console.store.connect import Connection
    from console.store.corrections import Correction
    from console.store.episodes import Episode
    from console.store.writer import Writer

_CLASSES = frozenset(error_class.value for error_class in CLASSES)


class _Ground(NamedTuple):
    """What is read once for all routes of one evaluation, by route."""

    connection: Connection
    now_us: int
    table: Table
    alerts: dict[str, list[Alert]]
    orders: dict[str, list[Directive]]
    episodes: dict[str, list[Episode]]
    corrections: dict[str, list[Correction]]
    generation: int


def decide(
    connection: Connection,
    settings: Settings,
    now_us: int,
    catching_up: Callable[[str], bool],
    evaluator: Evaluator,
) -> frozenset[str]:
    """Step every ladder, inside the caller's transaction; return the routes that may be acted on.

    To be called right after the alerts were evaluated, in the same transaction; `evaluator` holds
    the routes, and the counts that they were evaluated on.
    """
    opened = episodes.open_by_route(connection)
    laddered = [
        (row, route)
        for row in evaluator.rows
        if (route := settings.route(row.name)).ladder or row.name in opened
    ]
    if not laddered:
        return frozenset()
    ground = _gather(connection, now_us, evaluator.table, opened)
    judged, number = set(), episodes.next_number(connection)
    for row, route in laddered:
        if catching_up(row.name) or _silent(route, row, ground.orders.get(row.name, ()), now_us):
            continue
        judged.add(row.name)
        changed = ladder.decide(_scene(ground, route, row.id), number)
        if changed:
            episodes.save(connection, changed)
            number = episodes.next_number(connection)
    return frozenset(judged)


def _gather(
    connection: Connection, now_us: int, table: Table, opened: dict[str, list[Episode]]
) -> _Ground:
    found: dict[str, list[Alert]] = {}
    for alert in alerts.read(connection, open_only=True):
        found.setdefault(alert.route, []).append(alert)
    return _Ground(
        connection=connection,
        now_us=now_us,
        table=table,
        alerts=found,
        orders=desk.directives_by_route(connection),
        episodes=opened,
        corrections=corrections.by_route(connection),
        generation=int(desk.fact(connection, "control_generation") or 0),
    )


def carry_out(
    writer: Writer, control: ControlDesk, judged: frozenset[str], now_us: int
) -> list[str]:
    """Give what the ladders decided on these routes, strictest first; return why any was not.

    Raises:
        ControlError: the control file cannot be written; it is tried again.
    """
    troubles = []
    waiting = [item for item in episodes.unfinished(writer.connection) if item.route in judged]
    for episode in sorted(waiting, key=lambda item: -list(STRICTNESS).index(item.kind)):
        try:
            _carry_out(writer, control, episode, now_us)
        except (Refused, Conflict) as error:
            # What stands has changed in this very moment: the next evaluation decides on it.
            troubles.append(f"{episode.id} on {episode.route}: {error}")
    return troubles


def _carry_out(writer: Writer, control: ControlDesk, episode: Episode, now_us: int) -> None:
    orders = desk.directives_of(writer.connection, episode.route)
    given = _given_already(episode, orders)
    if given is not None:
        after = msgspec.structs.replace(episode, directive=given.id)
    else:
        after = ladder.settled(episode, [item for item in orders if item.stands(now_us)])
    if after != episode:
        with writer.transaction():
            episodes.save(writer.connection, [after])
        return
    control.give(
        order_of(episode, by=ladder.BY, automatic=True),
        now_us,
        also=lambda directive: episodes.save(
            writer.connection, [msgspec.structs.replace(episode, directive=directive.id)]
        ),
    )


def order_of(episode: Episode, *, by: str, automatic: bool = False) -> Order:
    """Return the order that an episode is about, to be given by the ladder or by an operator."""
    return Order(
        route=episode.route,
        kind=episode.kind,
        by=by,
        reason=episode.words,
        changes=episode.changes,
        actions=episode.actions,
        max_runs=episode.max_runs,
        alert=episode.alert,
        ladder=automatic,
    )


def _given_already(episode: Episode, orders: list[Directive]) -> Directive | None:
    """Return the order that the ladder gave for an episode before it could be stored, or None."""
    asked = (episode.kind, episode.changes, episode.actions, episode.max_runs)
    return next(
        (
            order
            for order in orders
            if order.ladder
            and order.generation > episode.base_generation
            and (order.kind, order.changes, order.actions, order.max_runs) == asked
        ),
        None,
    )


def _silent(
    route: RouteSettings, row: reader.RouteRow, orders: Iterable[Directive], now_us: int
) -> bool:
    """Say whether a route is stale; one that is paused is silent because it was told to be."""
    if any(item.kind is DirectiveKind.PAUSE and item.stands(now_us) for item in orders):
        return False
    return now_us - row.last_us > absent_after_us(route, row.gap_minutes)


def _scene(ground: _Ground, route: RouteSettings, number: int) -> ladder.Scene:
    connection, now_us = ground.connection, ground.now_us
    span = windows.budget_span(route.window, now_us)
    found = ground.corrections.get(route.name, [])
    out, corrected = corrections.taken_out(connection, number, found, span)
    return ladder.Scene(
        route=route,
        now_us=now_us,
        counts=ground.table.budget(number, route.window).minus(out),
        alerts=tuple(ground.alerts.get(route.name, ())),
        misses=_misses(ground, route, number, span.first * MINUTE_US, corrected),
        directives=tuple(ground.orders.get(route.name, ())),
        episodes=tuple(ground.episodes.get(route.name, ())),
        answered=lambda step: episodes.answered(connection, route.name, step),
        generation=ground.generation,
    )


def _misses(
    ground: _Ground, route: RouteSettings, number: int, since_us: int, corrected: dict[str, str]
) -> tuple[ladder.Miss, ...]:
    """Return the charged misses of the budget window that may set the route's ladder off."""
    wanted = _CLASSES & {step.on for step in route.ladder}
    if not wanted:
        return ()
    stopped = ladder.hard_stopped(ground.alerts.get(route.name, ()))
    recent_us = ladder.recent_us(route, ground.now_us)
    return tuple(
        ladder.Miss(error_class, run, at_us)
        for error_class, run, at_us in reader.missed(ground.connection, number, recent_us, stopped)
        if error_class in wanted and at_us >= since_us and run not in corrected
    )
