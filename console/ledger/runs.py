"""The verdict on one run: a pure function of its events, the settings, the orders and the clock."""

from __future__ import annotations

from typing import NamedTuple

from console.ledger.case import Case, Debit
from console.ledger.classes import (
    escalation,
    failed_recovery,
    latency,
    overdue_recovery,
    sla_of,
    trust,
)
from console.ledger.facts import (
    CANCELLED,
    CHANGE,
    DELIVERED,
    HANDOFF,
    STARTED,
    Facts,
    own_run,
)
from console.ledger.orders import Orders
from console.ledger.permission import permission
from console.model import MINUTE_US, ErrorClass, RunState
from console.settings import Measured

_SURVIVE_CANCELLING = frozenset({ErrorClass.PERMISSION, ErrorClass.RECOVERY})


class Outcome(NamedTuple):
    """What is known of a run at one instant of the clock.

    `state` is None for what is no run at all (a change that broke no freeze, a parent never seen).
    `minute` is set for closed runs only (good or bad). `deadline_us` is the next instant at which
    the clock alone can change the outcome, or None.
    """

    state: RunState | None
    minute: int | None
    debits: tuple[Debit, ...]
    deadline_us: int | None
    handoff: bool
    rescues: int

    @property
    def classes(self) -> frozenset[ErrorClass]:
        """Return the classes in which the run missed, at most one miss each."""
        return frozenset(debit.error_class for debit in self.debits)


def evaluate(
    run: str,
    facts: Facts,
    children: list[tuple[str, Facts]],
    *,
    measured: Measured,
    orders: Orders,
    clock_us: int,
) -> Outcome:
    """Judge a root run with all runs that it started, directly or not.

    Child runs are not counted; their misses charge this run, at most one per class, the earliest.
    What is measured is what holds for this run: a family is judged by one version of the settings.
    """
    family = [Case(run, facts.ordered(), measured, orders, clock_us)]
    family += [
        Case(child, child_facts.ordered(), measured, orders, clock_us)
        for child, child_facts in children
    ]
    case = family[0]
    debits = _own_debits(case)
    for part in family[1:]:
        debits += _surviving(part, _own_debits(part))
        case.pending += part.pending
    if not _is_change(case):
        debits += overdue_recovery(family, min((debit.at_us for debit in debits), default=None))
    outcome = _close(case, debits)
    return outcome._replace(rescues=sum(len(part.of("rescued")) for part in family))


def _own_debits(case: Case) -> list[Debit]:
    return [
        *latency(case),
        *trust(case),
        *escalation(case),
        *permission(case),
        *failed_recovery(case),
    ]


def _surviving(case: Case, debits: list[Debit]) -> list[Debit]:
    """Return what a cancellation leaves: the permission and recovery misses before it."""
    cancelled_us = _cancelled_us(case)
    if cancelled_us is None:
        return debits
    return [
        debit
        for debit in debits
        if debit.error_class in _SURVIVE_CANCELLING and debit.at_us <= cancelled_us
    ]


def _close(case: Case, debits: list[Debit]) -> Outcome:
    debits = _surviving(case, debits)
    debits.sort(key=lambda debit: (debit.at_us, debit.error_class, debit.rule))
    state, minute = _state(case, debits)
    return Outcome(
        state=state,
        minute=minute,
        debits=tuple(debits),
        deadline_us=min(case.pending, default=None),
        handoff=bool(case.of(HANDOFF)),
        rescues=0,
    )


def _cancelled_us(case: Case) -> int | None:
    """Return when the run was withdrawn, if that is what ended it; any outcome at once wins."""
    if not case.terminals:
        return None
    first_us = case.terminals[0].event.ts_us
    ended_by = {mark.event.event for mark in case.terminals if mark.event.ts_us == first_us}
    return first_us if ended_by == {CANCELLED} else None


def _is_change(case: Case) -> bool:
    """Say whether this is a change that names no run, booked under an id of its own."""
    return bool(case.marks) and all(
        mark.event.event == CHANGE and own_run(mark.event) == case.run for mark in case.marks
    )


def _state(case: Case, debits: list[Debit]) -> tuple[RunState | None, int | None]:
    if debits:
        return RunState.BAD, debits[0].at_us // MINUTE_US
    if _cancelled_us(case) is not None:
        return RunState.EXCLUDED, None
    if not case.of_work or _is_change(case):
        return None, None
    if not case.terminals:
        return (RunState.UNKNOWN if _abandoned(case) else RunState.OPEN), None
    if _awaits_verdict(case):
        return RunState.OPEN, None
    return RunState.GOOD, case.terminals[0].event.ts_us // MINUTE_US


def _awaits_verdict(case: Case) -> bool:
    """Say whether a required verdict of a delivered run is still out (its deadline is pending).

    One that says it came after the deadline is none, though the clock has not got there yet.
    """
    delivery = case.first(DELIVERED)
    if delivery is None or not case.measured.requires:
        return False
    deadline_us = delivery.event.ts_us + case.measured.verdict_within_us
    given = {
        mark.event.check
        for kind in ("check.passed", "check.failed")
        for mark in case.of(kind)
        if mark.event.ts_us <= deadline_us
    }
    return not given.issuperset(case.measured.requires)


def _abandoned(case: Case) -> bool:
    """Say whether a run with no SLA has been open too long to be believed in."""
    if sla_of(case) is not None and case.first(STARTED) is not None:
        return False
    if not case.of_work:
        return False
    begun = case.first(STARTED) or case.of_work[0]
    return case.passed(begun.event.ts_us + case.measured.abandon_after_us)
