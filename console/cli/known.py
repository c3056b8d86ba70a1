"""Which routes and runs there are: a name that is none of them gets the nearest that is.

A route is known by the settings, by an event that was read of it, or by an order that stands on it.
A store that knows no route at all, or cannot be read, says nothing of any name.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from console.cli.session import REFUSED, Session, Stop
from console.text import clean, name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.store.connect import Connection

_SHOWN = 60
_LISTED = 20


class Known(NamedTuple):
    """The names of routes: of the settings and those `seen` in logs, and all with orders too."""

    seen: frozenset[str]
    every: frozenset[str]

    def strange(self, route: str) -> bool:
        """Say whether a route is none that there is, where any is known at all."""
        return bool(self.every) and route not in self.every


def known_routes(session: Session, connection: Connection) -> Known:
    """Return the routes that settings, logs and standing orders name."""
    from console.store import desk, reader

    seen = {row.name for row in reader.routes(connection)} | session.settings.routes.keys()
    now_us = time.time_ns() // 1_000
    ordered = desk.standing_routes(connection, now_us, seen)
    return Known(frozenset(seen), frozenset(seen | ordered))


def require_route(session: Session, connection: Connection, route: str | None) -> None:
    """Refuse a route that nobody knows, with the nearest that is known. Raises `Stop`."""
    known = known_routes(session, connection)
    if route is not None and known.strange(name(route)):
        raise Stop(unknown(route, known.every), REFUSED)


def unknown(route: str, known: Iterable[str]) -> str:
    """Say that a route is not known, which is the nearest, and which there are."""
    names = sorted(known)
    listed = ", ".join(clean(one, _SHOWN) for one in names[:_LISTED]) or "none yet"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    nearest = nearest_words(route, names)
    ending = f"; {nearest}" if nearest else ""
    return f"route {clean(route, _SHOWN)} is not known; there are: {listed}{more}{ending}"


def nearest_words(word: str, known: Iterable[str]) -> str:
    """Return `refunds is the nearest that is known`, "" where none is near."""
    from console.settings.problems import nearest

    found = nearest(word, known)
    return f"{clean(found, _SHOWN)} is the nearest that is known" if found else ""
