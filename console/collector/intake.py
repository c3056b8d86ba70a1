"""One turn of reading: blocks of lines from all files, fairly, into the ledger."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from console.collector.gathering import Gathering
from console.collector.native_lines import NativeLines
from console.collector.readers import Readers
from console.intake import position as pos
from console.intake.formats.native import FORMAT as NATIVE
from console.intake.formats.native import first_object
from console.intake.reading import Rejected
from console.ledger.deadlines import Progress
from console.ledger.facts import CHANGE, own_run
from console.ledger.sequence import Sequence
from console.model import EVENTS, FUTURE_SLACK_US, OF_RUNS, Event, Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from console.intake.blocks import Block
    from console.intake.position import Position
    from console.intake.reading import Batch, Reader
    from console.intake.redaction import Redactor
    from console.intake.tail import Tailer
    from console.ledger.book import Ledger

TURN_BYTES = 8 * 1024 * 1024
"""How much is read before it is committed: bounds memory and the time to first numbers."""
_SHARE = 2
"""A file gets this part of a turn before the next: most runs that begin in it then end in it too,
and are stored once."""
_LEAST_BYTES = 2 * 1024
"""What a block counts as at least: ten thousand short files are more work than their bytes say."""
EVIDENCE_BYTES = 64 * 1024
"""The most that is kept of a raw line."""
_BEYOND_BYTES = 8 * 1024
_MOST_LINES_BYTES = 4 * 1024
"""What most lines are shorter than: so much is read of one before all that may be kept."""


class Intake:
    """Reads what the tailer finds, keeps a reader for each file, and feeds the ledger."""

    def __init__(
        self,
        tailer: Tailer,
        ledger: Ledger,
        sequences: dict[tuple[str, str, str], Sequence],
        redactor: Redactor,
        floors: Mapping[str, int],
    ) -> None:
        self.tailer = tailer
        self.ledger = ledger
        self.finished: set[int] = set()
        self.gathering = Gathering()
        self.rejected: dict[int, list[Rejected]] = {}
        self.unknown: dict[int, Counter[str]] = {}
        self.future: list[tuple[int, Origin, int, Event]] = []
        self.sequences = sequences
        self.numbered: set[tuple[str, str, str]] = set()
        self._redactor = redactor
        self._floors = floors
        self._lines = NativeLines(self.gathering, ledger, redactor, floors)
        self.readers = Readers(tailer, redactor)
        self._blocks = 0
        self._served: dict[int, int] = {}

    def turn(self, waiting: Iterable[Position], now_us: int) -> int:
        """Read about `TURN_BYTES`, round the waiting files; return the bytes read.

        A share of each in turn, and those first that have waited longest, from turn to turn: a
        large file does not hold up small ones, and many files do not make a turn endless.
        """
        queue = sorted(waiting, key=lambda file: self._served.get(file.id, 0))
        self.finished -= {file.id for file in queue}
        read = spent = 0
        while queue and spent < TURN_BYTES:
            still = []
            for file in queue:
                if spent >= TURN_BYTES:
                    break
                length = self._stretch(file, now_us)
                if length:
                    read += length
                    spent += max(length, _LEAST_BYTES)
                    if file.unread:
                        still.append(file)
                elif not self.tailer.postponed(file):
                    self.finished.add(file.id)
            queue = still
        self.readers.keep_fed()
        for file in self.tailer.files.values():
            if file.id not in self.finished and file.size <= file.offset:
                self.finished.add(file.id)
        return read

    def _stretch(self, file: Position, now_us: int) -> int:
        """Read a file's share of a turn, one block where it begins; return the bytes read.

        So every file has shown its routes soon, and how far back it reaches.
        """
        self._blocks += 1
        self._served[file.id] = self._blocks
        share = TURN_BYTES // _SHARE if file.offset else 0
        read = length = self._one_block(file, now_us)
        while length and read < share:
            length = self._one_block(file, now_us)
            read += length
        self.gathering.close()
        return read

    def settle(self, now_us: int) -> None:
        """Let readers draw what follows from silence in files that are read to their end."""
        readers = self.readers
        for file in self.tailer.files.values():
            ended = file.id in self.finished or file.state == pos.GONE
            reader = readers.waiting(file) if ended else None
            if reader is None:
                continue
            batch = reader.settle(now_us)
            if batch.events or batch.rejected:
                self._take(file, batch, now_us)
                readers.keep(file, reader)
            else:
                readers.rest(file)

    def unread(self) -> list[Position]:
        """Return the files of the sources that are not read to their end."""
        tailer = self.tailer
        return [
            tailer.files[number]
            for number in tailer.source_of
            if number not in self.finished and tailer.files[number].state == pos.READING
        ]

    def reads_plainly(self, file: Position) -> bool:
        """Say whether a file is a plain one of native lines."""
        known = self.readers.can_read(file)
        return known and file.format == NATIVE.name and not file.packed and not file.whole

    def progress(self) -> list[Progress]:
        """Return how far the files are read that hold deadlines back."""
        return [
            Progress(frozenset(file.routes), file.latest_us, finished=False)
            for file in self.unread()
        ]

    def release(self, due: Iterable[tuple[Event, Origin]]) -> None:
        """Apply events that lay in the future when they were read."""
        for event, origin in due:
            self._apply(event, origin)

    def raw(self, origin: Origin) -> bytes:
        """Return the raw line, or the object on it, at a place; empty where it is gone.

        Without secrets. A little more is read than is kept, so that one at the cut is seen whole.
        """
        file = self.tailer.files.get(origin.file)
        if file is None:
            return b""
        data = self.tailer.raw(file, origin.offset, _MOST_LINES_BYTES)
        if b"\n" not in data and len(data) == _MOST_LINES_BYTES:
            data = self.tailer.raw(file, origin.offset, EVIDENCE_BYTES + _BEYOND_BYTES)
        line = data.split(b"\n", 1)[0].rstrip(b"\r\x00")
        return self._redactor.line(first_object(line))[:EVIDENCE_BYTES]

    def drop(self, numbers: Iterable[int]) -> None:
        """Forget files that were deleted from the store."""
        for number in numbers:
            self.readers.drop(number)
            self.finished.discard(number)
            self.tailer.forget(number)

    def forget(self) -> None:
        """Begin a new turn: what the last one saw is stored."""
        self.gathering.forget()
        self.rejected.clear()
        self.unknown.clear()
        self.future.clear()
        self.tailer.changed.clear()
        self.numbered.clear()

    def _one_block(self, file: Position, now_us: int) -> int:
        """Read one block, or a whole document, of a file; return the bytes read."""
        if not self.readers.can_read(file):
            return 0
        block = self.tailer.document(file) if file.whole else self.tailer.read(file)
        reader = None if block is None else self.readers.of(file)
        if block is None or reader is None:
            return 0
        if block.refused:
            self._refuse(file, block, block.refused, len(block.data))
            self.tailer.refuse(file, block.refused)
            return 0
        if file.whole:
            file.rejected = file.late = 0
        if block.oversize:
            self._refuse_oversize(file, block)
        elif file.format == NATIVE.name:
            self._take_plainly(file, reader, block, now_us)
        else:
            self._take(file, reader.feed(block.data, block.offset, block.line), now_us)
        if file.whole:
            self.tailer.finish(file, block)
        else:
            self.tailer.advance(file, block)
        self.readers.fed(file, reader)
        return block.oversize or len(block.data)

    def _take(self, file: Position, batch: Batch, now_us: int) -> None:
        horizon_us = now_us + FUTURE_SLACK_US
        for place, (event, offset, _, line) in enumerate(batch.events):
            origin = Origin(file.id, offset, line)
            if event.event not in EVENTS:
                self.unknown.setdefault(file.id, Counter())[event.event] += 1
            if event.ts_us > horizon_us:
                self.future.append((event.ts_us - FUTURE_SLACK_US, origin, place, event))
                continue
            if file.latest_us is None or event.ts_us > file.latest_us:
                file.latest_us = event.ts_us
            file.routes.add(event.route)
            if self._too_late(event):
                file.late += 1
                continue
            self._gather(event, origin)
        if batch.ignored:
            self.unknown.setdefault(file.id, Counter()).update(batch.ignored)
        if batch.rejected:
            file.rejected += len(batch.rejected)
            self.rejected.setdefault(file.id, []).extend(batch.rejected)
        self.tailer.changed.add(file.id)

    def _too_late(self, event: Event) -> bool:
        """Say whether an event is of a run that may have been counted and deleted already."""
        floor_us = self._floors.get(event.route)
        if floor_us is None or event.ts_us > floor_us:
            return False
        key = event.route, event.run or (own_run(event) if event.event == CHANGE else "")
        return bool(key[1]) and not self.gathering.holds(key) and not self.ledger.knows(*key)

    def _take_plainly(self, file: Position, reader: Reader, block: Block, now_us: int) -> None:
        """Take in native lines: the plain ones together, run by run, the others one by one."""
        taken = self._lines.take(block, file.id, reader, now_us + FUTURE_SLACK_US)
        if taken is None:
            self._take(file, reader.feed(block.data, block.offset, block.line), now_us)
            return
        for batch in taken.others:
            self._take(file, batch, now_us)
        if taken.latest_us is None:
            return
        if file.latest_us is None or taken.latest_us > file.latest_us:
            file.latest_us = taken.latest_us
        file.routes.update(taken.routes)
        if taken.unknown:
            self.unknown.setdefault(file.id, Counter()).update(taken.unknown)
        for event, origin in taken.heard:
            self.ledger.apply(event, origin)
        for number in taken.numbered:
            self._number(*number)
        self.tailer.changed.add(file.id)

    def deliver(self) -> None:
        """Hand the runs that were gathered in this turn to the ledger."""
        self.gathering.close()
        self.ledger.bring(self.gathering.deliver())

    def _gather(self, event: Event, origin: Origin) -> None:
        """Take in an event, with the others of its run unless it names none."""
        if not event.run or event.event not in OF_RUNS:
            self._apply(event, origin)
            return
        self.gathering.put(event, origin)
        if event.agent and event.seq is not None:
            self._number(event.route, event.agent, event.boot, event.seq)

    def _apply(self, event: Event, origin: Origin) -> None:
        self.ledger.apply(event, origin)
        if event.agent and event.seq is not None:
            self._number(event.route, event.agent, event.boot, event.seq)
        self.gathering.of(event.route).note(event.agent, event.ts_us, event.ts_us)

    def _number(self, route: str, agent: str, boot: str, number: int) -> None:
        """Note the running number of an agent's line: a gap is a line that was lost."""
        key = (route, agent, boot)
        seen = self.sequences.get(key)
        if seen is None:
            seen = self.sequences[key] = Sequence()
            self.ledger.boot(*key)
        if seen.add(number):
            self.numbered.add(key)

    def _refuse_oversize(self, file: Position, block: Block) -> None:
        what = "document" if file.whole else "line"
        reason = f"a {what} of {block.oversize:,} bytes is longer than is read; it was passed over"
        self._refuse(file, block, reason, block.oversize)

    def _refuse(self, file: Position, block: Block, reason: str, length: int) -> None:
        piece = Rejected(block.offset, length, block.line, reason, block.data)
        file.rejected += 1
        self.rejected.setdefault(file.id, []).append(self._redactor.rejected(piece))
