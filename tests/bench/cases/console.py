"""The console while every route changes four times a second, beside a table of the toolkit.

The snapshots come from memory: what is measured is drawing, not reading the store.
"""

from __future__ import annotations

import statistics

import msgspec

from tests.bench.bench import Bench, Benchmark
from tests.bench.console_frame import Seen
from tests.bench.process import measure, python, surroundings
from tests.bench.report import Row, against
from tests.bench.rounds import interleave

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
    ours, theirs = found["console"], found["table"]
    routes = f"{scale.fleet:,} routes at 4 Hz"
    return [
        against(
            NAME, f"{routes}, key to screen", "ms",
            [statistics.median(one.keys_ms) for one in ours],
            _PEER, [statistics.median(one.keys_ms) for one in theirs], _NOTE,
        ),
        against(
            NAME, routes, "% of a core", [one.core_percent for one in ours],
            _PEER, [one.core_percent for one in theirs], _NOTE,
        ),
        against(
            NAME, f"{routes}, peak memory", "MB", [one.peak_mb for one in ours],
            _PEER, [one.peak_mb for one in theirs], _NOTE,
        ),
        against(
            NAME, f"{scale.fleet:,} routes, first useful frame", "CPU s",
            [one.first_cpu_s for one in ours], _PEER, [one.first_cpu_s for one in theirs], _NOTE,
        ),
    ]  # fmt: skip


BENCHMARK = Benchmark(NAME, "the console while all routes change, beside a bare DataTable", run)
