"""The readers of files: made when one is needed, and put away while nothing is to come of them.

A reader of a session knows again what it has read, which takes a hundred kilobytes and more, and a
machine keeps thousands of sessions. What a reader leaves is stored, and one made of that goes on as
if nothing had happened; so no more of them are kept at hand than may be at work.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from console.intake import position as pos
from console.intake.blocks import BLOCK_BYTES
from console.intake.formats import FORMATS, can_be_told, context_of, recognise, variant
from console.intake.reading import Stateless
from console.intake.redaction import Redacting

if TYPE_CHECKING:
    from console.intake.position import Position
    from console.intake.reading import Format, Reader
    from console.intake.redaction import Redactor
    from console.intake.tail import Tailer
    from console.settings import Source

AT_HAND = 64
"""So many readers that keep a state are at hand, whether or not anything may come of them."""
_FOREVER_US = 2**60


class Readers:
    """A reader for each file whose format is known.

    Args:
        tailer: reads their heads.
        redactor: keeps secrets out of what they say.
    """

    def __init__(self, tailer: Tailer, redactor: Redactor) -> None:
        self._tailer = tailer
        self._redactor = redactor
        self._at_hand: dict[int, Reader] = {}
        self._stateless: dict[int, Reader] = {}
        self._resting: set[int] = set()
        """Files of which nothing is to come, however long they are silent."""
        self._expecting: set[int] = set()
        """Files of which something is to come, though nobody adds to them."""
        self._fed: dict[int, Reader] = {}

    def __len__(self) -> int:
        """Return how many readers that keep a state are at hand."""
        return len(self._at_hand)

    def can_read(self, file: Position) -> bool:
        """Say whether the format of a file is known, or can be told now."""
        return file.format in FORMATS or self.of(file) is not None

    def of(self, file: Position) -> Reader | None:
        """Return the reader of a file; None while its format cannot be told."""
        known = self._at_hand.get(file.id) or self._stateless.get(file.id)
        if known is not None:
            return known
        entry = self._format(file, self._tailer.source_of.get(file.id))
        if entry is None:
            return None
        plain = self._made(file, entry)
        reader = Redacting(plain, self._redactor)
        made = self._stateless if isinstance(plain, Stateless) else self._at_hand
        made[file.id] = reader
        return reader

    def waiting(self, file: Position) -> Reader | None:
        """Return the reader of a file where something may follow from silence; else None."""
        number = file.id
        if number in self._resting or number in self._stateless:
            return None
        if number not in self._at_hand and not file.reader:
            return None
        reader = self.of(file)
        return None if number in self._stateless else reader

    def fed(self, file: Position, reader: Reader) -> None:
        """Note that a reader was given something."""
        self._fed[file.id] = reader
        self._resting.discard(file.id)
        self._expecting.discard(file.id)

    def keep_fed(self) -> None:
        """Keep the states of the readers that were fed in this turn, each as it is at its end."""
        for number, reader in self._fed.items():
            self.keep(self._tailer.files[number], reader)
        self._fed.clear()

    def keep(self, file: Position, reader: Reader) -> None:
        """Keep what a reader leaves."""
        self._expecting.discard(file.id)
        state = reader.dump()
        if state != file.reader:
            file.reader = state
            self._tailer.changed.add(file.id)

    def rest(self, file: Position) -> None:
        """Put away the reader of a file that said nothing, if many are at hand.

        Not one of which something is to come: that shows by one made of the same state, which is
        told that nothing happens any more.
        """
        if len(self._at_hand) <= AT_HAND or file.id in self._expecting:
            return
        batch = self._made(file, FORMATS[file.format]).settle(_FOREVER_US)
        if batch.events or batch.rejected:
            self._expecting.add(file.id)
        else:
            del self._at_hand[file.id]
            self._resting.add(file.id)

    def drop(self, number: int) -> None:
        """Forget a file that was deleted from the store."""
        self._at_hand.pop(number, None)
        self._stateless.pop(number, None)
        self._resting.discard(number)
        self._expecting.discard(number)

    def _made(self, file: Position, entry: Format) -> Reader:
        source = self._tailer.source_of.get(file.id)
        context = context_of(entry, Path(os.fsdecode(file.path)), source)
        return entry.reader(context, file.reader)

    def _format(self, file: Position, source: Source | None) -> Format | None:
        if not file.format:
            head = self._tailer.raw(file, 0, BLOCK_BYTES)
            wanted = source.format if source is not None else "auto"
            if wanted != "auto":
                file.format = variant(wanted, head)
            elif can_be_told(head) or (head and self._tailer.ending(file)):
                file.format = recognise(head, file.path.removesuffix(b".gz"))
            else:
                return None
        entry = FORMATS.get(file.format)
        if entry is None:
            file.state, file.note = pos.UNRECOGNISED, "no known log format in it"
            file.format = ""
            self._tailer.changed.add(file.id)
            return None
        file.whole = entry.whole
        return entry
