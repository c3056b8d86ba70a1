"""How the cost of a line grows with lines, routes and files: 1 is what one hopes for.

What a collector needs to start, measured on an empty directory in the same round, is taken off.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.bench.bench import Bench, Benchmark, collect_once
from tests.bench.report import Row, against
from tests.bench.rounds import interleave

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "growth"


def run(bench: Bench) -> list[Row]:
    """Measure a small backlog, and one with more of each, in the same rounds."""
    scale, factor = bench.scale, bench.scale.growth
    lines = scale.lines // factor
    sizes = {
        "lines": {"lines": lines * factor},
        "routes": {"lines": lines, "routes": scale.routes * factor},
        "files": {"lines": lines, "files": scale.files * factor},
    }
    contestants: dict[str, Callable[[], float]] = {
        "start": lambda: _start_s(bench),
        "small": lambda: _read_s(bench, {"lines": lines}),
    }
    contestants |= {name: partial(_read_s, bench, size) for name, size in sizes.items()}
    spent_s = interleave(contestants, scale.rounds)

    def per_line_us(name: str, count: int) -> list[float]:
        pairs = zip(spent_s[name], spent_s["start"], strict=True)
        return [(spent - start) / count * 1e6 for spent, start in pairs]

    base = f"{lines:,} lines, {scale.routes} routes, {scale.files} files"
    own = per_line_us("small", lines)
    return [
        against(NAME, f"{factor}x {name}", "us/line", per_line_us(name, size["lines"]), base, own)
        for name, size in sizes.items()
    ]


def _read_s(bench: Bench, sizes: dict[str, int]) -> float:
    with bench.place() as place:
        return collect_once(place, bench.logs(**sizes)).cost.cpu_s


def _start_s(bench: Bench) -> float:
    with bench.place() as place:
        empty = place / "empty"
        empty.mkdir()
        return collect_once(place, empty).cost.cpu_s


BENCHMARK = Benchmark(NAME, "the cost of a line with ten times the lines, routes and files", run)
