"""How far an order got: durable, seen by n of m agents, enforced (semantics 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.model import HOUR_US, MINUTE_US, Directive

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.ledger.orders import Orders

LIVE_US = HOUR_US
"""An agent counts if it was heard of this long before the order, or since."""
SILENT_US = 10 * MINUTE_US
"""One that says nothing for so long after an order, and never confirmed it, has ended: it counts no
more. A guard at work confirms within a second, and whatever logs again is overdue at once."""

DURABLE, SEEN, ENFORCED = "durable", "seen", "enforced"


class Reach(NamedTuple):
    """Which agents know of an order, and what follows.

    `overdue` are agents that logged on without a receipt, `not_seen` the others without one: some
    are `awaited`, some have `ended` and count no more, each with when it was last heard of.
    """

    stage: str
    seen_by: tuple[str, ...]
    not_seen: tuple[str, ...]
    overdue: tuple[str, ...]
    seen_after_us: int | None
    awaited: tuple[tuple[str, int], ...] = ()
    ended: tuple[tuple[str, int], ...] = ()


def reach(
    order: Directive,
    orders: Orders,
    agents: Iterable[tuple[str, int]],
    violations: int,
    read_us: int,
) -> Reach:
    """Say how far an order got.

    Args:
        order: the order.
        orders: all orders of its route with the receipts.
        agents: (agent, last heard of) of the route.
        violations: runs or actions that were charged against the order.
        read_us: up to when everything that agents logged is known: silence later says nothing.
    """
    heard = {agent: at_us for agent, at_us in agents if at_us >= order.issued_us - LIVE_US}
    times = {agent: orders.seen_us(order, agent) for agent in heard}
    seen = {agent: at_us for agent, at_us in times.items() if at_us is not None}
    overdue = orders.unconfirmed(order)
    missing = tuple(sorted(heard.keys() - seen.keys() - set(overdue)))
    until_us = {agent: max(heard[agent], order.issued_us) + SILENT_US for agent in missing}
    awaited = tuple((who, heard[who]) for who in missing if read_us < until_us[who])
    ended = tuple((who, heard[who]) for who in missing if read_us >= until_us[who])
    stage = DURABLE
    if seen:
        stage = SEEN if awaited or overdue or violations else ENFORCED
    last_us = max(seen.values(), default=None)
    after_us = None if last_us is None else max(0, last_us - order.issued_us)
    return Reach(stage, tuple(sorted(seen)), missing, overdue, after_us, awaited, ended)
