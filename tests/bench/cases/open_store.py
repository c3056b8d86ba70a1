"""Opening a large store and computing everything once: `status`, and nothing but the burn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tests.bench import large_store
from tests.bench.bench import Bench, Benchmark, burnline, store_in
from tests.bench.process import Failed, measure, python, surroundings
from tests.bench.report import Row, against, alone
from tests.bench.rounds import interleave

if TYPE_CHECKING:
    from tests.bench.process import Cost

NAME = "open a large store"
_ANY_HEALTH = (0, 1, 2, 3)


def run(bench: Bench) -> list[Row]:
    """Measure fresh processes in the same rounds."""
    scale = bench.scale
    with bench.place() as place:
        env, store = surroundings(place), store_in(place)
        bench.say(f"writing a store of {scale.rows:,} cells")
        large_store.write(store, routes=scale.fleet, rows=scale.rows, seed=scale.seed)

        def status() -> Cost:
            done = measure(burnline(place, "status", "--json"), env=env, codes=_ANY_HEALTH)
            shown = len(msgspec.json.decode(done.output)["routes"])
            if shown != scale.fleet:
                raise Failed(f"status shows {shown} of {scale.fleet} routes")
            return done.cost

        def burns() -> Cost:
            return measure(python("tests.bench.opening", store, scale.fleet), env=env).cost

        costs = interleave({"status": status, "burns": burns}, scale.rounds)
    what = f"{scale.rows:,} cells, {scale.fleet:,} routes"
    cpu = {name: [cost.cpu_s for cost in found] for name, found in costs.items()}
    note = "the same store opened by a process that computes all burn rates, and nothing else"
    return [
        against(NAME, f"{what}, status", "CPU s", cpu["status"], "burn only", cpu["burns"], note),
        alone(NAME, f"{what}, status", "MB", [cost.peak_mb for cost in costs["status"]]),
    ]


BENCHMARK = Benchmark(NAME, "opening a store of many minutes, and everything computed once", run)
