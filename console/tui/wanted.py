"""The misses that a view shows: which they are, and when they have to be asked for anew.

They are asked for when something about them has changed, one answer at a time. Where the view is in
front they come with the picture that says so (`Errands.snapshot`), and both are drawn at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.snapshot.types import MissView, Snapshot
    from console.tui.messages import MissesFetched


class Wanted:
    """The latest `limit` misses of a route (None: of all) until an instant (None: that on show).

    `waiting` says that none came in yet, `trouble` why those that did are old ("" where not).
    """

    def __init__(self, route: str | None, limit: int, until_us: int | None = None) -> None:
        self.route = route
        self.limit = limit
        self.until_us = until_us
        self.misses: tuple[MissView, ...] = ()
        self.waiting = True
        self.trouble = ""
        self._asked: object = None
        self._on_its_way = False

    def changed(self, snapshot: Snapshot) -> bool:
        """Say whether something about them is not as it was when they were last asked for."""
        return not self._on_its_way and self._state(snapshot) != self._asked

    def ask(self, snapshot: Snapshot) -> bool:
        """Say whether they have to be asked for now; it counts as done."""
        if not self.changed(snapshot):
            return False
        self._asked, self._on_its_way = self._state(snapshot), True
        return True

    def came(self, message: MissesFetched) -> None:
        """Take in the answer; after an error the misses of before stay, to be asked for again."""
        self.waiting = self._on_its_way = False
        self.trouble = message.trouble
        if message.trouble:
            self._asked = None
        else:
            self.misses = message.misses

    def came_with(self, snapshot: Snapshot, misses: tuple[MissView, ...]) -> None:
        """Take in what came with a picture, unless an answer is on its way that may be newer."""
        if not self._on_its_way:
            self._asked, self.waiting, self.trouble = self._state(snapshot), False, ""
            self.misses = misses

    def again(self) -> None:
        """Have them asked for anew, whether or not anything changes."""
        self._asked, self._on_its_way = None, False

    def _state(self, snapshot: Snapshot) -> object:
        """Return what is another once these misses may be."""
        return tuple(
            (view.route, view.last_miss_us, view.counts, view.experienced, view.excluded)
            for view in snapshot.routes
            if self.route in (None, view.route)
        )
