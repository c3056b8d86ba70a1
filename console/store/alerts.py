"""Alerts in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.burn.lifecycle import Alert

if TYPE_CHECKING:
    from console.store.connect import Connection


def read(connection: Connection, *, open_only: bool = False, limit: int = 1000) -> list[Alert]:
    """Return alerts, the open ones first, then the latest."""
    where = "where resolved_us is null " if open_only else ""
    rows = connection.execute(
        f"select body from alert {where}"
        "order by resolved_us is not null, opened_us desc, number desc limit ?",
        (limit,),
    )
    return [msgspec.json.decode(row[0], type=Alert) for row in rows]


def find(connection: Connection, name: str) -> Alert | None:
    """Return the alert of an id such as `A12`, or None."""
    digits = name.upper().removeprefix("A")
    if not digits.isdecimal():
        return None
    row = connection.execute("select body from alert where number = ?", (int(digits),)).fetchone()
    return None if row is None else msgspec.json.decode(row[0], type=Alert)


def next_id(connection: Connection) -> str:
    """Return the id of the next alert to open: `A` and a running number."""
    row = connection.execute("select coalesce(max(number), 0) + 1 from alert").fetchone()
    return f"A{row[0]}"


def save(connection: Connection, alert: Alert) -> None:
    """Store an alert, new or changed."""
    connection.execute(
        "insert or replace into alert (number, route, severity, kind, state, opened_us, "
        "resolved_us, body) values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            int(alert.id[1:]),
            alert.route,
            alert.severity,
            alert.kind,
            alert.state,
            alert.opened_us,
            alert.resolved_us,
            msgspec.json.encode(alert).decode(),
        ),
    )


def closed_runs(connection: Connection, route: str, kind: str) -> set[str]:
    """Return the runs behind all resolved alerts of one kind of a route."""
    rows = connection.execute(
        "select body from alert where route = ? and kind = ? and resolved_us is not null",
        (route, kind),
    )
    return {run for row in rows for run in msgspec.json.decode(row[0], type=Alert).runs}
