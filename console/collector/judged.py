"""Whether every route was judged on all that was there when the collector began.

Until then states and their order still settle, which the picture says. It is kept in the store, and
written only when it changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.store import desk

if TYPE_CHECKING:
    from console.store.connect import Connection


class Judged:
    """What is kept in one store, from one beginning of its collector on."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: bool | None = None

    def began(self) -> None:
        """Keep, at the first turn, that nothing is judged yet. Within a transaction."""
        if self._known is None:
            self._keep(judged=False)

    def evaluated(self, *, whole: bool) -> None:
        """Keep that all routes were judged, if everything was read. Within a transaction."""
        if whole and not self._known:
            self._keep(judged=True)

    def _keep(self, *, judged: bool) -> None:
        desk.set_fact(self._connection, "judged", "yes" if judged else "no")
        self._known = judged
