"""Cold starts, beside a Python that does nothing."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from tests.bench.bench import Bench, Benchmark, burnline, collect_once
from tests.bench.process import Cost, measure, surroundings
from tests.bench.report import Row, against
from tests.bench.rounds import interleave

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "cold start"
_LINES = 1_600
_ANY_ANSWER = (0, 1, 2, 3, 6)
_COMMANDS = {
    "--help": ("--help",),
    "status": ("status",),
    "gate": ("gate", "route-00000", "--start"),
}


def run(bench: Bench) -> list[Row]:
    """Measure commands on a small store in the same rounds."""
    logs = bench.logs(lines=min(_LINES, bench.scale.lines))
    with bench.place() as place:
        collect_once(place, logs)
        env = surroundings(place)

        def cost(*command: str) -> Cost:
            return measure(command, cwd=place, env=env, codes=_ANY_ANSWER).cost

        contestants: dict[str, Callable[[], Cost]] = {
            name: partial(cost, *burnline(place, *words)) for name, words in _COMMANDS.items()
        }
        nothing = "python -c pass"
        contestants[nothing] = lambda: cost(sys.executable, "-c", "pass")
        for once in contestants.values():
            once()  # compiles what it imports
        costs = interleave(contestants, bench.scale.rounds)
    cpu = {name: [one.cpu_s * 1_000 for one in found] for name, found in costs.items()}
    return [against(NAME, name, "ms", cpu[name], nothing, cpu[nothing]) for name in _COMMANDS]


BENCHMARK = Benchmark(NAME, "--help, status and gate, beside a Python that does nothing", run)
