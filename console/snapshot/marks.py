"""What happened on a route while its budget went: alerts, orders, changes, corrections.

A change is known by the event that announced it. One that names a run belongs to that run's own
timeline and is not marked here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model import MINUTE_US, DirectiveKind
from console.snapshot.particulars import MarkView

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from console.burn.windows import Span
    from console.model import Directive, Event
    from console.snapshot.types import AlertView
    from console.store.corrections import Correction

MARKS = 60
"""How many marks a route has at most: the latest."""
_GIVEN: dict[DirectiveKind, str] = {
    DirectiveKind.FREEZE: "frozen",
    DirectiveKind.TIGHTEN: "tightened",
    DirectiveKind.REDUCE: "reduced",
    DirectiveKind.PAUSE: "paused",
}


def marks(
    changes: Iterable[Event],
    span: Span,
    now_us: int,
    *,
    alerts: Iterable[AlertView],
    orders: Iterable[Directive],
    corrections: Iterable[Correction],
) -> tuple[MarkView, ...]:
    """Return what happened on a route in a span up to now, oldest first, at most `MARKS`."""
    since_us = span.first * MINUTE_US
    found = [
        *(MarkView(at_us=each.ts_us, kind="change", words=_change(each)) for each in changes),
        *(_alert(each) for each in alerts),
        *_orders(orders, now_us),
        *(_correction(each) for each in corrections),
    ]
    kept = [mark for mark in found if since_us <= (mark.until_us or mark.at_us) <= now_us]
    kept.sort(key=lambda mark: (mark.at_us, mark.kind, mark.words))
    return tuple(kept[-MARKS:])


def _change(event: Event) -> str:
    version = f" {event.version}" if event.version else ""
    by = event.by or event.agent
    return f"{event.change or 'something'}{version} deployed" + (f" by {by}" if by else "")


def _alert(alert: AlertView) -> MarkView:
    return MarkView(
        at_us=alert.opened_us, kind="alert", words=f"{alert.severity} {alert.id}: {alert.words}"
    )


def _orders(orders: Iterable[Directive], now_us: int) -> Iterator[MarkView]:
    for order in orders:
        words = f"{_GIVEN[order.kind]} by {order.by}: {order.reason}"
        yield MarkView(at_us=order.issued_us, kind="order", words=words)
        if order.lifted_us is not None:
            words = f"{order.id} lifted by {order.lifted_by}: {order.lift_reason}"
            yield MarkView(at_us=order.lifted_us, kind="lift", words=words)
        elif not order.stands(now_us) and order.until_us is not None:
            yield MarkView(at_us=order.until_us, kind="lift", words=f"{order.id} expired")


def _correction(found: Correction) -> MarkView:
    """Return a correction at the period that it is about; one of runs at the time it was made."""
    return MarkView(
        at_us=found.at_us if found.from_us is None else found.from_us,
        kind="correction",
        words=f"{found.id} {found.category}, not charged: {found.reason}",
        until_us=found.to_us,
    )
