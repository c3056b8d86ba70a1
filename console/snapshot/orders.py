"""The orders that stand on a route: how far each got, and what it needs to be lifted."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from console.control.receipts import reach
from console.model import MINUTE_US, STRICTNESS, Directive, DirectiveKind, RouteState
from console.snapshot import past
from console.snapshot.types import DirectiveView
from console.store import counting, desk, reader

if TYPE_CHECKING:
    from console.settings import RouteSettings
    from console.snapshot.frame import Frame
    from console.store.connect import Connection


def standing(
    frame: Frame, settings: RouteSettings, number: int, left: Fraction | None
) -> tuple[DirectiveView, ...]:
    """Return the orders that stand, the latest first, each with its reach and exit rule."""
    found = frame.gathered.orders.get(settings.name, ())
    found = [item for item in found if item.stands(frame.now_us)]
    if not found:
        return ()
    orders = desk.orders_of(frame.connection, settings.name)
    if not frame.live:
        orders = past.orders_at(orders, frame.now_us)
        found = [orders.directives[item.id] for item in found]
    last_miss_us = frame.gathered.last_misses.get(number)
    agents = frame.gathered.agents.get(number, [])
    views = []
    for order in sorted(found, key=lambda item: (-item.issued_us, item.id)):
        broken = reader.charged_against(frame.connection, number, order.id, until_us=frame.until_us)
        far = reach(order, orders, agents, broken, frame.read_us)
        trusted, met = exit_progress(frame.connection, number, order, left, until_us=frame.until_us)
        views.append(
            DirectiveView(
                directive=order,
                stage=far.stage,
                seen_by=far.seen_by,
                not_seen=far.not_seen,
                overdue=far.overdue,
                awaited=far.awaited,
                ended=far.ended,
                exit_remaining=Fraction(order.exit_remaining),
                exit_trusted=(trusted, order.exit_trusted),
                exit_met=met,
                seen_after_us=far.seen_after_us,
                probation_ends_us=probation_ends_us(settings, order, last_miss_us)
                if order.kind is DirectiveKind.PAUSE
                else None,
            )
        )
    return tuple(views)


def exit_progress(
    connection: Connection,
    number: int,
    order: Directive,
    left: Fraction | None,
    *,
    until_us: int | None = None,
) -> tuple[int, bool]:
    """Return the trusted outcomes in a row since an order, and whether its exit rule is met.

    A pause cannot be earned out of, since nothing runs; see `probation_ends_us`.
    """
    until = None if until_us is None else until_us // MINUTE_US
    trusted = counting.good_since_last_bad(
        connection, number, order.issued_us // MINUTE_US, until=until
    )
    enough = left is not None and left > Fraction(order.exit_remaining)
    met = enough and trusted >= order.exit_trusted and order.kind is not DirectiveKind.PAUSE
    return trusted, met


def probation_ends_us(route: RouteSettings, order: Directive, last_miss_us: int | None) -> int:
    """Return when a pause may be stepped down: `probation_after` past it and past the last miss.

    As experienced: a correction takes a miss out of the budget, not out of what happened.
    """
    return max(order.issued_us, last_miss_us or 0) + route.probation_after_us


def state_of(orders: tuple[DirectiveView, ...]) -> RouteState:
    """Return what the strictest of the orders makes of the route."""
    kinds = {view.directive.kind for view in orders}
    found = [state for kind, state in STRICTNESS.items() if kind in kinds]
    return found[-1] if found else RouteState.OPEN
