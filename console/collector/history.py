"""What was measured when: settings judge the runs that start after them (semantics 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.store import desk
from console.store import intake as kept

if TYPE_CHECKING:
    from console.settings import Measured, Settings
    from console.store.writer import Writer

_CHANGED = "remeasured:"


class History:
    """The versions of what is measured on each route, kept in the store."""

    def __init__(self, writer: Writer, settings: Settings) -> None:
        self._writer = writer
        self._settings = settings
        self._versions: dict[str, list[tuple[int, Measured]]] = {}

    def at(self, route: str, at_us: int) -> Measured:
        """Return what was measured on a route at an instant: the newest version not after it."""
        current = self._settings.route(route).measured
        for since_us, measured in self._versions_of(route):
            if since_us <= at_us:
                current = measured
        return current

    def meet(self, route: str) -> None:
        """Keep the first version of a route, configured or not: it holds for all of its past."""
        if not self._versions_of(route):
            self._save(route, 0)

    def take_over(self, now_us: int) -> None:
        """Keep what is measured from now on, where it differs from what was measured before.

        Runs that started since, by an agent whose clock is ahead, are to be judged again: `changed`
        says so until that is stored.
        """
        with self._writer.transaction():
            known = kept.measured_routes(self._writer.connection)
            for route in sorted({*self._settings.routes, *known}):
                self.meet(route)
                if self._versions_of(route)[-1][1] != self._settings.route(route).measured:
                    self._save(route, now_us)
                    desk.set_fact(self._writer.connection, f"{_CHANGED}{route}", str(now_us))

    def changed(self) -> dict[str, int]:
        """Return since when other things are measured than runs were judged by, per route."""
        found = desk.facts(self._writer.connection, _CHANGED)
        return {route: int(since_us) for route, since_us in found.items()}

    def judged(self) -> None:
        """Note, inside the caller's transaction, that the runs of `changed` were judged again."""
        desk.forget_facts(self._writer.connection, _CHANGED)

    def _versions_of(self, route: str) -> list[tuple[int, Measured]]:
        versions = self._versions.get(route)
        if versions is None:
            versions = kept.measured_versions(self._writer.connection, route)
            self._versions[route] = versions
        return versions

    def _save(self, route: str, since_us: int) -> None:
        versions, measured = self._versions_of(route), self._settings.route(route).measured
        kept.save_measured(self._writer.connection, route, since_us, measured)
        versions.append((since_us, measured))
