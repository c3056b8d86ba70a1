"""The benchmarks by name, in the order in which they are told."""

from __future__ import annotations

from tests.bench.cases import (
    backfill,
    burn,
    claude_code,
    console,
    control,
    first_gauges,
    growth,
    guard,
    idle,
    latency,
    memory,
    on_screen,
    open_store,
    start,
    whole_job,
)

BENCHMARKS = {
    case.BENCHMARK.name: case.BENCHMARK
    for case in (
        backfill,
        whole_job,
        claude_code,
        first_gauges,
        memory,
        latency,
        on_screen,
        burn,
        open_store,
        guard,
        control,
        console,
        start,
        idle,
        growth,
    )
}
