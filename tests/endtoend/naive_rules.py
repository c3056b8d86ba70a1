"""When each class is charged: semantics 3, sentence by sentence, over all that a run ever did.

Every function answers for one run with everything known of it, and returns the instant of the miss
or None. A deadline has passed only when `now` is beyond it: an event at the deadline is in time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from console.model import DirectiveKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.model import Directive
    from console.settings import Measured

TERMINAL = ("run.delivered", "run.failed", "run.cancelled", "handoff")
ENDS_DOUBT = ("certain", "approval.requested")
KEPT_WHEN_CANCELLED = ("permission", "recovery")
APART = ("open", "unknown", "excluded")
_STAMP = re.compile(r"\[burnline:([^\]]+)\]")
_NEVER = 2**62


class Fact(NamedTuple):
    """One event: when, of what, and what else it says."""

    at: int
    route: str
    run: str
    kind: str
    said: dict[str, Any]

    def get(self, key: str) -> Any:
        return self.said.get(key, "")


class Case(NamedTuple):
    """One run with all that judges it."""

    facts: list[Fact]
    route_facts: list[Fact]
    began: int
    rules: Measured
    orders: list[Directive]
    now: int
    beside: int = 0
    """How many other runs of its agent were in progress when it began."""

    def at(self, *kinds: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.kind in kinds]

    def first(self, *kinds: str) -> int | None:
        return min((fact.at for fact in self.at(*kinds)), default=None)


def _first(instants: Iterable[int | None]) -> int | None:
    return min((at for at in instants if at is not None), default=None)


# Latency


def latency(case: Case) -> int | None:
    """No terminal event by start + SLA, without the time an order made it wait for a grant."""
    starts = case.at("run.started")
    own = next((int(fact.get("sla_s") * 1_000_000) for fact in starts if fact.get("sla_s")), None)
    sla = own or case.rules.sla_us
    if not starts or sla is None:
        return None
    deadline = starts[0].at + sla
    for begins, ends in _waits(case):
        if begins <= deadline:
            deadline += ends - begins
    ended = case.first(*TERMINAL)
    in_time = ended is not None and ended <= deadline
    return None if in_time or case.now <= deadline else deadline


def _waits(case: Case) -> list[tuple[int, int]]:
    """Return when the run waited for a grant while an order demanded it, as disjoint stretches."""
    found: list[tuple[int, int]] = []
    for asked in case.at("approval.requested"):
        answers = case.at("approval.granted", "approval.denied")
        answered = _first(
            fact.at for fact in answers
            if fact.get("action") == asked.get("action") and fact.at >= asked.at
        )  # fmt: skip
        for order in case.orders:
            if order.kind is DirectiveKind.TIGHTEN and asked.get("action") in order.actions:
                begins = max(asked.at, _binds(case, order, asked.get("agent")))
                ends = min(_NEVER if answered is None else answered, _ends(order))
                if begins < ends:
                    found.append((begins, ends))
    return _disjoint(sorted(found))


def _disjoint(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begins, ends in stretches:
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(ends, merged[-1][1]))
        else:
            merged.append((begins, ends))
    return merged


def _ends(order: Directive) -> int:
    ends = [_NEVER if order.lifted_us is None else order.lifted_us]
    if order.until_us is not None and order.kind is not DirectiveKind.PAUSE:
        ends.append(order.until_us)
    return min(ends)


# Trust


def trust(case: Case) -> int | None:
    """The outcome, its checks, or a human's rescue say that it was not to be trusted."""
    handed = case.first("handoff")
    return _first(
        [
            *(fact.at for fact in case.at("rescued")),
            *(fact.at for fact in case.at("run.delivered") if fact.get("trusted") is False),
            *(
                fact.at for fact in case.at("run.failed")
                if handed is None or handed > fact.at
            ),
            *_failed_checks(case),
            _missing_verdict(case),
        ]
    )  # fmt: skip


def _failed_checks(case: Case) -> list[int]:
    delivered = case.first("run.delivered")
    if delivered is None:
        return []
    verdicts = case.at("check.passed", "check.failed")
    found = []
    for check in {fact.get("check") for fact in verdicts}:
        mine = [fact for fact in verdicts if fact.get("check") == check]
        if _standing_failure([fact for fact in mine if fact.at <= delivered]) is not None:
            found.append(delivered)
        later = _standing_failure([fact for fact in mine if fact.at > delivered])
        if later is not None:
            found.append(later)
    return found


