"""What the console has said in a session: a toast goes, and what it said stays here."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from console.text import clean

KEPT = 500
"""How many entries are kept, the latest."""


class Entry(NamedTuple):
    """One thing that was said: when last, how gravely, and how many times in a row."""

    number: int
    at_us: int
    gravity: str
    text: str
    times: int = 1


class Journal:
    """Entries, the latest first; the same words again are counted, not repeated."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._said = 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What was said, the latest first."""
        return tuple(self._entries)

    def add(self, text: str, gravity: str, at_us: int) -> None:
        """Note something: an `error`, a `warning`, or `information`."""
        text = clean(text)
        last = self._entries[0] if self._entries else None
        if last is not None and (last.text, last.gravity) == (text, gravity):
            self._entries[0] = last._replace(at_us=at_us, times=last.times + 1)
            return
        self._said += 1
        self._entries.appendleft(Entry(self._said, at_us, gravity, text))
