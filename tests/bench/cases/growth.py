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
    """Measure a backlog, one of a tenth of its lines, and both with more routes and more files."""
    scale, factor = bench.scale, bench.scale.growth
    many, few = scale.lines, scale.lines // factor
    sizes = {
        (lines, grown): {"lines": lines, **more}
        for lines in (many, few)
        for grown, more in (
            ("", {}),
            ("routes", {"routes": scale.routes * factor}),
            ("files", {"files": scale.files * factor}),
        )
    }
    contestants: dict[str, Callable[[], float]] = {"start": lambda: _start_s(bench)}
    contestants |= {str(key): partial(_read_s, bench, size) for key, size in sizes.items()}
    spent_s = interleave(contestants, scale.rounds)

    def per_line_us(lines: int, grown: str = "") -> list[float]:
        pairs = zip(spent_s[str((lines, grown))], spent_s["start"], strict=True)
        return [(spent - start) / lines * 1e6 for spent, start in pairs]

    def row(what: str, base: int, own: list[float]) -> Row:
        size = f"{base:,} lines, {scale.routes} routes, {scale.files} files"
        return against(NAME, f"{factor}x {what}", "us/line", own, size, per_line_us(base))

    return [
        row("lines", few, per_line_us(many)),
        row("routes", many, per_line_us(many, "routes")),
        row("files", many, per_line_us(many, "files")),
        row("routes of few lines", few, per_line_us(few, "routes")),
        row("files of few lines", few, per_line_us(few, "files")),
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