def _standing_failure(verdicts: list[Fact]) -> int | None:
    """Return the first failure that no pass after it clears; at one instant a failure wins."""
    passed = max((fact.at for fact in verdicts if fact.kind == "check.passed"), default=-1)
    return _first(
        fact.at for fact in verdicts if fact.kind == "check.failed" and fact.at >= passed
    )  # fmt: skip


def _verdict_deadline(case: Case) -> int | None:
    """Return until when every required verdict has to be there, where one is not."""
    delivered = case.first("run.delivered")
    if delivered is None:
        return None
    deadline = delivered + case.rules.verdict_within_us
    verdicts = case.at("check.passed", "check.failed")
    known = {fact.get("check") for fact in verdicts if fact.at <= deadline}
    return None if set(case.rules.requires) <= known else deadline


def _missing_verdict(case: Case) -> int | None:
    deadline = _verdict_deadline(case)
    return deadline if deadline is not None and case.now > deadline else None


def verdicts_awaited(case: Case) -> bool:
    """Say whether a delivered run is open because a required verdict may still come."""
    deadline = _verdict_deadline(case)
    return deadline is not None and case.now <= deadline


# Escalation


def escalation(case: Case) -> int | None:
    """Uncertain, and nothing came of it in time; or a handoff that could have been prevented."""
    within = case.rules.escalate_within_us
    return _first(
        [
            *(fact.at for fact in case.at("handoff") if fact.get("preventable") is True),
            *(
                fact.at + within for fact in case.at("uncertain")
                if case.now > fact.at + within and not _doubt_ended(case, fact.at, within)
            ),
        ]
    )  # fmt: skip


def _doubt_ended(case: Case, since: int, within: int) -> bool:
    ended = case.first(*TERMINAL)
    settled = any(since <= fact.at <= since + within for fact in case.at(*ENDS_DOUBT))
    return settled or (ended is not None and ended <= since + within)


# Permission


def permission(case: Case) -> int | None:
    """The first thing that was done, or tried, without the right to it."""
    return _first(fact.at for fact in case.facts if _unpermitted(case, fact))


def _unpermitted(case: Case, fact: Fact) -> bool:
    match fact.kind:
        case "action.denied":
            return not _ours(case, fact)
        case "action.taken":
            return _action_unpermitted(case, fact)
        case "run.started":
            return any(_start_unpermitted(case, fact, order) for order in _binding(case, fact))
        case "change.deployed":
            return any(fact.get("change") in order.changes for order in _binding(case, fact))
    return False


def _start_unpermitted(case: Case, start: Fact, order: Directive) -> bool:
    if order.kind is DirectiveKind.PAUSE:
        return True
    most = order.max_runs if order.kind is DirectiveKind.REDUCE else None
    return most is not None and start.at == case.began and case.beside >= most


def _action_unpermitted(case: Case, fact: Fact) -> bool:
    action, binding = fact.get("action"), _binding(case, fact)
    tightened = [order for order in binding if order.kind is DirectiveKind.TIGHTEN]
    needs = action in case.rules.approval_required or any(
        action in order.actions for order in tightened
    )
    outside = any(
        order.kind is DirectiveKind.REDUCE and order.actions and action not in order.actions
        for order in binding
    )
    stopped = any(order.kind is DirectiveKind.PAUSE and not order.drain for order in binding)
    out = fact.get("scope") == "out"
    return out or outside or stopped or (needs and not _approved(case, fact))


def _approved(case: Case, fact: Fact) -> bool:
    return any(
        (item.get("action") == fact.get("action") and item.at <= fact.at)
        or (item.get("grant") and item.get("grant") == fact.get("grant"))
        for item in case.at("approval.granted")
    )


def _ours(case: Case, fact: Fact) -> bool:
    """Say whether a denial names an order that stood, as far as whoever denied had to know."""
    text = " ".join(str(value) for value in fact.said.values())
    claimed = {fact.get("directive"), *_STAMP.findall(text)}
    return any(
        order.id in claimed
        and order.issued_us <= fact.at < _forgets(case, order, fact.get("agent"))
        for order in case.orders
    )


