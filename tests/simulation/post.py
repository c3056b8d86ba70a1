"""A channel that fails in every way, and what its receiver got, by key."""

from __future__ import annotations

import random
from collections.abc import Callable

from console.model import Notice
from console.notify import Channel, NotDelivered
from tests.simulation.fuse import Fuse

WELL = "well"
FATES = (WELL, WELL, "error", "half", "dies before", "dies after", "hangs", "late")
"""Beside good answers: 500, half of one, our end before and after it came, none, a late one."""


class Receiver:
    """Both ends of a channel. `ill` while it fails; `got` are the notices as they came."""

    def __init__(self, chance: random.Random, fuse: Fuse) -> None:
        self._chance, self._fuse = chance, fuse
        self.ill = True
        self.got: list[Notice] = []
        self._late: list[Callable[[], None]] = []

    def trouble(self) -> str:
        """Return "": its troubles show in its answers."""
        return ""

    def deliver(self, notice: Notice, *, again: bool) -> None:
        """Take a notice, or not, and say so, or not."""
        del again
        fate = self._chance.choice(FATES) if self.ill else WELL
        if fate == "dies before":
            self._fuse.arm("", 1)
        if fate in {"error", "dies before"}:
            raise NotDelivered(fate)
        self.got.append(notice)
        if fate == "half":
            raise NotDelivered(fate)
        if fate == "dies after":
            self._fuse.arm("", 1)

    def spawn(self, work: Callable[[], None]) -> None:
        """Make an attempt at once, later, or never."""
        fate = self._chance.choice(FATES) if self.ill else WELL
        if fate == "late":
            self._late.append(work)
        elif fate != "hangs":
            work()

    def answer_late(self) -> None:
        """Answer what hung, long after everybody gave it up."""
        late, self._late = self._late, []
        for work in late:
            work()

    def channel(self, name: str) -> Channel:
        """Return the channel of this receiver."""
        return Channel(name, f"{name} #0000", ("page", "ticket"), (), "UTC", self)
