"""What is read once for all routes of one snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.burn.lifecycle import title
from console.collector.readings import Windows
from console.snapshot.curve import Curves
from console.snapshot.gathered import Gathered
from console.snapshot.types import AlertView, ConditionView, SilenceView
from console.store import alerts, desk, silences

if TYPE_CHECKING:
    from console.burn.lifecycle import Alert, Held
    from console.settings import Settings
    from console.store.connect import Connection


class Frame:
    """What is read once for all routes of one snapshot."""

    def __init__(
        self, connection: Connection, settings: Settings, now_us: int, *, live: bool
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.now_us = now_us
        self.live = live
        self.table = Windows(connection, now_us)
        self.alerts = _alerts_by_route(connection, now_us)
        self.curves = Curves(connection, self.table, now_us)
        self.gathered = Gathered(connection)
        self.behind = int(desk.fact(connection, "behind_bytes") or 0)


def _alerts_by_route(connection: Connection, now_us: int) -> dict[str, tuple[AlertView, ...]]:
    found: dict[str, list[AlertView]] = {}
    for alert in alerts.read(connection):
        if alert.opened_us <= now_us:
            found.setdefault(alert.route, []).append(_alert(alert, now_us))
    return {route: tuple(views) for route, views in found.items()}


def _alert(alert: Alert, now_us: int) -> AlertView:
    """Return an alert as it is shown; one that ended after `now_us` was open then."""
    state, resolved_us = alert.standing, alert.resolved_us
    if resolved_us is not None and resolved_us > now_us:
        state, resolved_us = "firing", None
    return AlertView(
        id=alert.id,
        route=alert.route,
        severity=alert.severity,
        kind=alert.kind,
        state=state,
        opened_us=alert.opened_us,
        resolved_us=resolved_us,
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
            ended_by=item.ended_by,
        )
        for item in silences.read(connection)
        if item.from_us <= now_us
    ]
    return tuple(sorted(views, key=lambda view: (not view.stands, -view.from_us, view.id)))
