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

    `not_seen` have not confirmed it, `overdue` logged on without a receipt when one was due.
    `silent` are those of `not_seen` from whom nothing came since then, with when each was last
    heard of: they may have ended, and are not live.
    """

    stage: str
    seen_by: tuple[str, ...]
    not_seen: tuple[str, ...]
    overdue: tuple[str, ...]
    seen_after_us: int | None
    silent: tuple[tuple[str, int], ...] = ()


def reach(
    order: Directive,
    orders: Orders,
    agents: Iterable[tuple[str, int]],
    violations: int,
    *,
    within_us: int = 0,
    now_us: int | None = None,
) -> Reach:
    """Say how far an order got.

    Args:
        order: the order.
        orders: all orders of its route with the receipts.
        agents: (agent, last heard of) of the route.
        violations: runs or actions that were charged against the order.
        within_us: how long after the order its receipt is due.
        now_us: the instant of the picture; None: nobody is taken for silent.
    """
    heard = {agent: at_us for agent, at_us in agents if at_us >= order.issued_us - _LIVE_US}
    live = list(heard)
    times = {agent: orders.seen_us(order, agent) for agent in live}
    seen = {agent: at_us for agent, at_us in times.items() if at_us is not None}
    overdue = orders.unconfirmed(order)
    missing = tuple(agent for agent in live if agent not in seen and agent not in overdue)
    due_us = order.issued_us + within_us
    due = now_us is not None and now_us > due_us
    silent = tuple((agent, heard[agent]) for agent in missing if due and heard[agent] <= due_us)
    stage = DURABLE
    if seen:
        waited_for = len(missing) - len(silent)
        stage = SEEN if waited_for or overdue or violations else ENFORCED
    last_us = max(seen.values(), default=None)
    after_us = None if last_us is None else max(0, last_us - order.issued_us)
    return Reach(stage, tuple(sorted(seen)), missing, overdue, after_us, silent)