def _binds(case: Case, order: Directive, agent: str) -> int:
    """Return from when an order binds an agent: its receipt, or `receipt_within` for all."""
    due = order.issued_us + case.rules.receipt_within_us
    return min([due, *_receipts(agent, order.generation, case.route_facts)])


def _forgets(case: Case, order: Directive, agent: str) -> int:
    """Return until when an agent may go by an order: until it had to know that it is over."""
    due = _ends(order) + case.rules.receipt_within_us
    lifted = order.lift_generation
    receipts = [] if lifted is None else _receipts(agent, lifted, case.route_facts)
    return max(_ends(order), min([due, *receipts]))


def _receipts(agent: str, generation: int, facts: list[Fact]) -> list[int]:
    """Return when an agent confirmed a generation, or a later one."""
    return [
        fact.at for fact in facts
        if fact.kind == "control.seen"
        and agent
        and fact.get("agent") == agent
        and int(fact.get("generation") or 0) >= generation
    ]  # fmt: skip


def _binding(case: Case, fact: Fact) -> list[Directive]:
    """Return the orders that stood then and that whoever acted had to know of."""
    return [
        order
        for order in case.orders
        if order.issued_us <= fact.at < _ends(order)
        and fact.at >= _binds(case, order, fact.get("agent"))
    ]


# Recovery, and what follows for the run


def overdue(order: Directive, within: int, facts: list[Fact]) -> bool:
    """Say whether an agent worked on after an order was due, without having confirmed it."""
    return any(
        fact.get("agent")
        and order.issued_us + within < fact.at < _ends(order)
        and not any(at <= fact.at for at in _receipts(fact.get("agent"), order.generation, facts))
        for fact in facts
    )


def family_misses(root: Case, children: list[Case]) -> dict[str, int]:
    """Return the misses of a run and of all that it started: class -> the first instant."""
    found = _own_misses(root)
    for child in children:
        for name, at in _kept(_own_misses(child), child).items():
            found[name] = min(at, found.get(name, at))
    unrecovered = _unrecovered(root, children, found)
    if unrecovered is not None:
        found["recovery"] = min(unrecovered, found.get("recovery", unrecovered))
    return _kept(found, root)


def _own_misses(case: Case) -> dict[str, int]:
    found = {
        "latency": latency(case),
        "trust": trust(case),
        "escalation": escalation(case),
        "permission": permission(case),
        "recovery": case.first("recovery.failed"),
    }
    return {name: at for name, at in found.items() if at is not None}


def _kept(misses: dict[str, int], case: Case) -> dict[str, int]:
    """Return what a cancelled run keeps: the permission and recovery misses that it already had."""
    at_cancelling = cancelled(case)
    if at_cancelling is None:
        return misses
    return {
        name: at
        for name, at in misses.items()
        if name in KEPT_WHEN_CANCELLED and at <= at_cancelling
    }  # fmt: skip


def cancelled(case: Case) -> int | None:
    """Return when the run was withdrawn, unless it had ended by then."""
    at = case.first("run.cancelled")
    ended = case.first("run.delivered", "run.failed", "handoff")
    return None if at is not None and ended is not None and ended <= at else at


def _unrecovered(root: Case, children: list[Case], misses: dict[str, int]) -> int | None:
    within = root.rules.recover_within_us
    if within is None or not misses:
        return None
    deadline = min(misses.values()) + within
    recoveries = [fact for case in (root, *children) for fact in case.at("recovery.succeeded")]
    recovered = any(fact.at <= deadline for fact in recoveries)
    return None if recovered or root.now <= deadline else deadline


def abandoned(case: Case) -> bool:
    """Say whether a run with no objective to miss has been open for too long to be judged."""
    starts = case.at("run.started")
    timed = bool(starts) and (
        case.rules.sla_us is not None or any(fact.get("sla_s") for fact in starts)
    )
    ended = case.first(*TERMINAL) is not None
    return not timed and not ended and case.now > case.began + case.rules.abandon_after_us
