"""A run's timeline, an audit, requests and an incident with all that happened in it, by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec

from console.model import HOUR_US, MINUTE_US, SECOND_US, Counts, DirectiveKind, RouteState
from console.snapshot.particulars import (
    AuditView,
    DeliveryView,
    MarkView,
    MomentView,
    TrailView,
)
from console.snapshot.types import AccountView, ApprovalView, SilenceView

from .samples import NOW, alert, fleet, order, route, store

if TYPE_CHECKING:
    from console.model import Directive
    from console.snapshot.types import Snapshot

REFUNDS = "/var/log/agents/refunds.jsonl"


def moment(event: str, before_us: int, words: str = "", **changes: Any) -> MomentView:
    """Return an event of run r-118, so long before now."""
    plain = MomentView(
        at_us=NOW - before_us,
        run="r-118",
        event=event,
        words=words,
        agent="worker-2",
        file=REFUNDS,
        line_number=1_900,
        offset=418_000,
    )
    return msgspec.structs.replace(plain, **changes)


def moments() -> tuple[MomentView, ...]:
    """Return what run r-118 logged, with a run that it started."""
    return (
        moment("run.started", 20 * MINUTE_US, "sla_s=600"),
        moment("uncertain", 17 * MINUTE_US, "confidence=0.41, reason=two sources disagree"),
        moment("action.taken", 16 * MINUTE_US, "action=refund.read", run="r-118-look"),
        moment("run.delivered", MINUTE_US, "trusted=no", line_number=1_931),
    )


def act(seq: int, **changes: Any) -> AuditView:
    """Return a row of an audit; `changes` replace any field."""
    plain = AuditView(
        seq=seq,
        at_us=NOW - (20 - seq) * MINUTE_US,
        actor="dana",
        verb="pause",
        route="refunds",
        detail="id D17, reason refunds sent twice since 13:40",
        hash=f"{seq:02}9f86d081884c7d659a2feaa0c55ad015a3bf4f",
    )
    return msgspec.structs.replace(plain, **changes)


def acts(**changes: Any) -> TrailView:
    """Return a whole audit of three rows, the newest first."""
    plain = TrailView(
        rows=(
            act(17),
            act(16, verb="acknowledge", detail="alert A7, note looking"),
            act(1, actor="kim", verb="init", route="", detail="generation 1"),
        ),
        total=3,
        whole=True,
        words="3 rows, each follows from the one before; head 17:179f86d08188",
    )
    return msgspec.structs.replace(plain, **changes)


def approval(**changes: Any) -> ApprovalView:
    """Return a run that waits for a grant that an order demands; `changes` replace any field."""
    plain = ApprovalView(
        route="refunds",
        run="r-140",
        action="refund.send",
        agent="worker-2",
        at_us=NOW - 4 * MINUTE_US,
        directive="D17",
    )
    return msgspec.structs.replace(plain, **changes)


def marks() -> tuple[MarkView, ...]:
    """Return one mark of every kind, over the last ten days."""
    return (
        MarkView(
            at_us=NOW - 230 * HOUR_US,
            kind="correction",
            words="C1 outage, not charged: the bank was down",
            until_us=NOW - 180 * HOUR_US,
        ),
        MarkView(at_us=NOW - 66 * HOUR_US, kind="change", words="model 4.2 deployed by ci"),
        MarkView(at_us=NOW - 40 * HOUR_US, kind="lift", words="D16 lifted by dana: fixed"),
        MarkView(at_us=NOW - 4 * MINUTE_US, kind="alert", words="page A7: burn 20.7"),
        MarkView(at_us=NOW, kind="order", words="paused by dana: refunds sent twice"),
    )


def lifted() -> Directive:
    """Return a freeze that was lifted this morning."""
    given = order("refunds", DirectiveKind.FREEZE).directive
    return msgspec.structs.replace(
        given,
        id="D12",
        generation=12,
        changes=("prompt", "model"),
        issued_us=NOW - 26 * HOUR_US,
        lifted_us=NOW - 5 * HOUR_US,
        lifted_by="kim",
        lift_reason="the prompt is rolled back",
    )


def incident() -> Snapshot:
    """Return the fleet in the midst of an incident: orders, requests, notices, a silence, marks."""
    heard_us = NOW - 3 * MINUTE_US
    heard = DeliveryView(
        channel="slack #3fa2", what="opened", state="sent", attempts=1, at_us=heard_us
    )
    deaf = msgspec.structs.replace(
        heard, channel="webhook 9c1e", state="waiting", attempts=3, at_us=None, note="timed out"
    )
    told = (heard, deaf)
    page = alert("refunds", words="29 of 140 runs missed over 1h: burn 20.7", told=told)
    quiet = alert("claims-intake", severity="ticket", state="silenced", silence="S1", kind="left")
    paused = route(
        "refunds",
        "page",
        state=RouteState.PAUSED,
        directives=(order("refunds"),),
        alerts=(page,),
        marks=marks(),
        experienced=Counts(1_400, 15, 2, 12, 1),
        lived=AccountView(
            counts=Counts(1_400, 15, 2, 12, 1),
            remaining=Fraction(-1, 14),
            remaining_runs=-1,
            outlook="spent",
            exhausts_us=None,
        ),
        over=(lifted(),),
    )
    frozen = route(
        "claims-intake",
        "spent",
        tier="medium",
        state=RouteState.FROZEN,
        alerts=(quiet,),
        directives=(
            order(
                "claims-intake",
                DirectiveKind.FREEZE,
                seen_by=("worker-1", "worker-2"),
                not_seen=(),
                overdue=(),
                stage="enforced",
                seen_after_us=400_000,
            ),
        ),
    )
    stop = msgspec.structs.replace(
        alert("wire-transfers", kind="hard_stop", rules=("permission: one miss is enough",)),
        words="wire.send was taken without a grant",
    )
    calm = {"refunds": paused, "claims-intake": frozen}
    usual = [
        calm.get(view.route, view)
        if view.route != "wire-transfers"
        else msgspec.structs.replace(view, alerts=(stop,))
        for view in fleet().routes
    ]
    silence = SilenceView(
        id="S1",
        match="route=claims-intake severity=ticket",
        reason="known: the scanner is being replaced",
        by="kim",
        from_us=NOW - HOUR_US,
        until_us=NOW + 3 * HOUR_US,
        stands=True,
    )
    return msgspec.structs.replace(
        fleet(),
        routes=tuple(usual),
        store=store(audit_head="17:179f86d08188"),
        silences=(silence,),
        approvals=(
            approval(),
            approval(run="r-143", action="refund.cancel", at_us=NOW - 40 * SECOND_US, directive=""),
        ),
    )
