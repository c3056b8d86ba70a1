"""Snapshots as the JSON documents of the command line: exact fractions as text, rates rounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.burn.rules import decimal
from console.intake.times import rfc3339
from console.model import CLASSES, Counts

if TYPE_CHECKING:
    from fractions import Fraction

    from console.snapshot.particulars import Burn, RuleView
    from console.snapshot.types import (
        AlertView,
        ApprovalView,
        ChannelView,
        ConditionView,
        DirectiveView,
        MissView,
        RouteView,
        SilenceView,
        Snapshot,
        StepView,
        StoreView,
    )


def status(snapshot: Snapshot, route: str | None, window: str | None) -> dict[str, Any]:
    """Return the document of `status --json`, of one route or of all.

    With window `all`, counts and remaining budget are those of everything that is kept.
    """
    views = [view for view in snapshot.routes if route in {None, view.route}]
    return {
        "as_of": rfc3339(snapshot.as_of_us),
        "settings": snapshot.settings_path or None,
        "store": {**_store(snapshot.store), "unknown_events": _unknown(snapshot)},
        "alerts": [alert(item) for item in snapshot.alerts],
        "approvals": [approval(item) for item in snapshot.approvals],
        "routes": [_route(view, window) for view in views],
    }


def approval(view: ApprovalView) -> dict[str, Any]:
    """Return an action that waits for a grant as a document."""
    return {
        "route": view.route,
        "run": view.run,
        "action": view.action,
        "since": rfc3339(view.at_us),
        "directive": view.directive or None,
        "agent": view.agent or None,
    }


def _store(store: StoreView) -> dict[str, Any]:
    return {
        "path": store.path,
        "control": store.control_path,
        "events": store.events,
        "rejected": store.rejected,
        "future": store.future,
        "lag_s": store.lag_s,
        "collector": store.collector,
        "catching_up": store.catching_up,
        "generation": store.generation,
        "tampering": store.tampered or None,
        "troubles": list(store.troubles),
        "notifications": {
            "waiting": sum(channel.waiting for channel in store.channels),
            "dead": sum(channel.dead for channel in store.channels),
            "channels": [_channel(channel) for channel in store.channels],
        },
    }


def _channel(view: ChannelView) -> dict[str, Any]:
    return {
        "channel": view.label,
        "removed": view.removed,
        "waiting": view.waiting,
        "failing": view.failing,
        "dead": view.dead,
        "dropped": view.dropped,
        "withheld": view.withheld,
        "note": view.note or None,
    }


def _unknown(snapshot: Snapshot) -> list[dict[str, Any]]:
    return [
        {"file": source.path, "event": view.event, "lines": view.lines, "meant": view.meant or None}
        for source in snapshot.sources
        for view in source.unknown
    ]


def _route(view: RouteView, window: str | None) -> dict[str, Any]:
    return {
        "route": view.route,
        "tier": view.tier,
        "owner": view.owner,
        "ready": view.ready,
        "state": view.state.value,
        "health": view.health,
        "budget_ppm": view.budget_ppm,
        "window": "all" if window == "all" else view.window.text,
        "total": view.counts.total,
        "bad": view.counts.bad,
        "experienced": {"total": view.experienced.total, "bad": view.experienced.bad},
        "open": view.open,
        "unknown": view.unknown,
        "excluded": view.excluded,
        "handoffs": view.handoffs,
        "rescues": view.rescues,
        "lost_lines": view.lost_lines,
        "remaining": _fraction(view.remaining),
        "remaining_runs": view.remaining_runs,
        "exhausts_at": _instant(view.exhausts_us),
        "exhausts_between": _between(view.exhausts_between_us),
        "outlook": view.outlook,
        "data": view.data,
        "unread": view.unread,
        "last_event": _instant(view.last_event_us),
        "classes": classes(view.counts),
        "burn": {burn.label: _burn(burn) for burn in view.burn},
        "rules": [_rule(rule) for rule in view.rules],
        "alerts": [alert(item) for item in view.alerts],
        "directives": [_directive(item) for item in view.directives],
        "proposals": [_proposal(item) for item in view.proposals],
        "ladder": [_step(item) for item in view.steps],
        "settings_held": view.loosened or None,
    }


def classes(counts: Counts) -> dict[str, int]:
    """Return the runs that missed, by class."""
    return {error_class.value: counts.of(error_class) for error_class in CLASSES}


def _burn(burn: Burn) -> dict[str, Any]:
    rate = None if burn.burn is None else decimal(burn.burn)
    return {"total": burn.counts.total, "bad": burn.counts.bad, "rate": rate}


def _rule(view: RuleView) -> dict[str, Any]:
    return {
        "severity": view.rule.severity.value,
        "long": view.long_label,
        "short": view.short_label,
        "k": str(view.rule.k),
        "lowered": view.rule.lowered,
        "basis": view.basis,
        "state": view.state,
        "why": view.words,
    }


def alert(view: AlertView) -> dict[str, Any]:
    """Return one alert."""
    return {
        "id": view.id,
        "route": view.route,
        "severity": view.severity,
        "kind": view.kind,
        "kinds": list(view.kinds),
        "state": view.state,
        "opened": rfc3339(view.opened_us),
        "resolved": _instant(view.resolved_us),
        "words": view.words,
        "rules": list(view.rules),
        "runs": list(view.runs),
        "acknowledged_by": view.acknowledged_by or None,
        "note": view.note or None,
        "silence": view.silence or None,
        "inhibited_by": view.inhibited_by or None,
        "dry_run": view.dry_run,
        "conditions": [_condition(item) for item in view.conditions],
    }


def _condition(view: ConditionView) -> dict[str, Any]:
    return {
        "kind": view.kind,
        "title": view.title,
        "since": rfc3339(view.since_us),
        "over": _instant(view.over_us),
        "words": view.words,
        "rules": list(view.rules),
        "runs": list(view.runs),
    }


def silence(view: SilenceView) -> dict[str, Any]:
    """Return one silence."""
    return {
        "id": view.id,
        "match": view.match,
        "reason": view.reason,
        "by": view.by,
        "from": rfc3339(view.from_us),
        "until": rfc3339(view.until_us),
        "stands": view.stands,
        "ended_by": view.ended_by or None,
    }


def _directive(view: DirectiveView) -> dict[str, Any]:
    order = view.directive
    return {
        "id": order.id,
        "kind": order.kind.value,
        "stage": view.stage,
        "since": rfc3339(order.issued_us),
        "until": _instant(order.until_us),
        "by": order.by,
        "reason": order.reason,
        "alert": order.alert or None,
        "ladder": order.ladder,
        "generation": order.generation,
        "changes": list(order.changes),
        "actions": list(order.actions),
        "max_runs": order.max_runs,
        "drain": order.drain,
        "seen_by": list(view.seen_by),
        "not_seen": list(view.not_seen),
        "overdue": list(view.overdue),
        "silent": [
            {"agent": who, "since": rfc3339(at_us)} for who, at_us in (*view.awaited, *view.ended)
        ],
        "gone": [who for who, _ in view.ended],
        "exit": {
            "remaining": str(view.exit_remaining),
            "trusted_in_a_row": list(view.exit_trusted),
            "met": view.exit_met,
            "probation_ends_at": _instant(view.probation_ends_us),
        },
    }


def _proposal(view: StepView) -> dict[str, Any]:
    return {
        "id": view.proposal,
        "kind": view.kind,
        "step": view.step,
        "since": _instant(view.since_us),
        "reason": view.words,
        "alert": view.alert or None,
        "changes": list(view.changes),
        "actions": list(view.actions),
        "max_runs": view.max_runs,
    }


def _step(view: StepView) -> dict[str, Any]:
    return {
        "step": view.step,
        "kind": view.kind,
        "mode": view.mode,
        "state": view.state,
        "since": _instant(view.since_us),
        "directive": view.directive or None,
        "note": view.note or None,
    }


def misses(views: tuple[MissView, ...]) -> dict[str, Any]:
    """Return the document of `misses --json`."""
    return {
        "misses": [
            {
                "route": view.route,
                "run": view.run,
                "class": view.error_class,
                "at": rfc3339(view.at_us),
                "rule": view.rule,
                "events": list(view.events),
                "evidence": [
                    {
                        "file": item.file,
                        "offset": item.offset,
                        "line": item.line,
                        "line_number": item.line_number,
                        **({"expired": True} if item.expired else {}),
                    }
                    for item in view.evidence
                ],
                "correction": view.correction or None,
            }
            for view in views
        ]
    }


def _fraction(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _between(span_us: tuple[int, int | None] | None) -> list[str | None] | None:
    """Return the earliest and the latest instant; None for a later end that never comes."""
    return None if span_us is None else [_instant(at_us) for at_us in span_us]


def _instant(at_us: int | None) -> str | None:
    return None if at_us is None else rfc3339(at_us)
