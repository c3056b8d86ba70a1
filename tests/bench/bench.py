"""What a benchmark is, and what it is given: sizes, peers, data, and a place to work in."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from tests.bench import oracle, workload
from tests.bench.process import measure, python, surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.bench.peers import Peers
    from tests.bench.process import Done
    from tests.bench.report import Row
    from tests.bench.scale import Scale


class Bench:
    """The surroundings of a run; data that several benchmarks need is written once."""

    def __init__(
        self, scale: Scale, peers: Peers, folder: Path, say: Callable[[str], None]
    ) -> None:
        self.scale = scale
        self.peers = peers
        self.folder = folder
        self.say = say
        self._logs: dict[workload.Shape, list[Path]] = {}
        self._right: dict[workload.Shape, oracle.Answer] = {}
        self._places = 0

    def logs(self, **sizes: int) -> Path:
        """Return a folder of native logs; `sizes` replace those of the scale."""
        shape = workload.shape(self.scale, **sizes)
        if shape not in self._logs:
            self.say(f"writing {shape.lines:,} lines")
            folder = self.folder / f"logs-{len(self._logs)}"
            self._logs[shape] = workload.write(folder, shape)
        return self._logs[shape][0].parent

    def right(self, **sizes: int) -> oracle.Answer:
        """Return the oracle's answer about those logs."""
        self.logs(**sizes)
        shape = workload.shape(self.scale, **sizes)
        if shape not in self._right:
            self._right[shape] = oracle.answer(self._logs[shape])
        return self._right[shape]

    @contextmanager
    def place(self) -> Iterator[Path]:
        """Give an empty folder for one measurement, and remove it."""
        self._places += 1
        folder = self.folder / f"work-{self._places}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


class Benchmark(NamedTuple):
    """A benchmark: `does` says what it measures, `run` returns its rows."""

    name: str
    does: str
    run: Callable[[Bench], list[Row]]


def burnline(place: Path, *arguments: object) -> list[str]:
    """Return the product's command with store and control file in a place of its own."""
    options = ("--store", store_in(place), "--control", place / "control" / "control.json")
    return python("console", *options, *arguments)


def store_in(place: Path) -> Path:
    """Return where `burnline` keeps its store."""
    return place / "burnline.db"


def collect_once(place: Path, logs: Path) -> Done:
    """Read logs to their end into a new store, as a user would; return what it cost."""
    command = burnline(place, "collect", "--once", logs)
    return measure(command, cwd=place, env=surroundings(place))
