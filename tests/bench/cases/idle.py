"""A collector that has nothing to read, over many files."""

from __future__ import annotations

import time

from tests.bench.bench import Bench, Benchmark
from tests.bench.live import at_work, collecting, events_read, wait_until
from tests.bench.process import cpu_of
from tests.bench.report import Row, alone

NAME = "idle collector"


def run(bench: Bench) -> list[Row]:
    """Measure its share of a core for some seconds, once everything is read."""
    files = bench.scale.watched
    logs = bench.logs(lines=files, files=files)
    shares = []
    with bench.place() as place, collecting(place, logs) as process:
        connection = at_work(place, process)
        wait_until(lambda: events_read(connection) >= files, "reading all files", process)
        connection.close()
        for _ in range(bench.scale.rounds):
            before_s, begun_s = cpu_of(process.pid), time.monotonic()
            time.sleep(bench.scale.seconds)
            spent_s, wall_s = cpu_of(process.pid) - before_s, time.monotonic() - begun_s
            shares.append(100 * spent_s / wall_s)
    return [alone(NAME, f"{files:,} files watched", "% of a core", shares)]


BENCHMARK = Benchmark(NAME, "the share of a core that watching many quiet files takes", run)
