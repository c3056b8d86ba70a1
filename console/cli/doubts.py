"""What may be wrong with an order that is given all the same."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.cli.session import warn
from console.text import clean

if TYPE_CHECKING:
    from pathlib import Path

    from console.cli.session import Session


def warn_of_doubt(session: Session, route: str) -> None:
    """Say what may be wrong with an order; it is given all the same."""
    from console.collector import alive

    if route not in session.settings.routes and not _was_seen(session.store, route):
        warn(f"burnline: route {clean(route, 60)} was never seen: is the name right?")
    if alive(session.store, time.time()) is None:
        warn("burnline: no collector runs, so receipts are not read: burnline collect or watch")


def _was_seen(store: Path, route: str) -> bool:
    """Say whether events of a route were read; where the store cannot say, nobody is warned."""
    from console.store import reader
    from console.store.connect import StoreError, Unusable, attach

    if not store.exists():
        return False
    try:
        connection = attach(store)
        try:
            return any(row.name == route for row in reader.routes(connection))
        finally:
            connection.close()
    except (StoreError, Unusable):
        return True
