"""Who answered what, and how long it took: alerts, orders, approvals, overrides, and the marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.model import MINUTE_US
from console.review import words
from console.review.types import Answer, Mark
from console.store import alerts, desk, figures, findings
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.burn.windows import Span
    from console.review.incident import Incident
    from console.review.past import Past
    from console.store.connect import Connection
    from console.store.figures import Scope
    from console.store.findings import Act


def answers(connection: Connection, scope: Scope) -> tuple[Answer, ...]:
    """Return the alerts and orders that began in a span, with the seconds to each answer.

    An alert: to its acknowledgement, and to the first order given because of it. An order: to the
    last agent's receipt, and to its lifting. None is an answer that has not come.
    """
    found = [
        Answer(
            id=alert.id,
            words=f"{alert.severity}: {clean(alert.words, 160)}",
            at_us=alert.opened_us,
            took={
                "acknowledge": figures.to_acknowledge(connection, alert.id),
                "act": figures.to_act(connection, alert.id),
            },
        )
        for alert in alerts.read(connection)
        if alert.route == scope.route and _in(scope.span, alert.opened_us)
    ]
    found += [
        Answer(
            id=order.id,
            words=f"{order.kind.value} by {order.by}: {clean(order.reason, 160)}",
            at_us=order.issued_us,
            took={
                "confirm": figures.to_confirm(connection, order.id),
                "lift": figures.to_lift(connection, order.id),
            },
        )
        for order in desk.directives_of(connection, scope.route)
        if _in(scope.span, order.issued_us)
    ]
    return tuple(sorted(found, key=lambda item: (item.at_us, item.id)))


def overrides(connection: Connection, scope: Scope) -> tuple[str, ...]:
    """Return the relaxations of a span that were forced against the exit rule, in words."""
    return tuple(_override(row) for row in findings.forced(connection, scope))


def _override(act: Act) -> str:
    """Return who forced what, when, and why."""
    told = msgspec.json.decode(act.detail)
    what = told.get("id") or told.get("loosened") or ""
    reason = told.get("lift_reason") or told.get("reason") or "no reason"
    return clean(f"{act.verb} {what} by {act.actor} at {words.instant(act.at_us)}: {reason}", 300)


def marks(connection: Connection, past: Past, found: Sequence[Incident]) -> tuple[Mark, ...]:
    """Return what the chart marks: changes, orders and incidents of the span, by time."""
    route, span = past.route.name, past.span
    shown = [Mark(item.at_us, "change", item.words) for item in past.deployed]
    shown += [
        Mark(order.issued_us, "order", f"{order.kind.value} {order.id}")
        for order in desk.directives_of(connection, route)
    ]
    shown = [mark for mark in shown if _in(span, mark.at_us)]
    shown += [Mark(item.span.first * MINUTE_US, "incident", item.kind) for item in found]
    return tuple(sorted(shown, key=lambda mark: (mark.at_us, mark.kind, mark.words)))


def _in(span: Span, at_us: int) -> bool:
    return span.first <= at_us // MINUTE_US < span.end
