"""Agents of the soak: each keeps a log, rotates it in every style, and books each of its events.

A process is `python -m tests.faults.writers FOLDER FIRST COUNT SEED PACE_S`. A book says of every
event that it is about to be written, and then that it was; the writer that comes after a kill looks
at the end of its log for the one that is not known.
"""

from __future__ import annotations

import gzip
import random
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from console.agent import AgentLog, Guard, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

ROUTES = 10
NUMBERED = 6
"""So many rotated logs go round by number; the oldest then gets a name that it keeps, since to
delete it would be to destroy what a collector that is away has not read."""


def route_of(number: int) -> str:
    """Return the route that a writer works on."""
    return f"route-{number % ROUTES}"


class Writer:
    """One agent with its log, its book, and a guard that it asks before each run."""

    def __init__(self, folder: Path, number: int, chance: random.Random) -> None:
        self._chance = chance
        self._name = f"w-{number}"
        self._path = folder / "logs" / f"{number % 7}" / f"{self._name}.jsonl"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._book = folder / "books" / f"{self._name}.txt"
        self._settle()
        self._log = AgentLog(self._path, route=route_of(number), agent=self._name)
        self._guard = Guard(
            folder / "control" / "control.json", route_of(number), agent=self._name,
            receipts=self._log, watch=False, state_dir=folder / "memory" / self._name,
        )  # fmt: skip
        self._runs = sum(line.endswith("run.started\n") for line in self._lines())
        self._styles: list[Callable[[], None]] = [
            self._rename, self._copy_and_truncate, self._compress, self._compress_in_members,
            self._replace, self._hard_link,
        ]  # fmt: skip

    def turn(self) -> None:
        """Work on one run, where the route may start one; rotate now and then."""
        if self._chance.random() < 0.05 and self._path.exists():
            self._shift()
            self._chance.choice(self._styles)()
        try:
            self._guard.check_start()
        except Refused:
            return
        self.work()

    def work(self) -> None:
        """Work on one run."""
        run = f"{self._name}-{self._runs}"
        self._runs += 1
        self._emit("run.started", run)
        if self._chance.random() < 0.1:
            self._emit("check.failed", run, check="qa", reason="no source")
        if self._chance.random() < 0.97:
            self._emit("run.delivered", run)

    def _emit(self, event: str, run: str, **fields: object) -> None:
        self._write("?", event, run)
        self._log.emit(event, run, **fields)
        self._write("+", event, run)

    def _write(self, mark: str, event: str, run: str) -> None:
        with self._book.open("a") as book:
            book.write(f"{mark} {run} {event}\n")

    def _lines(self) -> list[str]:
        return self._book.read_text().splitlines(keepends=True) if self._book.exists() else []

    def _settle(self) -> None:
        """Book the event that a kill left open, if it stands at the end of the log."""
        lines = [line.split() for line in self._lines() if line.endswith("\n")]
        if not lines or lines[-1][0] != "?":
            return
        _, run, event = lines[-1]
        end = self._path.read_bytes()[-4_096:].splitlines() if self._path.exists() else []
        signs = (f'"{run}"'.encode(), f'"{event}"'.encode())
        if any(all(sign in line for sign in signs) for line in end[-2:]):
            self._write("+", event, run)
        else:
            self._write("-", event, run)

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")

    def _shift(self) -> None:
        for number in range(NUMBERED, 0, -1):
            for ending in ("", ".gz"):
                source = self._path.with_name(f"{self._path.name}.{number}{ending}")
                if source.exists():
                    name = f"{number + 1}" if number < NUMBERED else f"old-{time.time_ns()}"
                    source.rename(source.with_name(f"{self._path.name}.{name}{ending}"))

    def _rename(self) -> None:
        self._path.rename(self._numbered(1))

    def _copy_and_truncate(self) -> None:
        shutil.copyfile(self._path, self._numbered(1))
        self._path.write_bytes(b"")

    def _compress(self) -> None:
        self._packed([self._path.read_bytes()])

    def _compress_in_members(self) -> None:
        data = self._path.read_bytes()
        cut = self._chance.randrange(len(data) + 1)
        self._packed([data[:cut], data[cut:]])

    def _packed(self, parts: list[bytes]) -> None:
        target = self._path.with_name(f"{self._path.name}.1.gz")
        target.write_bytes(b"".join(map(gzip.compress, parts)))
        self._path.unlink()

    def _replace(self) -> None:
        """Have a new, empty file take the name, over the old one that has another by then."""
        self._numbered(1).hardlink_to(self._path)
        fresh = self._path.with_suffix(".fresh")
        fresh.write_bytes(b"")
        fresh.replace(self._path)

    def _hard_link(self) -> None:
        self._numbered(1).hardlink_to(self._path)
        self._path.unlink()


def main(arguments: list[str]) -> int:
    """Write until it is told to end, or killed."""
    folder, first, count, seed, pace_s = arguments
    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    writers = [
        Writer(Path(folder), number, random.Random(f"{seed} {number}"))
        for number in range(int(first), int(first) + int(count))
    ]
    while not ending.is_set():
        for writer in writers:
            writer.turn()
            if ending.wait(float(pace_s)):
                break
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
