"""Jumps of the wall clock: told by a clock that only goes forward.

A condition ends once it has been quiet for as long as its short window. A wall clock that is set
forward would make that time pass at once, and one that is set back would make it last for hours, so
that after a jump the quiet time begins anew. The difference of the two clocks is stored: a
collector that was restarted meanwhile sees the jump too, and takes a reboot, after which the steady
clock begins at 0, for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model import SECOND_US
from console.store import desk

if TYPE_CHECKING:
    from console.store.connect import Connection

TOLERATED_US = 5 * SECOND_US
"""How far the clocks may drift apart; slower corrections of the clock change no decision."""
_FACT = "clock_offset_us"
JUMP = "clock_jump"
"""The fact that holds when the clock was last set (by the new time), and by how much."""


class Drift:
    """How far the wall clock is ahead of the steady one, as it was last stored."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        kept = desk.fact(connection, _FACT)
        self._offset_us = int(kept) if kept else None

    def jumped(self, now_us: int, steady_us: int) -> bool:
        """Say whether the wall clock was set since the last call, inside the caller's transaction.

        Args:
            now_us: the wall clock.
            steady_us: a clock that only goes forward, from whatever beginning.
        """
        offset_us, before_us = now_us - steady_us, self._offset_us
        if before_us is not None and abs(offset_us - before_us) <= TOLERATED_US:
            return False
        self._offset_us = offset_us
        desk.set_fact(self._connection, _FACT, str(offset_us))
        if before_us is None:
            return False
        desk.set_fact(self._connection, JUMP, f"{now_us} {offset_us - before_us}")
        return True
