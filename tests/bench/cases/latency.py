"""From a line that was appended to a store that shows it, at three rates.

Somebody appends to the files of a running collector and looks at its store every millisecond. What
is told is the time of each line, from the return of its write to the first look that saw it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from tests.bench.bench import Bench, Benchmark
from tests.bench.live import at_work, collecting, events_read, wait_until
from tests.bench.process import cpu_of
from tests.bench.report import Row, alone
from tests.bench.workload import live_line

if TYPE_CHECKING:
    from pathlib import Path

    from console.store.connect import Connection

NAME = "append to visible"
RATES = (50, 1_000, 10_000)
_TICK_S = 0.01
_LOOK_S = 0.001


class Seen(NamedTuple):
    """How long lines took in ms, at the median and the 99th percentile, and the collector's CPU."""

    p50_ms: float
    p99_ms: float
    core_percent: float


def run(bench: Bench) -> list[Row]:
    """Measure every rate in every round."""
    found: dict[int, list[Seen]] = {rate: [] for rate in RATES}
    for _ in range(bench.scale.rounds):
        for rate in RATES:
            found[rate].append(_at(bench, rate))
    rows = []
    for rate, seen in found.items():
        what = f"{rate:,} lines/s, {bench.scale.files} files"
        rows += [
            alone(NAME, f"{what}, p50", "ms", [one.p50_ms for one in seen]),
            alone(NAME, f"{what}, p99", "ms", [one.p99_ms for one in seen]),
            alone(NAME, f"{what}, collector", "% of a core", [one.core_percent for one in seen]),
        ]
    return rows


def _at(bench: Bench, rate: int) -> Seen:
    with bench.place() as place:
        logs = place / "logs"
        logs.mkdir()
        writer = _Writer(logs, rate, bench.scale.files, bench.scale.length)
        writer.first_lines()
        with collecting(place, logs) as process:
            connection = at_work(place, process)
            wait_until(
                lambda: events_read(connection) >= writer.written, "the first lines", process
            )
            before_s, begun_s = cpu_of(process.pid), time.monotonic()
            delays_s = writer.play(connection, bench.scale.seconds)
            wait_until(lambda: writer.look(connection), "the last lines", process, _LOOK_S)
            spent_s, wall_s = cpu_of(process.pid) - before_s, time.monotonic() - begun_s
            connection.close()
    delays_s.sort()
    p50, p99 = (delays_s[int(len(delays_s) * share)] * 1_000 for share in (0.5, 0.99))
    return Seen(p50, p99, 100 * spent_s / wall_s)


class _Writer:
    """Appends at a rate, a file after the other, and remembers what is not visible yet."""

    def __init__(self, logs: Path, rate: int, files: int, length: int) -> None:
        self.written = 0
        self._delays_s: list[float] = []
        self._waiting: list[tuple[int, float]] = []
        self._visible = 0
        self._rate = rate
        self._length = length
        self._paths = [logs / f"agent-{number:05}.jsonl" for number in range(files)]

    def first_lines(self) -> None:
        """Make every file known before anything is measured."""
        for number in range(len(self._paths)):
            self._append(number, 1)
        self._visible = self.written

    def play(self, connection: Connection, seconds: float) -> list[float]:
        """Append for so many seconds; return the list that the delays of all lines come into."""
        tick_s = max(_TICK_S, 1 / self._rate)
        ticks = max(1, round(seconds / tick_s))
        begun_s = time.monotonic()
        for number in range(ticks):
            while time.monotonic() < begun_s + number * tick_s:
                self.look(connection)
                time.sleep(_LOOK_S)
            due = round((number + 1) * tick_s * self._rate) - round(number * tick_s * self._rate)
            self._append(number % len(self._paths), due)
            self._waiting.append((self.written, time.monotonic()))
        return self._delays_s

    def look(self, connection: Connection) -> bool:
        """Note what has become visible; say whether that is everything."""
        seen, now_s = events_read(connection), time.monotonic()
        while self._waiting and self._waiting[0][0] <= seen:
            upto, at_s = self._waiting.pop(0)
            self._delays_s += [now_s - at_s] * (upto - self._visible)
            self._visible = upto
        return not self._waiting

    def _append(self, file: int, lines: int) -> None:
        now_us = time.time_ns() // 1_000
        names = range(self.written, self.written + lines)
        route = f"route-{file % 8}"
        data = b"".join(live_line(route, f"r-{name}", now_us, self._length) for name in names)
        with self._paths[file].open("ab") as opened:
            opened.write(data)
        self.written += lines


BENCHMARK = Benchmark(NAME, "append to visible in the store, at 50, 1,000 and 10,000 lines/s", run)
