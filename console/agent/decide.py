"""May this happen now? The one place that says so: pure, used by the guard and by `gate`.

Where the control document leaves a list empty, the strict reading counts: a freeze without
`changes` freezes every kind, a tightening without `actions` tightens every action. A reduction
without `actions` limits only the number of runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from .orders import Directive, RouteOrders

Outcome = Literal["allowed", "paused", "denied", "approval"]
What = Literal["start", "action", "change"]


class Decision(NamedTuple):
    """The answer. `directive` is the order that forbids it, `grant` the grant that allows it."""

    outcome: Outcome
    reason: str = ""
    directive: str = ""
    grant: str = ""

    @property
    def allowed(self) -> bool:
        """Say whether it may happen."""
        return self.outcome == "allowed"


ALLOWED = Decision("allowed")


def decide_start(orders: RouteOrders, now_us: int, in_progress: int = 0) -> Decision:
    """Say whether a run may start while `in_progress` others are running in the same process."""
    for order in orders.directives:
        if not order.stands(now_us):
            continue
        if order.kind == "pause":
            return _refusal("paused", orders, order, "is paused")
        if order.kind == "reduce_scope" and _full(order, in_progress):
            limit = f"is reduced to {order.max_runs} runs at a time, {in_progress} in progress,"
            return _refusal("paused", orders, order, limit)
    return ALLOWED


def decide_action(
    orders: RouteOrders, now_us: int, name: str, run: str = "", grant: str = ""
) -> Decision:
    """Say whether action `name` may be taken; `grant` is the id of a grant that the run names."""
    leave = ""
    for order in orders.directives:
        if not order.stands(now_us):
            continue
        if order.kind == "pause" and not order.drain:
            return _refusal("paused", orders, order, "is paused, running runs stop as well,")
        if order.kind == "reduce_scope" and order.actions and name not in order.actions:
            scope = f"is reduced to {', '.join(order.actions)}, {name!r} is outside,"
            return _refusal("denied", orders, order, scope)
        if order.kind == "tighten_approval" and (not order.actions or name in order.actions):
            leave = granted_action(orders, now_us, name, run, grant)
            if not leave:
                needs = f"lets {name!r} happen only with a grant,"
                return _refusal("approval", orders, order, needs)
    return ALLOWED._replace(grant=leave) if leave else ALLOWED


def decide_change(orders: RouteOrders, now_us: int, kind: str, version: str = "") -> Decision:
    """Say whether a change of `kind` may be deployed; a grant for it (and its version) frees it."""
    leave = ""
    for order in orders.directives:
        if order.kind != "freeze" or not order.stands(now_us):
            continue
        if not order.changes or kind in order.changes:
            leave = granted_change(orders, now_us, kind, version)
            if not leave:
                return _refusal("denied", orders, order, f"is frozen for {kind!r} changes")
    return ALLOWED._replace(grant=leave) if leave else ALLOWED


def fault_decision(on_fault: str, what: What, fault: str = "", leave: str = "") -> Decision:
    """Say what a fault of the control file allows, on top of the orders that are known.

    `on_fault` is `closed` or `approval`; `last_known` reads as `approval`, since whoever still
    knows something and is within its grace does not ask here. `fault` is the sentence that says
    what is wrong; `leave` the id of a grant that covers the action or change.
    """
    because = f"{fault}; on_fault is {on_fault}" if fault else f"on_fault is {on_fault}"
    if on_fault == "closed":
        if what == "start":
            return Decision("paused", f"no run may start: {because}")
        if what == "change":
            return Decision("denied", f"no change may be deployed: {because}")
        return ALLOWED
    if what == "start":
        return ALLOWED
    if leave:
        return ALLOWED._replace(grant=leave)
    return Decision("approval", f"every {what} needs a grant: {because}")


def granted_action(
    orders: RouteOrders, now_us: int, name: str, run: str = "", grant: str = ""
) -> str:
    """Return the id of a grant that covers the action, or "".

    It has to be for that action, and either for any run, for this run, or named by its id.
    """
    for one in orders.grants:
        meant = one.id == grant or one.run in ("", run)
        if one.action and one.action == name and meant and one.holds(now_us):
            return one.id
    return ""


def granted_change(orders: RouteOrders, now_us: int, kind: str, version: str = "") -> str:
    """Return the id of a grant for that kind of change and, where it names one, that version."""
    for one in orders.grants:
        same = one.change == kind and one.version in ("", version)
        if one.change and same and one.holds(now_us):
            return one.id
    return ""


def _full(order: Directive, in_progress: int) -> bool:
    return order.max_runs is not None and in_progress >= order.max_runs


def _refusal(outcome: Outcome, orders: RouteOrders, order: Directive, how: str) -> Decision:
    said = f": {order.reason}" if order.reason else ""
    by = f" by order of {order.by}" if order.by else ""
    return Decision(outcome, f"route {orders.route!r} {how}{by}{said}", order.id)
