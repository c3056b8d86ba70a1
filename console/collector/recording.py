"""Past logs as a recording: when each of their lines was written, told from the events in them.

A log is written in the order of its lines. A line is therefore on the tape at the latest time of
the events up to it, a document once its last event has happened. Lines without an event belong to
the line before them. Times that have not come yet say nothing of when a line was written.
"""

from __future__ import annotations

import gzip
import itertools
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.intake.blocks import BLOCK_BYTES, MAX_LINE_BYTES
from console.intake.formats import FORMATS, context_of, recognise, variant
from console.intake.places import walk
from console.model import SECOND_US

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from console.intake.places import Found, Passed
    from console.intake.reading import Format
    from console.settings import Source

_GZIP = b"\x1f\x8b"


class Mark(NamedTuple):
    """Up to which byte a file had been written at an instant."""

    at_us: int
    end: int


class Reel(NamedTuple):
    """One file of a recording: its bytes, where its copy grows, and how."""

    original: Path
    copy: Path
    marks: tuple[Mark, ...]


class Recording(NamedTuple):
    """All files, the sources that read their copies, and the first and last instant of them."""

    reels: tuple[Reel, ...]
    sources: tuple[Source, ...]
    first_us: int
    last_us: int
    refused: tuple[str, ...] = ()


def record(sources: Iterable[Source], folder: Path, now_us: int) -> Recording:
    """Return the recording that the logs of `sources` are; copies are to grow below `folder`.

    What cannot be read, or holds no time, is named in `refused` and left out.
    """
    reels: list[Reel] = []
    copies: list[Source] = []
    refused: list[str] = []
    passed: list[Passed] = []
    for number, source in enumerate(sources):
        place = folder / "logs" / str(number)
        place.mkdir(parents=True)
        copies.append(msgspec.structs.replace(source, path=place))
        for found in walk(source, passed):
            try:
                reel = _reel(found, place, folder, now_us)
            except (OSError, EOFError, ValueError) as error:
                refused.append(f"{os.fsdecode(found.path)}: {error}")
                continue
            if reel is None:
                refused.append(f"{os.fsdecode(found.path)}: no event with a time in it")
            else:
                reels.append(reel)
    times = [mark.at_us for reel in reels for mark in (reel.marks[0], reel.marks[-1])]
    first_us, last_us = min(times, default=0), max(times, default=0)
    return Recording(tuple(reels), tuple(copies), first_us, last_us, tuple(refused))


def _reel(found: Found, place: Path, folder: Path, now_us: int) -> Reel | None:
    original = Path(os.fsdecode(found.path))
    root = found.source.path
    inside = original.relative_to(root) if original.is_relative_to(root) else Path(original.name)
    copy = place / (inside if inside.name else original.name)
    copy.parent.mkdir(parents=True, exist_ok=True)
    with original.open("rb") as file:
        packed = file.read(2) == _GZIP
    if packed:
        copy = copy.with_suffix("") if copy.suffix == ".gz" else copy
        original = _unpacked(original, folder)
    marks = tuple(_marks(original, found.source, now_us))
    return Reel(original, copy, marks) if marks else None


def _unpacked(original: Path, folder: Path) -> Path:
    tape = folder / "unpacked"
    tape.mkdir(exist_ok=True)
    target = tape / str(len(list(tape.iterdir())))
    with gzip.open(original) as packed, target.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    return target


def _marks(path: Path, source: Source, now_us: int) -> Iterator[Mark]:
    """Yield how a file grew, a mark a second at most; its last one is at its end."""
    with path.open("rb") as file:
        entry = _format(file.read(BLOCK_BYTES), path, source)
        file.seek(0)
        times = [] if entry is None else list(_times(file, entry, path, source, now_us))
        end = file.seek(0, os.SEEK_END)
    if not times:
        return
    whole = entry is not None and entry.whole
    kept = [(max(at_us for at_us, _ in times), 0)] if whole else times
    latest_us = kept[0][0]
    for (at_us, _), (after_us, offset) in itertools.pairwise(kept):
        latest_us = max(latest_us, at_us)
        if after_us // SECOND_US > latest_us // SECOND_US:
            yield Mark(latest_us, offset)
    yield Mark(max(latest_us, kept[-1][0]), end)


def _format(head: bytes, path: Path, source: Source) -> Format | None:
    named = source.format != "auto"
    name = variant(source.format, head) if named else recognise(head, os.fsencode(path))
    return FORMATS.get(name)


def _times(
    file: BinaryIO, entry: Format, path: Path, source: Source, now_us: int
) -> Iterator[tuple[int, int]]:
    """Yield (time of an event, offset of its line) in file order."""
    reader = entry.reader(context_of(entry, path, source))
    for block, offset, line in [(file.read(), 0, 1)] if entry.whole else _blocks(file):
        events = reader.feed(block, offset, line).events
        for item in sorted(events, key=lambda item: item.offset):
            if item.event.ts_us <= now_us:
                yield item.event.ts_us, item.offset


def _blocks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield (whole lines, offset, number of the first); a line that is too long is passed over."""
    block, begun, first, offset, number = b"", 0, 1, 0, 1
    ended = True
    while line := file.readline(MAX_LINE_BYTES + 1):
        whole = ended and line.endswith(b"\n")
        ended = line.endswith(b"\n")
        if whole:
            block += line
        if block and (not whole or len(block) >= BLOCK_BYTES):
            yield block, begun, first
            block = b""
        offset += len(line)
        number += ended
        if not block:
            begun, first = offset, number
    if block:
        yield block, begun, first
