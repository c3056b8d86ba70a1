"""How checks are answered while nothing changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .decide import (
    Decision,
    decide_action,
    decide_change,
    decide_start,
    fault_decision,
    granted_action,
    granted_change,
)

if TYPE_CHECKING:
    from .orders import RouteOrders

_REMEMBERED = 4_096


class Ruling:
    """The orders on a route, plus what a fault adds to them, for as long as both stay the same.

    `free_start` and `free_actions` hold what is allowed without a grant. That cannot be taken back
    by the passing of time, only by other orders, and so a check looks there first.
    """

    __slots__ = ("fault", "free_actions", "free_start", "on_fault", "orders")

    def __init__(self, orders: RouteOrders, on_fault: str, fault: str) -> None:
        self.orders = orders
        self.on_fault = on_fault
        self.fault = fault
        limits = ("pause", "reduce_scope")
        limited = any(order.kind in limits for order in orders.directives)
        self.free_start = on_fault != "closed" and not limited
        self.free_actions: set[str] = set()

    def same(self, orders: RouteOrders, on_fault: str, fault: str) -> bool:
        """Say whether this still is the ruling under these orders and this fault."""
        return self.orders is orders and self.on_fault == on_fault and self.fault == fault

    def state(self, now_us: int) -> str:
        """Return `closed` or `approval` where a fault decides, else the state of the route."""
        return self.on_fault or self.orders.state_at(now_us)

    def start(self, now_us: int, in_progress: int) -> Decision:
        """Decide on the start of a run while `in_progress` others are running."""
        decision = decide_start(self.orders, now_us, in_progress)
        if decision.allowed and self.on_fault:
            return fault_decision(self.on_fault, "start", self.fault)
        return decision

    def action(self, now_us: int, name: str, run: str, grant: str) -> Decision:
        """Decide on an action, and remember it if it is free."""
        decision = decide_action(self.orders, now_us, name, run, grant)
        if decision.allowed and self.on_fault:
            leave = granted_action(self.orders, now_us, name, run, grant)
            decision = fault_decision(self.on_fault, "action", self.fault, leave)
        if decision.allowed and not decision.grant and len(self.free_actions) < _REMEMBERED:
            self.free_actions.add(name)
        return decision

    def change(self, now_us: int, kind: str, version: str) -> Decision:
        """Decide on a change of the route itself."""
        decision = decide_change(self.orders, now_us, kind, version)
        if decision.allowed and self.on_fault:
            leave = granted_change(self.orders, now_us, kind, version)
            return fault_decision(self.on_fault, "change", self.fault, leave)
        return decision
