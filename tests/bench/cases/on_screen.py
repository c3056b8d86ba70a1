"""From a line that was appended to the terminal that shows it, beside viewers of logs.

Ours shows the run as a miss of its route, judged and stored by a collector of its own; the viewers
show the line. Names of runs share no letter with the one before, so that no program that draws only
what changed can leave out a part of one. What is told is the time from the return of the write.
"""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING

from console.simulate.lines import stamp
from tests.bench.bench import Bench, Benchmark, burnline
from tests.bench.counting import lnav_format
from tests.bench.live import at_work, collecting
from tests.bench.process import surroundings
from tests.bench.report import Row, against, alone
from tests.bench.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    Show = Callable[[Path, Path], AbstractContextManager[Terminal]]

NAME = "append to screen"
_ALPHABETS = ("abcdefghijklm", "nopqrstuvwxyz")
_LETTERS = 10
_PER_SECOND = 2
_FIRST = 20


def run(bench: Bench) -> list[Row]:
    """Measure ours and the viewers in the same rounds."""
    shows: dict[str, Show] = {"": _ours, **_viewers(bench)}
    found: dict[str, list[float]] = {name: [] for name in shows}
    for number in range(bench.scale.rounds):
        for name, show in shows.items():
            with bench.place() as place:
                found[name].append(_median_ms(bench, place, show, number))
    ours = found.pop("")
    what, note = "one line, p50", "shows the line: no runs, misses or budgets, nothing kept"
    if not found:
        return [alone(NAME, what, "ms", ours)]
    return [against(NAME, what, "ms", ours, name, ms, note) for name, ms in found.items()]


def _median_ms(bench: Bench, place: Path, show: Show, number: int) -> float:
    rng = Random(f"{bench.scale.seed}/{number}")
    logs = place / "logs"
    logs.mkdir()
    log = logs / "agent.jsonl"
    for first in range(_FIRST):
        _append(log, f"first-{first}")
    delays_s = []
    with show(place, logs) as terminal:
        for turn in range(max(3, int(bench.scale.seconds * _PER_SECOND))):
            terminal.rest(rng.uniform(0.5, 1.5) / _PER_SECOND)
            run_name = "".join(rng.choices(_ALPHABETS[turn % 2], k=_LETTERS))
            _append(log, run_name)
            begun_s = time.monotonic()
            delays_s.append(terminal.until(run_name.encode()) - begun_s)
    return 1_000 * sorted(delays_s)[len(delays_s) // 2]


def _append(log: Path, run_name: str) -> None:
    at = stamp(time.time_ns() // 1_000)
    line = {"ts": at, "event": "run.failed", "route": "route-0", "run": run_name}
    with log.open("ab") as file:
        file.write(json.dumps(line).encode() + b"\n")


@contextmanager
def _ours(place: Path, logs: Path) -> Iterator[Terminal]:
    with collecting(place, logs) as process:
        at_work(place, process).close()
        with Terminal(burnline(place, "watch"), surroundings(place)) as terminal:
            terminal.until(b"route-0")
            terminal.press(b"3")
            terminal.until(f"first-{_FIRST - 1}".encode())
            yield terminal


def _viewers(bench: Bench) -> dict[str, Show]:
    """Return the viewers that are there, each as what opens the logs."""
    lnav, toolong = bench.peers.program("lnav", "-V"), bench.peers.program("tl")

    @contextmanager
    def by_lnav(place: Path, logs: Path) -> Iterator[Terminal]:
        lnav_format(place)
        command = [str(lnav), "-I", str(place / "lnav"), str(logs)]
        with Terminal(command, surroundings(place)) as terminal:
            terminal.until(f"first-{_FIRST - 1}".encode())
            yield terminal

    @contextmanager
    def by_toolong(place: Path, logs: Path) -> Iterator[Terminal]:
        command = [str(toolong), *map(str, logs.iterdir())]
        with Terminal(command, surroundings(place)) as terminal:
            terminal.until(f"first-{_FIRST - 1}".encode())
            yield terminal

    found: dict[str, Show] = {}
    if lnav is not None:
        found[bench.peers.named("lnav")] = by_lnav
    if toolong is not None:
        found[f"toolong {bench.peers.versions['tl']}"] = by_toolong
    return found


BENCHMARK = Benchmark(NAME, "From an appended line to the terminal that shows it", run)
