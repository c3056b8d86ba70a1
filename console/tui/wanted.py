"""The misses that a view shows: which they are, and when they have to be asked for anew.

Where the view is in front they come with the picture that says that they changed
(`Errands.snapshot`), and both are drawn at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.snapshot.types import MissView
from console.tui.asking import Asking

if TYPE_CHECKING:
    from console.snapshot.types import Snapshot


class Wanted(Asking[tuple[MissView, ...]]):
    """The latest `limit` misses of a route (None: of all) until an instant (None: that on show)."""

    def __init__(self, route: str | None, limit: int, until_us: int | None = None) -> None:
        super().__init__((), self._said)
        self.route = route
        self.limit = limit
        self.until_us = until_us

    def _said(self, snapshot: Snapshot) -> object:
        """Return what is another once these misses may be."""
        return tuple(
            (view.route, view.last_miss_us, view.counts, view.experienced, view.excluded)
            for view in snapshot.routes
            if self.route in (None, view.route)
        )
