"""Alerts of the first schema (one a kind) as those of the second (one a severity)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from console.burn import kinds
from console.burn.lifecycle import RESOLVED, Alert, Held
from console.store import alerts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.store.connect import Connection


def merge_alerts(connection: Connection) -> None:
    """Rewrite every alert; the runs behind a hard stop that was closed stay closed."""
    rows = connection.execute("select body from alert order by number").fetchall()
    old = [msgspec.json.decode(row[0]) for row in rows]
    found = merged(old)
    for alert in found:
        alerts.save(connection, alert)
    for body in old:
        if body["kind"] == kinds.HARD_STOP:
            _keep_breaches(connection, body, found)


def merged(old: Sequence[dict[str, Any]]) -> list[Alert]:
    """Return the alerts; open ones of a route and severity become conditions of the first.

    What was open counts as told: nobody hears of it a second time.
    """
    found: list[Alert] = []
    leading: dict[tuple[str, str], int] = {}
    for body in old:
        alert = _alert(body)
        key = (alert.route, alert.severity)
        if alert.resolved_us is None and key in leading:
            first = found[leading[key]]
            joined = sorted(
                (*first.conditions, *alert.conditions), key=lambda item: kinds.place(item.kind)
            )
            found[leading[key]] = msgspec.structs.replace(
                first, conditions=tuple(joined), told=(*first.told, *alert.told)
            )
            alert = msgspec.structs.replace(alert, state=RESOLVED, resolved_us=alert.opened_us)
        elif alert.resolved_us is None:
            leading[key] = len(found)
        found.append(alert)
    return found


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


def _keep_breaches(connection: Connection, body: dict[str, Any], found: list[Alert]) -> None:
    row = connection.execute("select id from route where name = ?", (body["route"],)).fetchone()
    if row is None:
        return
    closed_us = body["resolved_us"]
    holder = body["id"] if closed_us is not None else _holder(body, found)
    alerts.save_breaches(connection, int(row[0]), holder, body["runs"])
    if closed_us is not None:
        alerts.sign_breaches(connection, holder, closed_us)


def _holder(body: dict[str, Any], found: list[Alert]) -> str:
    """Return the alert in which an open hard stop stands now."""
    return next(
        alert.id
        for alert in found
        if alert.resolved_us is None
        and (alert.route, alert.severity) == (body["route"], body["severity"])
    )
