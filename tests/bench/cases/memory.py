"""Peak memory of a backfill, and whether it grows with the backlog."""

from __future__ import annotations

from tests.bench.bench import Bench, Benchmark, collect_once
from tests.bench.report import Row, against, alone
from tests.bench.rounds import interleave

NAME = "memory"


def run(bench: Bench) -> list[Row]:
    """Measure a backlog and one several times as long."""
    small = bench.scale.lines
    large = small * bench.scale.memory_growth

    def peak_mb(lines: int) -> float:
        with bench.place() as place:
            return collect_once(place, bench.logs(lines=lines)).cost.peak_mb

    found = interleave({"small": lambda: peak_mb(small), "large": lambda: peak_mb(large)}, 1)
    name = f"{small:,} lines"
    return [
        alone(NAME, name, "MB", found["small"]),
        against(NAME, f"{large:,} lines", "MB", found["large"], name, found["small"]),
    ]


BENCHMARK = Benchmark(NAME, "peak memory of a backfill, and of one several times as long", run)
