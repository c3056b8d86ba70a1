"""What was measured when: settings judge the runs that start after them (semantics 3).

Settings that ask less of a route while an order stands on it are a relaxation, which a file edit
must not be. What is measured then stays as it was, the change is audited and shown, and no order is
lifted without override, until an operator accepts it (`accept-settings`) or no order stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.settings.loosening import Judged, judged, loosened
from console.store import desk
from console.store import intake as kept

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.model import Directive
    from console.settings import Measured, RouteSettings, Settings
    from console.store.connect import Connection
    from console.store.writer import Writer

_CHANGED = "remeasured:"


def held(connection: Connection, route: RouteSettings, now_us: int) -> tuple[str, ...]:
    """Return in what ways a route's settings were loosened under an order that still stands."""
    return held_under(desk.directives_of(connection, route.name), connection, route, now_us)


def held_under(
    orders: Iterable[Directive], connection: Connection, route: RouteSettings, now_us: int
) -> tuple[str, ...]:
    """Return the same as `held` where all orders of the route are known already."""
    if not any(order.stands(now_us) for order in orders):
        return ()
    known = _known(connection, route.name)
    return loosened(known, judged(route)) if known is not None else ()


def accept(connection: Connection, route: RouteSettings, now_us: int) -> None:
    """Let a route's settings count from now on, inside the caller's transaction."""
    known = _known(connection, route.name)
    if known is None or known.measured != route.measured:
        kept.save_measured(connection, [(route.name, now_us, route.measured)])
        desk.set_fact(connection, f"{_CHANGED}{route.name}", str(now_us))
    _keep(connection, route)
    desk.touch_orders(connection)


class History:
    """The versions of what is measured on each route, kept in the store."""

    def __init__(self, writer: Writer, settings: Settings) -> None:
        self._writer = writer
        self._settings = settings
        self._versions: dict[str, list[tuple[int, Measured]]] | None = None
        self._unmet: dict[str, Measured] = {}

    def at(self, route: str, at_us: int) -> Measured:
        """Return what was measured on a route at an instant: the newest version not after it."""
        for since_us, measured in reversed(self._known_versions().get(route, ())):
            if since_us <= at_us:
                return measured
        return self._configured(route)

    def meet(self, routes: Iterable[str]) -> None:
        """Keep the first version of routes, configured or not: it holds for all of their past."""
        known = self._known_versions()
        self._save([route for route in routes if route not in known], 0)

    def review(self, now_us: int) -> None:
        """Keep what is measured from now on, where it differs and may count.

        Inside the caller's transaction; at the start, and when orders change. Runs that started
        since, by an agent whose clock is ahead, are to be judged again: `changed` says so until
        that is stored.
        """
        self._versions = None
        connection = self._writer.connection
        routes = sorted({*self._settings.routes, *self._known_versions()})
        self.meet(routes)
        for route in routes:
            settings = self._settings.route(route)
            words = held(connection, settings, now_us)
            self._note(route, words, now_us)
            if words:
                continue
            if self._known_versions()[route][-1][1] != settings.measured:
                self._save([route], now_us)
                desk.set_fact(connection, f"{_CHANGED}{route}", str(now_us))
            if _known(connection, route) != judged(settings):
                _keep(connection, settings)

    def _note(self, route: str, words: tuple[str, ...], now_us: int) -> None:
        """Keep what is held back of a route's settings, and audit it when it is new."""
        connection = self._writer.connection
        said = "; ".join(words)
        if desk.fact(connection, f"loosened:{route}") == said:
            return
        desk.set_fact(connection, f"loosened:{route}", said)
        if words:
            desk.audit(
                connection, at_us=now_us, actor="burnline", verb="settings loosened", route=route,
                detail=words,
            )  # fmt: skip

    def changed(self) -> dict[str, int]:
        """Return since when other things are measured than runs were judged by, per route."""
        found = desk.facts(self._writer.connection, _CHANGED)
        return {route: int(since_us) for route, since_us in found.items()}

    def judged(self) -> None:
        """Note, inside the caller's transaction, that the runs of `changed` were judged again."""
        desk.forget_facts(self._writer.connection, _CHANGED)

    def _configured(self, route: str) -> Measured:
        """Return what is measured on a route of which no version is kept: asked for each run."""
        known = self._unmet.get(route)
        if known is None:
            known = self._unmet[route] = self._settings.route(route).measured
        return known

    def _known_versions(self) -> dict[str, list[tuple[int, Measured]]]:
        """Return the versions of every route of which any is kept, oldest first."""
        if self._versions is None:
            self._versions = kept.measured_versions(self._writer.connection)
        return self._versions

    def _save(self, routes: Iterable[str], since_us: int) -> None:
        versions = self._known_versions()
        rows = [(route, since_us, self._settings.route(route).measured) for route in routes]
        kept.save_measured(self._writer.connection, rows)
        for route, _, measured in rows:
            versions.setdefault(route, []).append((since_us, measured))


def _known(connection: Connection, route: str) -> Judged | None:
    """Return what counts on a route so far; None where it was never kept."""
    text = desk.fact(connection, f"judged:{route}")
    return msgspec.json.decode(text, type=Judged) if text else None


def _keep(connection: Connection, route: RouteSettings) -> None:
    text = msgspec.json.encode(judged(route), order="sorted").decode()
    desk.set_fact(connection, f"judged:{route.name}", text)
