"""When the collector deletes what is too old: now and then, a little, where it commits anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model import MINUTE_US
from console.store import retention

if TYPE_CHECKING:
    from console.settings import Settings
    from console.store.connect import Connection

APART_US = 5 * MINUTE_US
"""The time between two deletions; while more is waiting, a fifth of it."""
BATCH = 1_000
"""The most that is deleted at once of runs, of lines, of excerpts and of files."""


class Retention:
    """Deletes in turn, and knows the floors: what lies at or below one may have been deleted."""

    def __init__(self, connection: Connection, settings: Settings) -> None:
        self._connection = connection
        self._terms = retention.Terms(settings.retention_us, settings.keep_us)
        self._next_us = 0
        self.floors = retention.floors(connection)

    def purge(self, now_us: int) -> retention.Purged | None:
        """Delete a batch if it is time to, inside the caller's transaction."""
        if now_us < self._next_us:
            return None
        purged = retention.purge(self._connection, now_us, self._terms, BATCH)
        self._next_us = now_us + (APART_US // 5 if purged.more else APART_US)
        if purged.runs:
            # In place: those who ask for a floor hold this very dictionary.
            self.floors.update(retention.floors(self._connection))
        return purged
