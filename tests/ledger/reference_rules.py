"""What one run misses, read off its whole history: semantics 3, one function a class.

Nothing here remembers anything: every answer is looked up again in all events, however slowly, so
that it can be compared with the sentence it states.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.model import SECOND_US, USAGE, Directive, DirectiveKind, ErrorClass, Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.settings.types import Measured

TERMINAL = frozenset({"run.delivered", "run.failed", "run.cancelled", "handoff"})
RELIEF = TERMINAL | {"certain", "approval.requested"}
KEPT_BY_CANCELLED = frozenset({ErrorClass.PERMISSION, ErrorClass.RECOVERY})

Events = tuple[Event, ...]
Misses = dict[ErrorClass, int]


class Route(NamedTuple):
    """All that is known of one route: every applied event on it, and how far its clock has come."""

    measured: Measured
    directives: tuple[Directive, ...]
    events: Events
    clock_us: int


def of(own: Iterable[Event], *names: str) -> list[Event]:
    """Return the events of these names, earliest first."""
    return sorted((event for event in own if event.event in names), key=lambda event: event.ts_us)


def first_terminal(own: Events) -> Event | None:
    """Return the earliest terminal event; at one instant any other wins over a cancellation."""
    ends = [event for event in own if event.event in TERMINAL]
    return min(ends, key=lambda end: (end.ts_us, end.event == "run.cancelled"), default=None)


def cancelled_us(own: Events) -> int | None:
    """Return when the run was cancelled, or None for a run that ended otherwise or not at all."""
    end = first_terminal(own)
    return end.ts_us if end is not None and end.event == "run.cancelled" else None


def earliest(found: Iterable[tuple[ErrorClass, int]]) -> Misses:
    """Return the earliest instant of each class."""
    misses: Misses = {}
    for error_class, at_us in found:
        misses[error_class] = min(at_us, misses.get(error_class, at_us))
    return misses


def kept(misses: Misses, end_us: int | None) -> Misses:
    """Return what a run keeps that was cancelled at `end_us`: all of it where that is None."""
    if end_us is None:
        return misses
    return {c: at_us for c, at_us in misses.items() if c in KEPT_BY_CANCELLED and at_us <= end_us}


def misses_of(route: Route, own: Events) -> Misses:
    """Return what one run misses by its own events, its family's recovery deadline aside."""
    found = [(ErrorClass.LATENCY, at_us) for at_us in latency(route, own)]
    found += [(ErrorClass.TRUST, at_us) for at_us in trust(route, own)]
    found += [(ErrorClass.ESCALATION, at_us) for at_us in escalation(route, own)]
    found += [(ErrorClass.PERMISSION, event.ts_us) for event in own if breach(route, event, own)]
    found += [(ErrorClass.RECOVERY, event.ts_us) for event in of(own, "recovery.failed")]
    return earliest(found)


# Directives: whom they bind, and since when.


def receipts_us(route: Route, directive: Directive, agent: str) -> list[int]:
    """Return when `agent` reported a generation that holds the directive."""
    return [
        seen.ts_us
        for seen in of(route.events, "control.seen")
        if agent and seen.agent == agent
        if seen.generation is not None and seen.generation >= directive.generation
    ]


def binds_us(route: Route, directive: Directive, agent: str) -> int:
    """Return from when a directive binds an agent: its receipt, or `receipt_within` for all."""
    due_us = directive.issued_us + route.measured.receipt_within_us
    return min([due_us, *receipts_us(route, directive, agent)])


def binding(route: Route, kind: DirectiveKind, event: Event) -> list[Directive]:
    """Return the directives of a kind that bind the agent of an event at its time."""
    bound = []
    for directive in route.directives:
        since_us = binds_us(route, directive, event.agent)
        if directive.kind is kind and directive.stands(event.ts_us) and event.ts_us >= since_us:
            bound.append(directive)
    return bound


def overdue(route: Route, directive: Directive) -> bool:
    """Say whether an agent worked on after the time for its receipt, without one."""
    due_us = directive.issued_us + route.measured.receipt_within_us
    for event in route.events:
        lifted = directive.lifted_us is not None and event.ts_us >= directive.lifted_us
        if not event.agent or event.ts_us <= due_us or lifted:
            continue
        if not any(at <= event.ts_us for at in receipts_us(route, directive, event.agent)):
            return True
    return False


