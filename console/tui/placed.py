"""An order after it was given: what has become of it, read from each new snapshot.

An order nobody confirmed is only a claim, so the stages are never assumed. *Requested* is what the
operator did, *durable* what the writer said, *seen* and *enforced* what the agents' logs show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.model import MINUTE_US, DirectiveKind
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
    if order is None and view is not None:
        end = _ended(placed, view, snapshot)
        if end is not None:
            return (*first, end)
    if order is None:
        return (*first, Stage("seen", False, "not in the store yet"), Stage("enforced", False))
    return (*first, *observed(order))


def _ended(placed: Placed, view: RouteView, snapshot: Snapshot | None) -> Stage | None:
    """Return how an order has ended; None where the store may not know of it yet."""
    generation = placed.result.generation
    gone = next((each for each in view.over if each.generation == generation), None)
    if gone is None:
        newer = snapshot is not None and snapshot.store.generation > generation
        return Stage("stands no longer", True) if newer else None
    if gone.lifted_us is None:
        return Stage("expired", True)
    instead = gone.replaced_by and next(
        (each.directive for each in view.directives if each.directive.id == gone.replaced_by), None
    )
    if instead and gone.kind is DirectiveKind.PAUSE and instead.kind is DirectiveKind.REDUCE:
        return Stage("stepped down", True, f"to {instead.id} by {instead.by}")
    if gone.replaced_by:
        return Stage("replaced", True, f"by {gone.replaced_by}")
    return Stage("lifted", True, f"by {gone.lifted_by}" if gone.lifted_by else "")


def observed(order: DirectiveView) -> tuple[Stage, Stage]:
    """Return how far the agents are with an order: seen by n of m that live, then enforced."""
    seen = f"by {len(order.seen_by)} of {order.live} live"
    if not order.live:
        seen = "by nobody: no agent lives" if order.ended else "by nobody: no agent known yet"
    all_seen = order.live > 0 and len(order.seen_by) == order.live
    if order.overdue:
        seen += f", {len(order.overdue)} overdue"
    if order.ended:
        seen += f", {len(order.ended)} silent"
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
