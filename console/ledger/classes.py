"""Four of the five error classes: which debits the events of one run cause (semantics 3).

Each function takes a `Case` and returns debits; deadlines that the clock has not passed are noted
in `case.pending`. A deadline d has passed when clock > d: an event at d itself is in time, and may
still be unread at d. Permission misses are in `permission.py`.
"""

from __future__ import annotations

from console.ledger.case import Case, Debit, clock, duration
from console.ledger.facts import DELIVERED, FAILED, HANDOFF, STARTED, Mark
from console.model import SECOND_US, ErrorClass, Event

_ENDS_DOUBT = ("certain", "approval.requested")


def latency(case: Case) -> list[Debit]:
    """Charge a run that had no terminal event by start + SLA, waiting on our orders taken out."""
    start = case.first(STARTED)
    sla_us = sla_of(case)
    if start is None or sla_us is None:
        return []
    start_us = start.event.ts_us
    deadline_us = start_us + sla_us + _ordered_wait_us(case, start_us, start_us + sla_us)
    if any(_in_time(mark.event, deadline_us, sla_us) for mark in case.terminals):
        return []
    if not case.passed(deadline_us):
        return []
    rule = f"no outcome {duration(deadline_us - start_us)} after the start at {clock(start_us)}"
    return [Debit(ErrorClass.LATENCY, deadline_us, rule, (start, *case.terminals[:1]))]


def sla_of(case: Case) -> int | None:
    """Return the SLA in microseconds: of the first start that names one, else the route's.

    Of several starts at one instant the shortest counts.
    """
    own = [
        (mark.event.ts_us, mark.event.sla_s)
        for mark in case.of(STARTED)
        if mark.event.sla_s is not None
    ]
    return round(min(own)[1] * SECOND_US) if own else case.measured.sla_us


def _in_time(event: Event, deadline_us: int, sla_us: int) -> bool:
    if event.elapsed_s is not None:
        return round(event.elapsed_s * SECOND_US) <= sla_us
    return event.ts_us <= deadline_us


def _ordered_wait_us(case: Case, start_us: int, deadline_us: int) -> int:
    """Return how long the run waited for grants that a directive demanded, while its clock ran.

    Each wait that begins before the deadline moves the deadline by its length.
    """
    waits = sorted(_ordered_waits(case))
    total_us, covered_us = 0, start_us
    for from_us, to_us in waits:
        begin_us = max(from_us, covered_us)
        if begin_us > deadline_us + total_us or to_us <= begin_us:
            continue
        total_us += to_us - begin_us
        covered_us = to_us
    return total_us


def _ordered_waits(case: Case) -> list[tuple[int, int]]:
    """Return when the run waited for an answer while an order demanded it; some may be empty."""
    waits = []
    for mark in case.of("approval.requested"):
        event = mark.event
        answers = [
            answer.event.ts_us
            for kind in ("approval.granted", "approval.denied")
            for answer in case.of(kind)
            if answer.event.action == event.action and answer.event.ts_us >= event.ts_us
        ]
        granted_us = case.orders.granted_us(event, case.run)
        if granted_us is not None:
            answers.append(granted_us)
        ends = [terminal.event.ts_us for terminal in case.terminals]
        ends = [end_us for end_us in ends if end_us >= event.ts_us]
        until_us = min(answers + ends, default=max(case.clock_us, event.ts_us))
        for from_us, to_us in case.orders.demands(event, case.measured.receipt_within_us):
            begin_us = max(from_us, event.ts_us)
            waits.append((begin_us, until_us if to_us is None else min(until_us, to_us)))
    return waits


def trust(case: Case) -> list[Debit]:
    """Charge failed checks, missing verdicts, distrusted deliveries, rescues and failures."""
    debits = [
        Debit(ErrorClass.TRUST, mark.event.ts_us, _rescue_rule(mark.event), (mark,))
        for mark in case.of("rescued")
    ]
    handoff = case.first(HANDOFF)
    for mark in case.of(FAILED):
        if handoff is None or handoff.event.ts_us > mark.event.ts_us:
            reason = f": {mark.event.reason}" if mark.event.reason else ""
            rule = f"the run failed with no outcome and no handoff{reason}"
            debits.append(Debit(ErrorClass.TRUST, mark.event.ts_us, rule, (mark,)))
    for mark in case.of(DELIVERED):
        if mark.event.trusted is False:
            rule = "delivered, and marked as not to be trusted"
            debits.append(Debit(ErrorClass.TRUST, mark.event.ts_us, rule, (mark,)))
    delivery = case.first(DELIVERED)
    if delivery is not None:
        debits += _checks(case, delivery)
        debits += _missing_verdicts(case, delivery)
    return debits


def _rescue_rule(event: Event) -> str:
    who = f" by {event.by}" if event.by else ""
    spent = f", {event.minutes:g} min" if event.minutes is not None else ""
    return f"rescued{who}{spent}"


