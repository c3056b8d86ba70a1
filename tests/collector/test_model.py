"""Random histories of log files, against what stood on disk whenever the collector looked.

`BURNLINE_MODEL_SEEDS=5000` tries more histories than the default; a failing test's name ends in its
seed, and its steps are printed.
"""

from __future__ import annotations

import contextlib
import gzip
import itertools
import json
import os
import random
import shutil
from typing import TYPE_CHECKING

import pytest

try:
    from pysqlite3 import SQLITE_INSERT, DatabaseError
except ImportError:
    from sqlite3 import SQLITE_INSERT, DatabaseError

from console.collector import intake
from console.intake import access, blocks, descriptors
from console.model import SECOND_US
from tests.collector.running import MINUTE, Station, good

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SEEDS = int(os.environ.get("BURNLINE_MODEL_SEEDS", "40"))
STEPS = 40


class History:
    """Logs that fare as logs do; each whole line is a run of its own that ended well."""

    def __init__(self, station: Station, chance: random.Random) -> None:
        self.station = station
        self.chance = chance
        self.written: set[str] = set()
        self.told: list[str] = []
        self.outside = station.folder / "outside"
        self.outside.mkdir()
        self.actions: list[Callable[[Path], None]] = [
            *[self.append] * 3, *[self.half] * 2, self.unterminated, self.junk, self.rotate,
            self.move_out, self.copy_truncate, self.shorten, self.rewrite, self.remake,
            self.replace, self.delete, self.link, self.vanish, self.compress, self.compress,
            self.older, self.other_writer, self.other_writer,
        ]  # fmt: skip
        self._halves: dict[int, bytes] = {}
        self._numbers = itertools.count(1)

    def act(self) -> None:
        """Do one thing to one log."""
        logs = sorted(path for path in self.station.logs.rglob("*.jsonl*") if path.is_file())
        path = self.chance.choice([*logs, self._new_path()])
        action = self.chance.choice(self._possible(path))
        self.told.append(f"{action.__name__} {path.relative_to(self.station.folder)}")
        action(path)

    def _possible(self, path: Path) -> list[Callable[[Path], None]]:
        if not path.exists():
            return [self.append]
        # Nobody writes into a compressed log; all else happens to it as to others.
        return (
            [self.rotate_packed, self.move_out, self.delete, self.link, self.vanish]
            if (_packed(path))
            else self.actions
        )

    def rotate_packed(self, path: Path) -> None:
        self._moved(path, path.with_name(f"{path.name.removesuffix('.gz')}.1.gz"))

    def append(self, path: Path) -> None:
        self._write(path, "ab", self._half_of(path) + self._lines())

    def half(self, path: Path) -> None:
        rest = self._half_of(path) or self._lines(1)
        cut = self.chance.randrange(len(rest))
        self._write(path, "ab", rest[:cut])
        self._halves[_inode(path)] = rest[cut:]

    def unterminated(self, path: Path) -> None:
        self._write(path, "ab", self._half_of(path) + self._lines(1)[:-1])
        self._halves[_inode(path)] = b"\n"

    def junk(self, path: Path) -> None:
        self._write(
            path, "ab", self._half_of(path) + self.chance.randbytes(20).replace(b"{", b"\n")
        )
        self._halves[_inode(path)] = b"\n"

    def rotate(self, path: Path) -> None:
        target = path.with_name(path.name.removesuffix(".1") + ".1")
        self._moved(path, target)

    def move_out(self, path: Path) -> None:
        self._moved(path, self.outside / f"{next(self._numbers)}")

    def copy_truncate(self, path: Path) -> None:
        shutil.copyfile(path, path.with_name(f"copy-{next(self._numbers)}.jsonl"))
        self._write(path, "wb", b"")
        self._halves.pop(_inode(path), None)

    def shorten(self, path: Path) -> None:
        lines = path.read_bytes().splitlines(keepends=True)
        keep = self.chance.randrange(len(lines)) if lines else 0
        os.truncate(path, sum(len(line) for line in lines[:keep]))
        self._stamp(path)
        self._halves.pop(_inode(path), None)

    def rewrite(self, path: Path) -> None:
        self._write(path, "wb", self._lines(path.read_bytes().count(b"\n") + 2))
        self._halves.pop(_inode(path), None)

    def remake(self, path: Path) -> None:
        self.delete(path)
        self._write(path, "wb", self._lines())

    def replace(self, path: Path) -> None:
        fresh = self.outside / "fresh"
        self._write(fresh, "wb", self._lines())
        self._moved(fresh, path)

    def delete(self, path: Path) -> None:
        if path.stat().st_nlink == 1:
            self._half_of(path)
        path.unlink()

    def link(self, path: Path) -> None:
        path.with_name(f"link-{next(self._numbers)}.jsonl").hardlink_to(path)

    def vanish(self, _: Path) -> None:
        self.station.logs.rename(self.outside / "vanished")
        match self.chance.randrange(3):
            case 0:
                self.station.collector.step()
            case 1:
                self.station.restart()
        (self.outside / "vanished").rename(self.station.logs)

    def compress(self, path: Path) -> None:
        """Rotate as logrotate does: a compressed copy beside the log, then the log goes."""
        if _packed(path) or _unfinished(path):
            return
        data = path.read_bytes()
        cut = self.chance.randrange(len(data) + 1)
        packed = b"".join(gzip.compress(part, mtime=0) for part in (data[:cut], data[cut:]))
        target = path.with_name(f"{path.name}.{next(self._numbers)}.gz")
        self._write(target, "wb", packed)
        self.delete(path)

    def older(self, path: Path) -> None:
        """Rotate by numbers: each name's file gets the next name."""
        stem = path.name.partition(".jsonl")[0] + ".jsonl"
        for number in (2, 1, 0):
            name = f"{stem}.{number}" if number else stem
            source = path.with_name(name)
            if source.exists():
                self._moved(source, path.with_name(f"{stem}.{number + 1}"))

    def other_writer(self, path: Path) -> None:
        """Write with a second process's descriptor, which stays with the file wherever it goes."""
        if _packed(path) or self._halves.get(_inode(path)):
            return
        with path.open("ab", buffering=0) as first, path.open("ab", buffering=0) as second:
            for writer in (first, second, first):
                writer.write(self._lines(1))
            if self.chance.randrange(3) == 0:
                self.chance.choice([self.rotate, self.move_out])(path)
                second.write(self._lines(1))
        self._stamp_if_there(path)

    def whole_lines(self) -> Iterator[str]:
        """Yield the runs whose lines stand whole in some log now."""
        for path in self.station.logs.rglob("*.jsonl*"):
            data = path.read_bytes()
            for line in (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).split(b"\n"):
                with contextlib.suppress(ValueError):
                    yield json.loads(line)["run"]

    def _lines(self, count: int = 0) -> bytes:
        names = [f"r{next(self._numbers)}" for _ in range(count or self.chance.randint(1, 6))]
        self.written.update(names)
        return b"".join(good(name, reason="x" * self.chance.randrange(200)) for name in names)

    def _new_path(self) -> Path:
        folder = self.station.logs / self.chance.choice([".", ".", "a", "b/c"])
        return folder / f"{self.chance.choice('xyz')}.jsonl"

    def _half_of(self, path: Path) -> bytes:
        return self._halves.pop(_inode(path), b"")

    def _write(self, path: Path, mode: str, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open(mode) as file:
            file.write(data)
        self._stamp(path)

    def _moved(self, path: Path, target: Path) -> None:
        if target.exists() and not target.samefile(path):
            self.delete(target)
        path.replace(target)

    def _stamp_if_there(self, path: Path) -> None:
        if path.exists():
            self._stamp(path)

    def _stamp(self, path: Path) -> None:
        """Give each change a time of its own, however coarse the clock of the file system is."""
        moment_ns = next(self._numbers) * 1_000_000
        os.utime(path, ns=(moment_ns, moment_ns))


def _packed(path: Path) -> bool:
    return path.is_file() and path.read_bytes().startswith(b"\x1f\x8b")


def _unfinished(path: Path) -> bool:
    data = path.read_bytes()
    return bool(data) and not data.endswith(b"\n")


def _inode(path: Path) -> int:
    return path.stat().st_ino if path.exists() else 0


def fail_once(station: Station, chance: random.Random) -> None:
    """Let one turn of the collector fail while it is being stored, at one table or another."""
    refused = chance.choice(["file", "run", "minute"])

    def deny(action: int, table: str | None, *_: object) -> int:
        return 1 if (action, table) == (SQLITE_INSERT, refused) else 0

    connection = station.collector.writer.connection
    connection.set_authorizer(deny)
    with contextlib.suppress(DatabaseError):
        station.collector.step()
    connection.set_authorizer(None)


def little_by_little(patch: pytest.MonkeyPatch) -> None:
    """Read so little at a time, with so few files open, that all that can come between does."""
    patch.setattr(intake, "TURN_BYTES", 1_000)
    patch.setattr(intake, "_LEAST_BYTES", 50)
    patch.setattr(blocks, "BLOCK_BYTES", 256)
    patch.setattr(descriptors, "open_limit", lambda: 4)
    patch.setattr(access, "_UNPACKED_AT_ONCE", 2)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_line_that_stood_whole_when_all_was_read_is_counted_once(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    little_by_little(monkeypatch)
    live(seed, tmp_path)


def live(seed: int, folder: Path) -> None:
    """Let logs fare as chance has it, and see after each step that what is counted is right."""
    chance = random.Random(seed)
    station = Station(folder)
    history = History(station, chance)
    stood: set[str] = set()
    try:
        for _ in range(STEPS):
            _step(history, stood)
            counted = set(station.runs())
            explained = f"seed {seed}: {'; '.join(history.told)}"
            assert stood <= counted <= history.written, explained
            assert station.total() == len(counted), explained
    finally:
        station.close()


def _step(history: History, stood: set[str]) -> None:
    station, chance = history.station, history.chance
    match chance.randrange(20):
        case 0 | 1 | 2:
            history.told.append("read")
            stood.update(history.whole_lines())
            station.read()
        case 3 | 4:
            history.told.append("turn")
            station.collector.step()
        case 5:
            history.told.append("failing turn")
            fail_once(station, chance)
        case 6 | 7:
            history.told.append("restart")
            station.restart()
        case 8:
            history.told.append("minutes pass")
            station.now_us += 2 * MINUTE * SECOND_US
        case _:
            history.act()
