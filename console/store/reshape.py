"""Alerts of the first schema (one a kind) as those of the second (one a severity)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from console.burn.lifecycle import Alert, Held
from console.store import alerts

if TYPE_CHECKING:
    from console.store.connect import Connection


def merge_alerts(connection: Connection) -> None:
    """Rewrite every alert; the open ones of a route and severity become conditions of the first.

    What was open counts as told: nobody hears of it a second time. The runs behind a hard stop
    that was closed by signature stay closed.
    """
    rows = connection.execute("select number, body from alert order by number").fetchall()
    leading: dict[tuple[str, str], Alert] = {}
    for _, body in rows:
        old = msgspec.json.decode(body)
        alert = _alert(old)
        key = (alert.route, alert.severity)
        if alert.resolved_us is None and key in leading:
            first = leading[key]
            joined = (*first.conditions, *alert.conditions)
            leading[key] = msgspec.structs.replace(
                first, conditions=joined, told=(*first.told, *alert.told)
            )
            alerts.save(connection, leading[key])
            alert = msgspec.structs.replace(alert, state="resolved", resolved_us=old["opened_us"])
        elif alert.resolved_us is None:
            leading[key] = alert
        alerts.save(connection, alert)
        if old["kind"] == "hard_stop":
            _keep_breaches(connection, leading.get(key, alert), old)


def _alert(old: dict[str, Any]) -> Alert:
    held = Held(
        kind=old["kind"],
        since_us=old["opened_us"],
        words=old["words"],
        rules=tuple(old["rules"]),
        runs=tuple(old["runs"]),
        hold_us=old["hold_us"],
        quiet_since_us=old["quiet_since_us"],
        over_us=old["resolved_us"],
        signed=old["kind"] == "hard_stop",
    )
    kept = ("id", "route", "severity", "state", "opened_us", "resolved_us", "note")
    return Alert(
        **{name: old[name] for name in kept},
        conditions=(held,),
        acknowledged_by=old["acknowledged_by"],
        acknowledged_us=old["acknowledged_us"],
        told=(old["kind"],),
    )


def _keep_breaches(connection: Connection, alert: Alert, old: dict[str, Any]) -> None:
    row = connection.execute("select id from route where name = ?", (alert.route,)).fetchone()
    if row is None:
        return
    owner = old["id"] if old["resolved_us"] is not None else alert.id
    alerts.save_breaches(connection, int(row[0]), owner, old["runs"])
    if old["resolved_us"] is not None:
        alerts.sign_breaches(connection, owner, old["resolved_us"])
