"""What is read once for all routes of one snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.burn.conditions import reowned
from console.burn.lifecycle import title
from console.collector.readings import Windows
from console.snapshot import past
from console.snapshot.curve import Curves
from console.snapshot.gathered import Gathered
from console.snapshot.particulars import DeliveryView
from console.snapshot.types import AlertView, ConditionView, SilenceView
from console.store import ahead, alerts, counting, desk, outbox, silences
from console.text import clean

if TYPE_CHECKING:
    from console.burn.lifecycle import Alert, Held
    from console.model import Directive
    from console.settings import Settings
    from console.store.connect import Connection


_NOTICES = 500
"""Of how many notices, the latest, it is told who heard them."""


class Frame:
    """What is read once for all routes of one snapshot."""

    def __init__(
        self,
        connection: Connection,
        settings: Settings,
        now_us: int,
        *,
        live: bool,
        read_us: int | None = None,
        unread: frozenset[str] = frozenset(),
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.now_us = now_us
        self.live = live
        self.read_us = now_us if read_us is None else read_us
        """Up to when everything that was logged is known."""
        self.unread = unread
        """The routes whose logs go on, and are read by nobody."""
        self.until_us = None if live else now_us
        """Where what the store knows is cut; None: all of it holds."""
        counts = ahead.window_counts if live else counting.window_counts
        self.table = Windows(connection, now_us, counts)
        self.gathered = Gathered(connection, self.until_us)
        self.alerts = _alerts_by_route(self)
        self.curves = Curves(connection, self.table, now_us)
        self.behind = int(desk.fact(connection, "behind_bytes") or 0)


def _alerts_by_route(frame: Frame) -> dict[str, tuple[AlertView, ...]]:
    found: dict[str, list[AlertView]] = {}
    connection, settings = frame.connection, frame.settings
    told = _told(connection)
    known = (
        alerts.read(connection)
        if frame.live
        else _alerts_at(connection, frame.now_us, frame.gathered.orders)
    )
    for alert in known:
        owner = settings.route(alert.route).owner if alert.route else ""
        view = _alert(_owned(alert, owner), tuple(told.get(alert.id, {}).values()))
        found.setdefault(alert.route, []).append(view)
    return {route: tuple(views) for route, views in found.items()}


def _alerts_at(
    connection: Connection, at_us: int, orders: dict[str, list[Directive]]
) -> list[Alert]:
    """Return the alerts that had opened by an instant, as they stood then, the open ones first."""
    quiet = silences.read(connection)
    opened = alerts.opened_by(connection, at_us)
    then = [past.alert_at(item, quiet, orders.get(item.route, ()), at_us) for item in opened]
    return sorted(then, key=lambda alert: alert.resolved_us is not None)


def _told(connection: Connection) -> dict[str, dict[str, DeliveryView]]:
    """Return what each channel was last told, by alert and channel."""
    found: dict[str, dict[str, DeliveryView]] = {}
    for item in outbox.deliveries(connection, _NOTICES):
        found.setdefault(item.alert, {})[item.channel] = DeliveryView(
            channel=item.channel,
            what=item.what,
            state=item.state,
            attempts=item.attempts,
            at_us=item.settled_us,
            note=clean(item.note),
        )
    return found


def _owned(alert: Alert, owner: str) -> Alert:
    """Return a standing alert whose words name who owns its route now."""
    if alert.resolved_us is not None or not owner:
        return alert
    conditions = tuple(
        msgspec.structs.replace(item, words=reowned(item.words, owner)) for item in alert.conditions
    )
    return msgspec.structs.replace(alert, conditions=conditions)


def _alert(alert: Alert, told: tuple[DeliveryView, ...]) -> AlertView:
    return AlertView(
        id=alert.id,
        route=alert.route,
        severity=alert.severity,
        kind=alert.kind,
        state=alert.standing,
        opened_us=alert.opened_us,
        resolved_us=alert.resolved_us,
        words=alert.words,
        rules=alert.rules,
        runs=alert.runs,
        kinds=alert.kinds,
        conditions=tuple(_condition(item) for item in alert.conditions),
        acknowledged_by=alert.acknowledged_by,
        acknowledged_us=alert.acknowledged_us,
        note=alert.note,
        silence=alert.silence,
        inhibited_by=alert.inhibited_by,
        dry_run=alert.dry_run,
        told=told,
    )


def _condition(held: Held) -> ConditionView:
    return ConditionView(
        kind=held.kind,
        title=title(held),
        since_us=held.since_us,
        over_us=held.over_us,
        words=held.words,
        rules=held.rules,
        runs=held.runs,
    )


def silences_at(connection: Connection, now_us: int) -> tuple[SilenceView, ...]:
    """Return all silences that began by now, those that stand first, then the latest."""
    views = [
        SilenceView(
            id=item.id,
            match=item.matcher.text,
            reason=item.reason,
            by=item.by,
            from_us=item.from_us,
            until_us=item.end_us,
            stands=item.stands(now_us),
            ended_by="" if item.stands(now_us) else item.ended_by,
        )
        for item in silences.read(connection)
        if item.from_us <= now_us
    ]
    return tuple(sorted(views, key=lambda view: (not view.stands, -view.from_us, view.id)))
