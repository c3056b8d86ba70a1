"""What the screens draw: one value, and the pure steps that lead from one to the next.

The live snapshot always moves on. The one on show stops while the display is on HOLD: orders are
decided on live data, but nothing moves under an operator who is reading. While the console is in
the past, the one on show is that of an earlier instant, and nothing is decided at all. The clock of
the machine is a part of it, so that a picture that no longer moves can be seen to be old.
"""

from __future__ import annotations

import msgspec

from console.model import SECOND_US
from console.snapshot.types import Snapshot
from console.tui.placed import Placed

_LATE_US = 5 * SECOND_US


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """Since when the display stands still, and how many snapshots came in meanwhile."""

    since_us: int
    missed: int = 0


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """The instant that the console shows instead of now; `reached` once its picture has come."""

    at_us: int
    reached: bool = False


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One moment of the console.

    `wall_us` is the machine's clock, `fetched_us` when the feed last answered, `trouble` what it
    said when it did not ("" otherwise). `late_us` is the age at which a picture counts as old.
    `experienced` says that budgets are shown as experienced, not as charged.
    """

    shown: Snapshot | None = None
    live: Snapshot | None = None
    wall_us: int = 0
    fetched_us: int | None = None
    started_us: int = 0
    late_us: int = _LATE_US
    hold: Hold | None = None
    past: Past | None = None
    trouble: str = ""
    placed: Placed | None = None
    experienced: bool = False

    @property
    def silent_us(self) -> int:
        """How long the feed has not answered."""
        return self.wall_us - (self.started_us if self.fetched_us is None else self.fetched_us)

    @property
    def late(self) -> bool:
        """Whether the picture is so old that it must not be taken for the present."""
        return self.silent_us > self.late_us

    @property
    def held_us(self) -> int:
        """How long the display has been held."""
        return 0 if self.hold is None else self.wall_us - self.hold.since_us

    def arrived(self, snapshot: Snapshot, wall_us: int) -> Frame:
        """Return the frame after the feed answered."""
        shown, hold = snapshot, self.hold
        if self.past is not None:
            shown = self.shown or snapshot
        elif hold is not None:
            shown = self.shown or snapshot
            hold = msgspec.structs.replace(hold, missed=hold.missed + 1)
        return msgspec.structs.replace(
            self,
            shown=shown,
            live=snapshot,
            hold=hold,
            wall_us=wall_us,
            fetched_us=wall_us,
            trouble="",
        )

    def failed(self, sentence: str, wall_us: int) -> Frame:
        """Return the frame after the feed did not answer."""
        return msgspec.structs.replace(self, trouble=sentence, wall_us=wall_us)

    def ticked(self, wall_us: int) -> Frame:
        """Return the frame with the clock moved on."""
        return msgspec.structs.replace(self, wall_us=wall_us)

    def held(self, wall_us: int) -> Frame:
        """Return the frame with the display stopped, or set free where it was stopped."""
        if self.past is not None:
            return self.ticked(wall_us)
        hold = Hold(since_us=wall_us) if self.hold is None else None
        shown = self.shown if hold else self.live
        return msgspec.structs.replace(self, hold=hold, shown=shown, wall_us=wall_us)

    def switched(self) -> Frame:
        """Return the frame with budgets counted the other way."""
        return msgspec.structs.replace(self, experienced=not self.experienced)

    def departed(self, at_us: int) -> Frame:
        """Return the frame on its way to an instant of the past; a HOLD ends there."""
        return msgspec.structs.replace(self, past=Past(at_us=at_us), hold=None)

    def reached(self, at_us: int, snapshot: Snapshot) -> Frame:
        """Return the frame with the picture of that instant, if it is still the one wanted."""
        if self.past is None or self.past.at_us != at_us:
            return self
        there = Past(at_us=at_us, reached=True)
        return msgspec.structs.replace(self, past=there, shown=snapshot)

    def returned(self) -> Frame:
        """Return the frame of the present."""
        return msgspec.structs.replace(
            self, past=None, shown=self.live if self.past else self.shown
        )

    def ordered(self, placed: Placed | None) -> Frame:
        """Return the frame with an order to follow, or with none."""
        return msgspec.structs.replace(self, placed=placed)


def routes_missed_since(held: Snapshot, live: Snapshot) -> int:
    """Return on how many routes the latest miss is newer than in the held picture."""
    seen = {view.route: view.last_miss_us for view in held.routes}
    return sum(
        view.last_miss_us is not None and view.last_miss_us != seen.get(view.route)
        for view in live.routes
    )
