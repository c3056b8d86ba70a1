"""Requests for approval that wait for a human: asked for by a run, and not granted meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model import Event
from console.snapshot.types import ApprovalView
from console.store import desk, requests

if TYPE_CHECKING:
    from console.ledger.orders import Grant
    from console.store.connect import Connection


def waiting(connection: Connection, now_us: int) -> tuple[ApprovalView, ...]:
    """Return what waits at `now_us`, those first that have waited longest."""
    grants: dict[str, list[Grant]] = {}
    found = []
    for item in requests.read(connection):
        if item.at_us > now_us:
            continue
        if item.route not in grants:
            grants[item.route] = desk.grants_of(connection, item.route)
        asked = Event(ts_us=item.at_us, route=item.route, event="", action=item.action)
        if any(
            grant.covers(asked, item.run) and grant.holds(now_us) for grant in grants[item.route]
        ):
            continue
        found.append(ApprovalView(**item._asdict()))
    return tuple(found)
