"""What a run cost beside its budget: time that people and waiting took, read from its own events.

Four kinds: `rescue` (what the rescuer said), `approval` (from the request to its answer, or to the
run's end), `delay` (how much later than its deadline the outcome came; no native event tells of a
queue, so that this is all the waiting that can be known) and `recovery` (from its start to its
end). An effort that has not ended yet is none: it is written when its end is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from console.ledger.approvals import ASKED
from console.ledger.facts import CHANGE, STARTED, TERMINAL
from console.model import MINUTE_US, Event, Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.ledger.facts import Facts

Timed: TypeAlias = tuple[int, Event | Told]
"""An event with its instant."""
_Amount: TypeAlias = tuple[int | None, int | None]
"""Millionths of a dollar, and tokens."""

RESCUE, APPROVAL, DELAY, RECOVERY = KINDS = ("rescue", "approval", "delay", "recovery")
_MOST = 2**62
"""The store holds no larger number, whatever an agent claims."""
_ANSWERS = frozenset({"approval.granted", "approval.denied"})
_BEGUN = "recovery.started"
_RECOVERIES = frozenset({_BEGUN, "recovery.succeeded", "recovery.failed"})
TELLING = frozenset({"rescued", ASKED, _BEGUN})
"""The kinds of event without which a run that was not late took nothing."""


class Effort(NamedTuple):
    """One stretch of time: its kind, the instant at which it ended, its length, and whose it was.

    `length_us` is 0 for a rescue whose minutes nobody said.
    """

    kind: str
    at_us: int
    length_us: int
    who: str


def efforts(facts: Facts, late_us: int | None) -> list[Effort]:
    """Return what a run's own events say it took; `late_us` is the deadline that it missed."""
    if late_us is None and TELLING.isdisjoint(event.event for event in facts.events):
        return []
    return told(
        [(mark.event.ts_us, mark.event) for mark in facts.ordered()],
        late_us,
    )


def told(events: Sequence[Timed], late_us: int | None) -> list[Effort]:
    """Return what a run took, of all its events in the ledger's order, each with its instant."""
    rescues, ends, asked, answers, recoveries = [], [], [], [], []
    for at_us, event in events:
        kind = event.event
        if kind in _ANSWERS:
            answers.append((at_us, event.by, event.action))
        elif kind == ASKED:
            asked.append((at_us, event.action))
        elif kind in _RECOVERIES:
            recoveries.append((at_us, event))
        elif kind in TERMINAL:
            ends.append(at_us)
        elif kind == "rescued":
            length_us = round((event.minutes or 0) * MINUTE_US)
            rescues.append(Effort(RESCUE, at_us, length_us, event.by))
    if late_us is not None and ends and ends[0] > late_us:
        delays = [Effort(DELAY, ends[0], ends[0] - late_us, "")]
    else:
        delays = []
    return [*rescues, *_approvals(asked, answers, ends), *_recoveries(recoveries), *delays]


def _approvals(
    asked: list[tuple[int, str]], answered: list[tuple[int, str, str]], ends: list[int]
) -> list[Effort]:
    """Pair each request with the first answer to it, or with the end of the run."""
    found = []
    for asked_us, wanted in asked:
        answers = [
            (at_us, who)
            for at_us, who, action in answered
            if at_us >= asked_us and action == wanted
        ]
        answers += [(end_us, "") for end_us in ends if end_us >= asked_us]
        if answers:
            at_us, who = min(answers)
            found.append(Effort(APPROVAL, at_us, at_us - asked_us, who))
    return found


def _recoveries(events: Sequence[Timed]) -> list[Effort]:
    """Pair each start with the first end after it; a second start before that end changes nothing.

    The ledger's order puts a start and an end of one instant as it puts everything.
    """
    found: list[Effort] = []
    since_us: int | None = None
    for at_us, event in events:
        if event.event == _BEGUN:
            since_us = at_us if since_us is None else since_us
        elif since_us is not None:
            found.append(Effort(RECOVERY, at_us, at_us - since_us, event.kind))
            since_us = None
    return found


class Spending(NamedTuple):
    """What models took in a run: when the last of it was told, millionths of a dollar, tokens.

    None of one of the two is what no event says; 0 is what one says.
    """

    at_us: int
    micro_usd: int | None
    tokens: int | None


def spending(facts: Facts) -> Spending | None:
    """Return what a run's own events say that models took, summed up; None where they say none."""
    return spent([(event.ts_us, event) for event in facts.events])


def spent(events: Sequence[Timed]) -> Spending | None:
    """Return what models took, of all distinct events of a run, each with its instant.

    Amounts add up; of the readings of one meter the largest counts.
    """
    telling = [
        timed for timed in events if timed[1].cost_usd is not None or timed[1].tokens is not None
    ]
    if not telling:
        return None
    amounts = [_amount(one) for _, one in telling if not one.meter]
    meters: dict[str, list[_Amount]] = {}
    for _, one in telling:
        if one.meter:
            meters.setdefault(one.meter, []).append(_amount(one))
    for read in meters.values():
        costs, counts = zip(*read, strict=True)
        amounts.append((max(_known(costs), default=None), max(_known(counts), default=None)))
    costs, counts = zip(*amounts, strict=True)
    return Spending(max(at_us for at_us, _ in telling), _added(costs), _added(counts))


def _amount(event: Event | Told) -> _Amount:
    cost_usd = event.cost_usd
    return None if cost_usd is None else round(cost_usd * 1_000_000), event.tokens


def _known(said: Iterable[int | None]) -> list[int]:
    return [one for one in said if one is not None]


def _added(said: Iterable[int | None]) -> int | None:
    known = _known(said)
    return min(_MOST, sum(known)) if known else None


def agent_of(facts: Facts) -> str:
    """Return the agent that a run belongs to: that of its start, else of its first event."""
    named = [event for event in facts.events if event.agent]
    starts = [event for event in named if event.event == STARTED]
    first = min(starts or named, key=lambda event: (event.ts_us, event.agent), default=None)
    return "" if first is None else first.agent


def deployments(facts: Facts) -> list[Event]:
    """Return the changes of the route among a run's events."""
    return [event for event in facts.events if event.event == CHANGE]
