"""Runs that begin and end within what was read: judged at once, and written once.

Most runs are like that while a collector catches up, and most end well. What is decided here is
decided in few steps, and only where `runs.evaluate` would say the same, for all time to come as far
as nothing more is read: the run ended well, and no deadline of it is left. Whatever is not as plain
(a failure, a doubt without an answer, an end that is late or missing) is left to `runs.evaluate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.ledger import effort
from console.ledger.approvals import ASKED
from console.ledger.facts import DELIVERED, HANDOFF, STARTED, packed
from console.ledger.parts import spending
from console.model import MINUTE_US, SECOND_US, USAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.ledger.effort import Effort, Spending
    from console.ledger.parts import Part
    from console.model import Piece
    from console.settings import Measured

_ANSWERS = frozenset({"certain", ASKED, DELIVERED, HANDOFF})
_HARMLESS = frozenset(
    {"approval.granted", "approval.denied", "recovery.started", "recovery.succeeded", USAGE}
)
_ENDS = frozenset({DELIVERED, HANDOFF})


class Whole(msgspec.Struct, gc=False):
    """A run that ended well, as it is stored.

    Its events, where it is counted, its span, its agent, and what it took of people's time and of
    models.
    """

    route: str
    run: str
    facts: bytes
    minute: int
    handoff: bool
    first_us: int
    last_us: int
    agent: str
    efforts: Sequence[Effort]
    spending: Spending | None = None


class End(msgspec.Struct, gc=False):
    """How a run ended well: when first, and whether by a handoff too."""

    at_us: int
    handoff: bool


def ended_well(pieces: list[Piece], measured: Measured) -> End | None:  # noqa: C901, PLR0912 - one pass
    """Return how a run ended if it ended well and nothing of it is left open; None otherwise.

    Args:
        pieces: all events of the run, by time, no two of one instant; no order stands on the route.
        measured: what is measured on the route for this run.
    """
    started_us = doubted_us = ended_us = None
    own_sla = timed = handoff = delivered = False
    sla_us, required, failing = measured.sla_us, measured.requires, set[str]()
    for at_us, told, _ in pieces:
        kind = told.event
        if kind == "action.taken":
            if told.scope == "out" or told.action in measured.approval_required:
                return None
        elif kind == "check.passed":
            failing.discard(told.check)
            if required and ended_us is None:
                required = tuple(check for check in required if check != told.check)
        elif kind in _ANSWERS:
            if doubted_us is not None and at_us > doubted_us + measured.escalate_within_us:
                return None
            doubted_us = None
            if kind == ASKED and ended_us is not None:
                return None
            if kind in _ENDS:
                if told.trusted is False or told.preventable:
                    return None
                if kind == DELIVERED:
                    if required or (failing and not delivered):
                        return None
                    delivered = True
                timed = timed or told.elapsed_s is not None
                handoff = handoff or kind == HANDOFF
                if ended_us is None:
                    ended_us = at_us
        elif kind == STARTED:
            if started_us is None:
                started_us = at_us
            if told.sla_s is not None and not own_sla:
                sla_us, own_sla = round(told.sla_s * SECOND_US), True
        elif kind == "uncertain":
            if doubted_us is None:
                doubted_us = at_us
        elif kind == "check.failed":
            if delivered:
                return None
            failing.add(told.check)
        elif kind not in _HARMLESS:
            return None
    if ended_us is None or doubted_us is not None:
        return None
    due_us = None if started_us is None or sla_us is None else started_us + sla_us
    if due_us is not None and (timed or ended_us > due_us):
        return None
    return End(ended_us, handoff)


def ended_usually(part: Part, measured: Measured) -> End | None:
    """Return what `ended_well` does of the events of a part; None also where it has to be asked.

    Args:
        part: all that is known of the run; no order stands on the route.
        measured: what is measured on the route for this run.
    """
    usual = part.usual
    if (
        usual is None
        or usual.doubt_us > measured.escalate_within_us
        or (measured.requires and not usual.checks.issuperset(measured.requires))
        or (usual.actions and not usual.actions.isdisjoint(measured.approval_required))
    ):
        return None
    ended_us, sla_us = part.instants[-1], measured.sla_us
    if usual.sla_s is not None:
        sla_us = round(usual.sla_s * SECOND_US)
    if sla_us is not None and (usual.timed or ended_us > part.instants[0] + sla_us):
        return None
    return End(ended_us, usual.handoff)


def usually(route: str, run: str, part: Part, end: End) -> Whole:
    """Return a run that ended as most do as it is stored: what `whole` does of its events."""
    usual, instants = part.usual, part.instants
    efforts, spent = ((), None) if usual is None else (usual.efforts, usual.spending)
    return Whole(
        route, run, part.facts, end.at_us // MINUTE_US, end.handoff, instants[0], instants[-1],
        part.agent or "", efforts, spent,
    )  # fmt: skip


def whole(route: str, run: str, pieces: list[Piece], end: End) -> Whole:
    """Return a run that ended well as it is stored."""
    told, places = [piece[1] for piece in pieces], [piece[2] for piece in pieces]
    took: Sequence[Effort] = ()
    if not effort.TELLING.isdisjoint([item.event for item in told]):
        took = effort.told([piece[:2] for piece in pieces], None)
    facts = packed(told, places)
    return Whole(
        route, run, facts, end.at_us // MINUTE_US, end.handoff, pieces[0][0], pieces[-1][0],
        _agent(pieces), took, spending(facts, [piece[:2] for piece in pieces]),
    )  # fmt: skip


def began_us(pieces: list[Piece]) -> int:
    """Return when a run started, as `Facts.began_us` says it; its events are by time."""
    first = next((piece[0] for piece in pieces if piece[1].event != USAGE), pieces[0][0])
    return next((piece[0] for piece in pieces if piece[1].event == STARTED), first)


def _agent(pieces: list[Piece]) -> str:
    """Return the agent that a run belongs to, as `effort.agent_of` says it."""
    first = ""
    for piece in pieces:
        told = piece[1]
        if told.agent and told.event == STARTED:
            return told.agent
        first = first or told.agent
    return first
