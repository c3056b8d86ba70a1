"""What every renderer needs beside the data: the characters, the time zone, and now."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

from console.tui.figures import times
from console.tui.figures.spans import Span, Tone
from console.tui.sizes import LOFTY, TALL

if TYPE_CHECKING:
    from datetime import tzinfo

    from console.tui.figures.glyphs import Glyphs


class Detail(enum.IntEnum):
    """How much a screen has room for: a common terminal, a tall one, a very tall one."""

    BRIEF = 0
    USUAL = 1
    FULL = 2

    @classmethod
    def of(cls, height: int) -> Detail:
        """Return the detail for a terminal with `height` rows."""
        if height < TALL:
            return cls.BRIEF
        return cls.USUAL if height < LOFTY else cls.FULL


class Look(NamedTuple):
    """The glyphs to draw with, the zone of clock times (None: the machine's), the instant shown."""

    glyphs: Glyphs
    zone: tzinfo | None
    as_of_us: int

    def age(self, at_us: int | None) -> str:
        """Return how long before the picture an instant was."""
        return times.age(at_us, self.as_of_us, "never")

    def moment(self, at_us: int) -> str:
        """Return when something will be: a clock time, or a date when it is far."""
        return times.moment(at_us, self.as_of_us, self.zone)

    def stamp(self, at_us: int) -> str:
        """Return when something was, with its date where that was not today."""
        return times.stamp(at_us, self.as_of_us, self.zone)

    def exact(self, at_us: int) -> str:
        """Return when something was to the second, with its date where that was not today."""
        return times.exact(at_us, self.as_of_us, self.zone)

    @property
    def separator(self) -> Span:
        """The mark between facts in a line."""
        return Span(f" {self.glyphs.dot} ", Tone.MUTED)
