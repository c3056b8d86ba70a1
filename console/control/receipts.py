"""How far an order got: durable, seen by n of m agents, enforced (semantics 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.model import HOUR_US, Directive

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.ledger.orders import Orders

_LIVE_US = HOUR_US
"""An agent counts if it was heard of this long before the order, or since."""

DURABLE, SEEN, ENFORCED = "durable", "seen", "enforced"


class Reach(NamedTuple):
    """Which agents know of an order, and what follows.

    `not_seen` are silent since the receipt was due, `overdue` logged on without one.
    """

    stage: str
    seen_by: tuple[str, ...]
    not_seen: tuple[str, ...]
    overdue: tuple[str, ...]
    seen_after_us: int | None


def reach(
    order: Directive, orders: Orders, agents: Iterable[tuple[str, int]], violations: int
) -> Reach:
    """Say how far an order got.

    Args:
        order: the order.
        orders: all orders of its route with the receipts.
        agents: (agent, last heard of) of the route.
        violations: runs or actions that were charged against the order.
    """
    live = [agent for agent, last_us in agents if last_us >= order.issued_us - _LIVE_US]
    times = {agent: orders.seen_us(order, agent) for agent in live}
    seen = {agent: at_us for agent, at_us in times.items() if at_us is not None}
    overdue = orders.unconfirmed(order)
    missing = tuple(agent for agent in live if agent not in seen and agent not in overdue)
    stage = DURABLE
    if seen:
        stage = SEEN if missing or overdue or violations else ENFORCED
    last_us = max(seen.values(), default=None)
    after_us = None if last_us is None else max(0, last_us - order.issued_us)
    return Reach(stage, tuple(sorted(seen)), missing, overdue, after_us)
