"""The console while every route changes four times a second, beside a table of the toolkit.

The snapshots come from memory: what is measured is drawing, not reading the store.
"""

from __future__ import annotations

import statistics
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from tests.bench.bench import Bench, Benchmark
from tests.bench.console_frame import Seen
from tests.bench.process import measure, python, surroundings
from tests.bench.report import Row, against
from tests.bench.rounds import interleave

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.report import Unit

NAME = "console"
_KEYS = 20
_PEER = "Textual DataTable"
_NOTE = "bare cells: no gauges, colours, states or sorting; the same changes"


def run(bench: Bench) -> list[Row]:
    """Measure both, each in a process of its own, in the same rounds."""
    scale = bench.scale

    def seen(what: str) -> Seen:
        with bench.place() as place:
            arguments = (scale.fleet, scale.seconds, min(_KEYS, scale.calls // 50), what)
            command = python("tests.bench.console_frame", *arguments)
            done = measure(command, cwd=place, env=surroundings(place))
        return msgspec.json.decode(done.output, type=Seen)

    found = interleave(
        {"console": lambda: seen("console"), "table": lambda: seen("table")}, scale.rounds
    )
    routes = f"{scale.fleet:,} routes"
    return [
        _row(f"{routes} at 4 Hz, key to screen", "ms", found, _middle_ms),
        _row(f"{routes} at 4 Hz", "% of a core", found, attrgetter("core_percent")),
        _row(f"{routes} at 4 Hz, peak memory", "MB", found, attrgetter("peak_mb")),
        _row(f"{routes}, first useful frame", "CPU s", found, attrgetter("first_cpu_s")),
    ]


def _middle_ms(seen: Seen) -> float:
    return statistics.median(seen.keys_ms)


def _row(
    what: str, unit: Unit, found: dict[str, list[Seen]], value: Callable[[Seen], float]
) -> Row:
    ours, theirs = ([value(seen) for seen in found[who]] for who in ("console", "table"))
    return against(NAME, what, unit, ours, _PEER, theirs, _NOTE)


BENCHMARK = Benchmark(NAME, "the console while all routes change, beside a bare DataTable", run)