# Runs in progress.


def work_of(own: Events) -> list[Event]:
    """Return what the agent did in a run: neither what models took nor a human's rescue."""
    return [event for event in own if event.event not in {USAGE, "rescued"}]


def agent_of(own: Events) -> str:
    """Return the agent that was named first; of one instant the first by name."""
    named = [(event.ts_us, event.agent) for event in work_of(own) if event.agent]
    return min(named)[1] if named else ""


def processes(route: Route, agent: str) -> int:
    """Return how many processes may share an agent's name, by the starts that its lines number."""
    numbered = [event for event in route.events if event.seq is not None and event.agent]
    return max(1, len({event.boot for event in numbered if event.agent == agent}))


def began_us(own: Events) -> int:
    """Return the start, or the first event of a run whose start was never read."""
    start = started_us(own)
    return min(event.ts_us for event in own if event.event != USAGE) if start is None else start


def goes_on_at(own: Events, at_us: int) -> bool:
    """Say whether a run has not ended at an instant, and did something after it."""
    end = first_terminal(own)
    if end is not None and end.ts_us <= at_us:
        return False
    return any(event.ts_us > at_us for event in work_of(own))


# Latency.


def started_us(own: Events) -> int | None:
    """Return the start: the earliest `run.started`."""
    return min((event.ts_us for event in of(own, "run.started")), default=None)


def sla_us(route: Route, own: Events) -> int | None:
    """Return the SLA of the first start that carries one (the shortest of one instant)."""
    carried = [(e.ts_us, e.sla_s) for e in of(own, "run.started") if e.sla_s is not None]
    return round(min(carried)[1] * SECOND_US) if carried else route.measured.sla_us


def waits(route: Route, own: Events) -> list[tuple[int, int]]:
    """Return the time spent waiting for approvals that a directive demands, disjoint stretches."""
    end = first_terminal(own)
    unanswered_us = route.clock_us if end is None else end.ts_us
    found: list[tuple[int, int]] = []
    for asked in of(own, "approval.requested"):
        answers = [
            answer.ts_us
            for answer in of(own, "approval.granted", "approval.denied")
            if answer.action == asked.action and answer.ts_us >= asked.ts_us
        ]
        answered_us = max(asked.ts_us, min(answers, default=unanswered_us))
        for order in route.directives:
            if order.kind is not DirectiveKind.TIGHTEN or asked.action not in order.actions:
                continue
            ended = [at for at in (order.lifted_us, order.until_us) if at is not None]
            begin_us = max(asked.ts_us, binds_us(route, order, asked.agent))
            end_us = min([answered_us, *ended])
            if begin_us < end_us:
                found.append((begin_us, end_us))
    union: list[tuple[int, int]] = []
    for begin_us, end_us in sorted(found):
        if union and begin_us <= union[-1][1]:
            union[-1] = (union[-1][0], max(end_us, union[-1][1]))
        else:
            union.append((begin_us, end_us))
    return union


def latency(route: Route, own: Events) -> list[int]:
    """Return the SLA's deadline if it was missed, put off by every wait while its clock ran."""
    start, allowed = started_us(own), sla_us(route, own)
    if start is None or allowed is None:
        return []
    deadline_us = start + allowed
    for begin_us, end_us in waits(route, own):
        if begin_us <= deadline_us:
            deadline_us += max(0, end_us - max(begin_us, start))
    end = first_terminal(own)
    in_time = end is not None and end.ts_us <= deadline_us
    return [] if in_time or route.clock_us <= deadline_us else [deadline_us]


# Trust.


def delivered_us(own: Events) -> int | None:
    """Return the delivery: the earliest `run.delivered`."""
    return min((event.ts_us for event in of(own, "run.delivered")), default=None)


def unjudged(route: Route, own: Events) -> bool:
    """Say whether a required check of a delivered run has no verdict in time."""
    delivery = delivered_us(own)
    if delivery is None:
        return False
    due_us = delivery + route.measured.verdict_within_us
    verdicts = of(own, "check.passed", "check.failed")
    judged = {verdict.check for verdict in verdicts if verdict.ts_us <= due_us}
    return not judged.issuperset(route.measured.requires)


