"""Permission misses: denied, out of scope, without a grant, or against a standing order."""

from __future__ import annotations

from console.ledger.case import Case, Debit
from console.ledger.facts import STARTED, Mark
from console.model import DirectiveKind, ErrorClass, Event

CROWDED = " in progress while reduction "
"""What the rule says of a start beside more runs than an order leaves an agent."""


def permission(case: Case) -> list[Debit]:
    """Charge what was denied, out of scope, without a grant, or against a standing order."""
    debits = []
    for mark in case.marks:
        rule = _PERMISSION[mark.event.event](case, mark) if mark.event.event in _PERMISSION else ""
        if rule:
            debits.append(Debit(ErrorClass.PERMISSION, mark.event.ts_us, rule, (mark,)))
    return debits


def _denied(case: Case, mark: Mark) -> str:
    event = mark.event
    if case.orders.excuses(event, case.measured.receipt_within_us):
        return ""
    by = f" by {event.rule or event.by}" if event.rule or event.by else ""
    return f"action {event.action or 'unknown'} was denied{by}"


def _taken(case: Case, mark: Mark) -> str:
    event = mark.event
    if event.scope == "out":
        return f"action {event.action} was outside the agent's scope"
    within_us = case.measured.receipt_within_us
    for order in case.orders.binding(event, within_us):
        if order.kind is DirectiveKind.PAUSE and not order.drain:
            return f"action {event.action} while pause {order.id} stood"
        if (
            order.kind is DirectiveKind.REDUCE
            and order.actions
            and event.action not in order.actions
        ):
            return f"action {event.action} outside the scope while reduction {order.id} stood"
    needed = event.action in case.measured.approval_required
    if not needed and not case.orders.needing_grant(event, within_us):
        return ""
    if _approved(case, event):
        return ""
    return f"action {event.action} needs approval and had no grant"


def _approved(case: Case, event: Event) -> bool:
    """Say whether the action names a known grant, or one was granted for it in time."""
    for mark in case.of("approval.granted"):
        given = mark.event
        if event.grant and given.grant == event.grant:
            return True
        if given.action == event.action and given.ts_us <= event.ts_us:
            return True
    return case.orders.granted(event, case.run)


def _started(case: Case, mark: Mark) -> str:
    others, processes = case.orders.beside(case.run, mark.event.ts_us)
    for order in case.orders.binding(mark.event, case.measured.receipt_within_us):
        if order.kind is DirectiveKind.PAUSE:
            return f"a run started while pause {order.id} stood"
        if order.run_limit is not None and others >= order.run_limit * processes:
            return f"a run started beside {others}{CROWDED}{order.id} stood"
    return ""


def _changed(case: Case, mark: Mark) -> str:
    event = mark.event
    for order in case.orders.binding(event, case.measured.receipt_within_us):
        if order.kind is not DirectiveKind.FREEZE or event.change not in order.changes:
            continue
        if not case.orders.granted(event, case.run):
            return f"change of {event.change} while freeze {order.id} stood"
    return ""


_PERMISSION = {
    "action.denied": _denied,
    "action.taken": _taken,
    STARTED: _started,
    "change.deployed": _changed,
}
