"""An order after it was given: what has become of it, read from each new snapshot.

An order nobody confirmed is only a claim, so the stages are never assumed. *Requested* is what the
operator did, *durable* what the writer said, *seen* and *enforced* what the agents' logs show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.model import MINUTE_US
from console.tui.feed import RELAXING, OrderRequest, OrderResult

if TYPE_CHECKING:
    from console.snapshot.types import DirectiveView, RouteView, Snapshot


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """An order that was carried out, and when (machine clock)."""

    request: OrderRequest
    result: OrderResult
    placed_us: int


class Stage(NamedTuple):
    """One step on the way: its name, whether it is reached, and what holds it up."""

    name: str
    reached: bool
    detail: str = ""
    alarm: bool = False


def stages(placed: Placed, snapshot: Snapshot | None) -> tuple[Stage, ...]:
    """Return how far an order got according to `snapshot`."""
    first = (
        Stage("requested", True),
        Stage("durable", True, f"generation {placed.result.generation}"),
    )
    view = snapshot.route(placed.request.route) if snapshot else None
    order = _order_of(placed, view)
    if placed.request.verb in RELAXING and order is None:
        return (*first, _read_back(placed, snapshot, view))
    if order is None:
        return (*first, Stage("seen", False, "not in the store yet"), Stage("enforced", False))
    return (*first, *observed(order))


def observed(order: DirectiveView) -> tuple[Stage, Stage]:
    """Return how far the agents are with an order: seen by n of m, then enforced."""
    known = len(order.seen_by) + len(order.not_seen) + len(order.overdue)
    seen = f"{len(order.seen_by)} of {known}" if known else "no agent known yet"
    all_seen = known > 0 and len(order.seen_by) == known
    if order.overdue:
        seen += f", {len(order.overdue)} overdue"
    return (
        Stage("seen", all_seen, seen, alarm=bool(order.overdue)),
        Stage("enforced", order.stage == "enforced"),
    )


def over(placed: Placed, snapshot: Snapshot | None, now_us: int) -> bool:
    """Say whether an order need not be followed any more: every stage reached, a minute ago."""
    done = all(stage.reached for stage in stages(placed, snapshot))
    return done and now_us - placed.placed_us > MINUTE_US


def _order_of(placed: Placed, view: RouteView | None) -> DirectiveView | None:
    """Return the order that the request led to; None for a lift, or before it is in the store."""
    if view is None or placed.request.verb == "lift":
        return None
    generation = placed.result.generation
    return next((each for each in view.directives if each.directive.generation == generation), None)


def _read_back(placed: Placed, snapshot: Snapshot | None, view: RouteView | None) -> Stage:
    """Return whether the picture already knows of a relaxation."""
    known = snapshot is not None and snapshot.store.generation >= placed.result.generation
    state = view.state.value if view else "unknown"
    return Stage("in the store", known, f"the route is {state}" if known else "")
