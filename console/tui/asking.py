"""What a view shows beside the picture: when it is asked for, and what came of it.

It is asked for when something about it has changed, one answer at a time. An error leaves what came
before it, and has it asked for again with the next picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.snapshot.types import Snapshot

FoundT = TypeVar("FoundT")


class Asking(Generic[FoundT]):
    """What was `found` last; `state` returns what is another once there may be more to find.

    `waiting` says that nothing came in yet, `trouble` why what did is old ("" where it is not).
    """

    def __init__(self, nothing: FoundT, state: Callable[[Snapshot], object]) -> None:
        self.found = nothing
        self.waiting = True
        self.trouble = ""
        self._state = state
        self._asked: object = None
        self._on_its_way = False

    def changed(self, snapshot: Snapshot) -> bool:
        """Say whether something about it is not as it was when it was last asked for."""
        return not self._on_its_way and self._state(snapshot) != self._asked

    def ask(self, snapshot: Snapshot) -> bool:
        """Say whether it has to be asked for now; it counts as done."""
        if not self.changed(snapshot):
            return False
        self._asked, self._on_its_way = self._state(snapshot), True
        return True

    def came(self, found: FoundT, trouble: str) -> None:
        """Take in the answer, or why there is none."""
        self.waiting = self._on_its_way = False
        self.trouble = trouble
        if trouble:
            self._asked = None
        else:
            self.found = found

    def came_with(self, snapshot: Snapshot, found: FoundT) -> None:
        """Take in what came with a picture, unless an answer is on its way that may be newer."""
        if not self._on_its_way:
            self._asked, self.waiting, self.trouble = self._state(snapshot), False, ""
            self.found = found

    def again(self) -> None:
        """Have it asked for anew, whether or not anything changes."""
        self._asked, self._on_its_way = None, False
