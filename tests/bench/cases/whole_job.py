"""The whole job by DuckDB: runs joined, misses, minute counts; the same answer, run by run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.answers import require_equal
from tests.bench.bench import Bench, Benchmark
from tests.bench.cases.backfill import ours
from tests.bench.counting import RIVALS
from tests.bench.process import measure, surroundings
from tests.bench.report import Row, against
from tests.bench.rounds import interleave

if TYPE_CHECKING:
    from tests.bench.process import Cost

NAME = "whole job"
_NOTE = "the same misses and counts; batch only, no evidence, no levels, no alerts, nothing refused"


def run(bench: Bench) -> list[Row]:
    """Measure both in the same rounds; the answers have to be equal."""
    interpreter = bench.peers.python("duckdb")
    if interpreter is None:
        return []
    right = bench.right().cells
    script = RIVALS / "duckdb_job.py"

    def theirs() -> Cost:
        with bench.place() as place:
            database, env = place / "job.duckdb", surroundings(place)
            done = measure([interpreter, script, bench.logs(), database], env=env)
            shown = measure([interpreter, script, "--show", database], env=env).output.decode()
        rows = [line.split(",") for line in shown.splitlines()]
        found = {(row[0], int(row[1])): tuple(map(int, row[2:])) for row in rows}
        require_equal("DuckDB", found, right)
        return done.cost

    costs = interleave({"ours": lambda: ours(bench), "theirs": theirs}, bench.scale.rounds)
    what, peer = f"{bench.scale.lines:,} lines", bench.peers.named("duckdb")
    cpu, peak = (
        [[getattr(cost, field) for cost in costs[who]] for who in ("ours", "theirs")]
        for field in ("cpu_s", "peak_mb")
    )
    return [
        against(NAME, what, "CPU s", cpu[0], peer, cpu[1], _NOTE),
        against(NAME, f"{what}, peak memory", "MB", peak[0], peer, peak[1], _NOTE),
    ]


BENCHMARK = Benchmark(NAME, "runs, misses and counts, beside DuckDB doing all of it in SQL", run)
