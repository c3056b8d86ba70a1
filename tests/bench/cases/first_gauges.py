"""A backlog of a day that ends now: what it takes until the first numbers, and the right ones.

A long one: as many times longer than the others' as that of the benchmark of memory. CPU seconds of
the collector, from its start. Beside it the viewers that open the same files: their first rows are
raw lines, of no route and no budget.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from console.burn import windows
from console.model import HOUR_US
from console.store import ahead
from tests.bench.bench import Bench, Benchmark
from tests.bench.counting import lnav_format
from tests.bench.live import at_work, collecting, events_read, wait_until
from tests.bench.process import cpu_of, surroundings
from tests.bench.report import Row, against, alone
from tests.bench.terminal import cpu_until_shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console.model import Counts

NAME = "first gauges"
_AHEAD_US = HOUR_US * 5 // 4
"""The logs' day ends so much later than now, so that the last hour is full and nothing is to come:
runs start up to two hours before the end, and are over within half an hour."""


class Opening(NamedTuple):
    """CPU seconds until the first number, the last hour being right, and everything read."""

    first_s: float
    right_s: float
    all_s: float


def run(bench: Bench) -> list[Row]:
    """Measure ours and the viewers in the same rounds."""
    until_us = time.time_ns() // 1_000 + _AHEAD_US
    count = bench.scale.lines * bench.scale.memory_growth
    logs = bench.logs(until_us=until_us, lines=count)
    viewers = _viewers(bench, logs)
    openings: list[Opening] = []
    theirs: dict[str, list[float]] = {name: [] for name in viewers}
    for _ in range(bench.scale.rounds):
        openings.append(_ours(bench, logs, count))
        for name, view in viewers.items():
            theirs[name].append(view())
    first, right, everything = (list(column) for column in zip(*openings, strict=True))
    lines = f"{count:,} lines"
    whole, note = "everything read", "the same run, to its end"
    rows = [
        against(NAME, f"{lines}, first numbers", "CPU s", first, whole, everything, note),
        against(NAME, f"{lines}, last hour right", "CPU s", right, whole, everything, note),
        alone(NAME, f"{lines}, everything read", "CPU s", everything),
    ]
    note = "first rows: raw lines on a terminal, while it reads on"
    return rows + [
        against(NAME, f"{lines}, first numbers", "CPU s", first, name, seconds, note)
        for name, seconds in theirs.items()
    ]


def _ours(bench: Bench, logs: Path, lines: int) -> Opening:
    """Follow one collector through a backlog, looking at the last hour again and again."""
    seen: list[tuple[float, dict[int, Counts]]] = []
    with bench.place() as place, collecting(place, logs) as process:
        connection = at_work(place, process)
        hour = windows.trailing(time.time_ns() // 1_000, HOUR_US)

        def look() -> bool:
            cpu_s = cpu_of(process.pid)
            seen.append((cpu_s, ahead.window_counts(connection, hour)))
            return events_read(connection) >= lines

        wait_until(look, "reading the backlog", process)
        first_s = seen[0][0]
        connection.close()
    final = seen[-1][1]
    right_s = next(cpu_s for cpu_s, counts in seen if counts == final)
    return Opening(first_s, right_s, seen[-1][0])


def _viewers(bench: Bench, logs: Path) -> dict[str, Callable[[], float]]:
    """Return the viewers that are there, each as what opens the logs."""
    found: dict[str, Callable[[], float]] = {}
    home = bench.folder / "viewers"
    home.mkdir(exist_ok=True)
    env = surroundings(home)
    lnav = bench.peers.program("lnav", "-V")
    if lnav is not None:
        if not (home / "lnav").exists():
            lnav_format(home)
        command = [lnav, "-I", str(home / "lnav"), str(logs)]
        found[bench.peers.named("lnav")] = lambda: cpu_until_shown(command, b"route-0", env)
    toolong = bench.peers.program("tl")
    if toolong is not None:
        files = [str(path) for path in sorted(logs.iterdir())]
        merged = [toolong, "--merge", *files]
        found[f"toolong {bench.peers.versions['tl']}"] = lambda: cpu_until_shown(
            merged, b"route-0", env
        )
    return found


BENCHMARK = Benchmark(NAME, "CPU until the first and the right numbers of a backlog", run)
