"""What was measured when: settings judge the runs that start after them (semantics 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.store import intake as kept

if TYPE_CHECKING:
    from console.settings import Measured, Settings
    from console.store.writer import Writer


class History:
    """The versions of what is measured on each route, kept in the store."""

    def __init__(self, writer: Writer, settings: Settings) -> None:
        self._writer = writer
        self._settings = settings
        self._versions: dict[str, list[tuple[int, Measured]]] = {}

    def at(self, route: str, at_us: int) -> Measured:
        """Return what was measured on a route at an instant: the newest version not after it."""
        versions = self._versions.get(route)
        if versions is None:
            versions = kept.measured_versions(self._writer.connection, route)
            self._versions[route] = versions
        current = self._settings.route(route).measured
        for since_us, measured in versions:
            if since_us <= at_us:
                current = measured
        return current

    def take_over(self, now_us: int) -> None:
        """Keep what is measured from now on, where it differs from what was measured before.

        The first version of a route holds for all of its past.
        """
        connection = self._writer.connection
        with self._writer.transaction():
            for name, route in self._settings.routes.items():
                versions = kept.measured_versions(connection, name)
                if not versions:
                    kept.save_measured(connection, name, 0, route.measured)
                elif versions[-1][1] != route.measured:
                    kept.save_measured(connection, name, now_us, route.measured)
