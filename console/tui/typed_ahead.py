"""Letters of a sentence that is typed blind, told from keys that are meant for what is in front.

Programs that type, and people who look elsewhere, send whole sentences. A key that means nothing
where it arrives begins one; whatever comes close behind belongs to it, and gives no order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model import SECOND_US

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from textual.events import Key

IDLE_US = SECOND_US // 2
"""After so long without a key the next one is taken for what it says."""


class TypedAhead:
    """Remembers when the last key came that belonged to a sentence typed blind."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._last_us = -IDLE_US

    @property
    def going_on(self) -> bool:
        """Whether a key that comes now belongs to the sentence."""
        return self._clock() - self._last_us < IDLE_US

    def add(self) -> None:
        """Take the key that came now for one of the sentence."""
        self._last_us = self._clock()

    def heard(self, event: Key, known: Container[str]) -> bool:
        """Note a letter that is not among the `known` keys, and say whether it was one."""
        stray = event.is_printable and event.key not in known
        if stray:
            self.add()
        return stray
