"""What is read once for all routes of one snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.collector import evaluate
from console.snapshot.types import AlertView
from console.store import alerts, desk, reader
from console.store import intake as kept

if TYPE_CHECKING:
    from console.burn.lifecycle import Alert
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
        self.table = evaluate.Windows(connection, now_us)
        self.alerts = _alerts_by_route(connection, now_us)
        self.last_misses = reader.last_misses(connection)
        self.lost_lines = kept.lost_lines(connection)
        self.behind = int(desk.fact(connection, "behind_bytes") or 0)


def _alerts_by_route(connection: Connection, now_us: int) -> dict[str, tuple[AlertView, ...]]:
    found: dict[str, list[AlertView]] = {}
    for alert in alerts.read(connection):
        if alert.opened_us <= now_us:
            found.setdefault(alert.route, []).append(_alert(alert, now_us))
    return {route: tuple(views) for route, views in found.items()}


def _alert(alert: Alert, now_us: int) -> AlertView:
    state, resolved_us = alert.state, alert.resolved_us
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
        acknowledged_by=alert.acknowledged_by,
        acknowledged_us=alert.acknowledged_us,
        note=alert.note,
    )