def verdict_misses(own: Events, check: str, delivery: int) -> list[int]:
    """Return the delivery if `check` stood failed then, and the standing failure since."""
    passed = [e.ts_us for e in of(own, "check.passed") if e.check == check]
    failed = [e.ts_us for e in of(own, "check.failed") if e.check == check]
    found = []
    before = max((at for at in failed if at <= delivery), default=None)
    if before is not None and not any(before < at <= delivery for at in passed):
        found.append(delivery)
    found += [at for at in failed if at > delivery and not any(p > at for p in passed)]
    return found


def trust(route: Route, own: Events) -> list[int]:
    """Return every instant at which the outcome lost its trust, for whichever reason."""
    found = [event.ts_us for event in of(own, "rescued")]
    found += [event.ts_us for event in of(own, "run.delivered") if event.trusted is False]
    for failure in of(own, "run.failed"):
        if not any(handed.ts_us <= failure.ts_us for handed in of(own, "handoff")):
            found.append(failure.ts_us)
    delivery = delivered_us(own)
    if delivery is None:
        return found
    for check in {verdict.check for verdict in of(own, "check.failed")}:
        found += verdict_misses(own, check, delivery)
    due_us = delivery + route.measured.verdict_within_us
    if unjudged(route, own) and route.clock_us > due_us:
        found.append(due_us)
    return found


# Escalation, permission, recovery.


def escalation(route: Route, own: Events) -> list[int]:
    """Return the preventable handoffs, and the deadline of each doubt that nothing relieved."""
    found = [event.ts_us for event in of(own, "handoff") if event.preventable is True]
    for doubt in of(own, "uncertain"):
        due_us = doubt.ts_us + route.measured.escalate_within_us
        end = first_terminal(own)
        relieved = any(doubt.ts_us <= event.ts_us <= due_us for event in of(own, *RELIEF))
        relieved |= end is not None and end.ts_us <= due_us
        if not relieved and route.clock_us > due_us:
            found.append(due_us)
    return found


def breach(route: Route, event: Event, own: Events) -> bool:
    """Say whether one event did what nobody permitted."""
    if event.event == "action.denied":
        return not ours(route, event)
    if event.event == "action.taken":
        return event.scope == "out" or out_of_bounds(route, event) or unapproved(route, event, own)
    if event.event == "run.started":
        return bool(binding(route, DirectiveKind.PAUSE, event))
    if event.event == "change.deployed":
        freezes = binding(route, DirectiveKind.FREEZE, event)
        return any(event.change in freeze.changes for freeze in freezes)
    return False


def ours(route: Route, denial: Event) -> bool:
    """Say whether a denial names a directive that stood, or that agents had not yet seen lifted."""
    for order in route.directives:
        tag = f"[burnline:{order.id}]"
        if denial.directive == order.id or tag in denial.reason or tag in denial.rule:
            unlifted = order.lifted_us is None
            grace_us = (order.lifted_us or 0) + route.measured.receipt_within_us
            if order.issued_us <= denial.ts_us and (unlifted or denial.ts_us < grace_us):
                return True
    return False


def out_of_bounds(route: Route, action: Event) -> bool:
    """Say whether an action was taken under a hard pause, or outside a reduction."""
    stopped = any(not pause.drain for pause in binding(route, DirectiveKind.PAUSE, action))
    reductions = binding(route, DirectiveKind.REDUCE, action)
    return stopped or any(cut.actions and action.action not in cut.actions for cut in reductions)


def unapproved(route: Route, action: Event, own: Events) -> bool:
    """Say whether an action that needs approval has none."""
    orders = binding(route, DirectiveKind.TIGHTEN, action)
    demanded = any(action.action in order.actions for order in orders)
    if not demanded and action.action not in route.measured.approval_required:
        return False
    for approval in of(own, "approval.granted"):
        in_time = approval.action == action.action and approval.ts_us <= action.ts_us
        if in_time or (action.grant and approval.grant == action.grant):
            return False
    return True


def unrecovered(route: Route, family: Events, found: Misses) -> list[int]:
    """Return the recovery deadline after the first miss of a root and its children, if it passed.

    Whoever of the family logs the recovery, it counts.
    """
    within_us = route.measured.recover_within_us
    first_us = min(found.values(), default=None)
    if within_us is None or first_us is None:
        return []
    due_us = first_us + within_us
    recovered = any(event.ts_us <= due_us for event in of(family, "recovery.succeeded"))
    return [due_us] if route.clock_us > due_us and not recovered else []