def _verdicts(case: Case) -> dict[str, list[Mark]]:
    """Return the verdicts per check in order; at one instant a failure comes after a pass."""
    verdicts: dict[str, list[Mark]] = {}
    for mark in (*case.of("check.passed"), *case.of("check.failed")):
        verdicts.setdefault(mark.event.check, []).append(mark)
    for marks in verdicts.values():
        marks.sort(key=lambda mark: (mark.event.ts_us, mark.event.event == "check.failed"))
    return verdicts


def _checks(case: Case, delivery: Mark) -> list[Debit]:
    """Charge the checks that stood failed at delivery, and those that stand failed after it.

    A pass after delivery clears only a failure after delivery.
    """
    debits = []
    at_us = delivery.event.ts_us
    for check, marks in _verdicts(case).items():
        before = [mark for mark in marks if mark.event.ts_us <= at_us]
        if before and _failed(before[-1]):
            rule = f"delivered while check {check} stood failed{_because(before[-1])}"
            debits.append(Debit(ErrorClass.TRUST, at_us, rule, (before[-1], delivery)))
        after = [mark for mark in marks if mark.event.ts_us > at_us]
        if after and _failed(after[-1]):
            standing = _streak(after)
            rule = f"check {check} failed after delivery{_because(standing)}"
            debits.append(Debit(ErrorClass.TRUST, standing.event.ts_us, rule, (standing,)))
    return debits


def _failed(mark: Mark) -> bool:
    return mark.event.event == "check.failed"


def _because(mark: Mark) -> str:
    return f": {mark.event.reason}" if mark.event.reason else ""


def _streak(marks: list[Mark]) -> Mark:
    """Return the first of the unbroken run of failures at the end of `marks`."""
    first = marks[-1]
    for mark in reversed(marks):
        if not _failed(mark):
            break
        first = mark
    return first


def _missing_verdicts(case: Case, delivery: Mark) -> list[Debit]:
    debits = []
    within_us = case.measured.verdict_within_us
    deadline_us = delivery.event.ts_us + within_us
    verdicts = _verdicts(case)
    for check in case.measured.requires:
        marks = verdicts.get(check, [])
        if any(mark.event.ts_us <= deadline_us for mark in marks) or not case.passed(deadline_us):
            continue
        rule = f"no {check} verdict {duration(within_us)} after delivery"
        debits.append(Debit(ErrorClass.TRUST, deadline_us, rule, (delivery,)))
    return debits


def escalation(case: Case) -> list[Debit]:
    """Charge doubt that led to nothing in time, and handoffs that were preventable.

    A run that is over has nothing to escalate, also where the end came before the doubt.
    """
    within_us = case.measured.escalate_within_us
    answers = [mark.event.ts_us for kind in _ENDS_DOUBT for mark in case.of(kind)]
    ended_us = case.terminals[0].event.ts_us if case.terminals else None
    debits = []
    for mark in case.of("uncertain"):
        doubt_us = mark.event.ts_us
        if any(doubt_us <= at_us <= doubt_us + within_us for at_us in answers):
            continue
        if ended_us is not None and ended_us <= doubt_us + within_us:
            continue
        if case.passed(doubt_us + within_us):
            rule = f"no handoff {duration(within_us)} after `uncertain` at {clock(doubt_us)}"
            debits.append(Debit(ErrorClass.ESCALATION, doubt_us + within_us, rule, (mark,)))
    for mark in case.of(HANDOFF):
        if mark.event.preventable:
            rule = f"a preventable handoff to {mark.event.to or 'somebody else'}"
            debits.append(Debit(ErrorClass.ESCALATION, mark.event.ts_us, rule, (mark,)))
    return debits


def failed_recovery(case: Case) -> list[Debit]:
    """Charge recoveries that failed."""
    return [
        Debit(
            ErrorClass.RECOVERY,
            mark.event.ts_us,
            f"recovery failed: {mark.event.kind or 'of unknown kind'}",
            (mark,),
        )
        for mark in case.of("recovery.failed")
    ]


def overdue_recovery(family: list[Case], first_miss_us: int | None) -> list[Debit]:
    """Charge a bad run that did not recover in time after its first miss.

    The run and those that it started are one family: whoever logs the recovery, it counts.
    """
    case = family[0]
    within_us = case.measured.recover_within_us
    if within_us is None or first_miss_us is None:
        return []
    deadline_us = first_miss_us + within_us
    recovered = (mark for part in family for mark in part.of("recovery.succeeded"))
    if any(mark.event.ts_us <= deadline_us for mark in recovered) or not case.passed(deadline_us):
        return []
    rule = f"no recovery {duration(within_us)} after the first miss at {clock(first_miss_us)}"
    return [Debit(ErrorClass.RECOVERY, deadline_us, rule, ())]
