"""Alerts in the store, and the runs that their hard stops are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.burn.lifecycle import Alert
from console.store import desk
from console.store.connect import each

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.store.connect import Connection

_NUMBERED_FROM = "alerts_numbered_from"


def read(connection: Connection, *, open_only: bool = False, limit: int = 1000) -> list[Alert]:
    """Return alerts, the open ones first, then the latest."""
    where = "where resolved_us is null " if open_only else ""
    rows = connection.execute(
        f"select body from alert {where}"
        "order by resolved_us is not null, opened_us desc, number desc limit ?",
        (-1 if open_only else limit,),
    )
    return [msgspec.json.decode(row[0], type=Alert) for row in rows]


def opened_by(connection: Connection, at_us: int, limit: int = 1000) -> list[Alert]:
    """Return the latest alerts that had opened by an instant, as they are now."""
    rows = connection.execute(
        "select body from alert where opened_us <= ? order by opened_us desc, number desc limit ?",
        (at_us, limit),
    )
    return [msgspec.json.decode(row[0], type=Alert) for row in rows]


def find(connection: Connection, name: str) -> Alert | None:
    """Return the alert of an id such as `A12`, or None."""
    digits = name.upper().removeprefix("A")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 18:
        return None
    row = connection.execute("select body from alert where number = ?", (int(digits),)).fetchone()
    return None if row is None else msgspec.json.decode(row[0], type=Alert)


def last_number(connection: Connection) -> int:
    """Return the number of the latest alert that ever opened: its id is `A` and the number."""
    row = connection.execute("select coalesce(max(number), 0) from alert").fetchone()
    return max(int(row[0]), int(desk.fact(connection, _NUMBERED_FROM) or 0))


def number_after(connection: Connection, number: int) -> None:
    """Let the alerts to come have numbers over this one, inside the caller's transaction.

    People, and programs that pass over a notice that they know, have heard of those up to it.
    """
    desk.set_fact(connection, _NUMBERED_FROM, str(number))


def save(connection: Connection, alert: Alert) -> None:
    """Store an alert, new or changed."""
    save_all(connection, [alert])


def save_all(connection: Connection, changed: Iterable[Alert]) -> None:
    """Store alerts, new or changed."""
    each(
        connection,
        "insert or replace into alert (number, route, severity, kind, state, opened_us, "
        "resolved_us, body) values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                int(alert.id[1:]),
                alert.route,
                alert.severity,
                alert.kind,
                alert.standing,
                alert.opened_us,
                alert.resolved_us,
                msgspec.json.encode(alert).decode(),
            )
            for alert in changed
        ],
    )


def save_breaches(connection: Connection, route: int, alert: str, runs: Iterable[str]) -> None:
    """Note which runs the hard stop of an alert is about; those that are known stay as they are."""
    number = int(alert[1:])
    connection.executemany(
        "insert or ignore into breach (route, run, alert) values (?, ?, ?)",
        [(route, run, number) for run in runs],
    )


def sign_breaches(connection: Connection, alert: str, now_us: int) -> int:
    """Note that the runs behind an alert are signed for; return how many they are."""
    return int(
        connection.execute(
            "update breach set closed_us = ? where alert = ? and closed_us is null",
            (now_us, int(alert[1:])),
        ).rowcount
    )
