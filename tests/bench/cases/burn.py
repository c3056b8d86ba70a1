"""Burn rates of a fleet: windows slid by a minute and all rates, beside reading them anew."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.burn import arithmetic, windows
from console.burn.running import Running
from console.model import DAY_US, HOUR_US, MINUTE_US, Counts
from console.store import counting
from console.store.connect import attach
from tests.bench import large_store
from tests.bench.answers import require_equal
from tests.bench.bench import Bench, Benchmark
from tests.bench.report import Row, against
from tests.bench.rounds import interleave

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.burn.windows import Span
    from console.store.connect import Connection

NAME = "burn rates"
_UNITS_US = ((MINUTE_US, (5, 30)), (HOUR_US, (1, 2, 6)), (DAY_US, (1, 3, 30)))
LENGTHS_US = tuple(count * unit_us for unit_us, counts in _UNITS_US for count in counts)
_BUDGET_PPM = 10_000
_ROWS = 2_000_000
_MINUTES_ONLY = (
    f"select route, {', '.join(f'sum({name})' for name in Counts._fields)} from minute "
    "where at >= ? and at < ? group by route"
)


class Fleet:
    """Running sums over all windows of all routes of a store, and what they are compared with."""

    def __init__(self, connection: Connection, routes: int, now_us: int) -> None:
        self._connection = connection
        self._routes = range(1, routes + 1)
        self._now_us = now_us
        self._running = Running(self._read, now_us)
        self.rates()

    def slide(self) -> float:
        """Let every window end a minute later."""
        self._now_us += MINUTE_US
        return timed_ms(lambda: self._running.move(self._now_us))

    def rates(self) -> float:
        """Compute every burn from the running sums, window by window for all routes together."""

        def compute() -> None:
            for length_us in LENGTHS_US:
                arithmetic.burns(self._running.over(length_us).values(), _BUDGET_PPM)

        return timed_ms(compute)

    def rates_by_route(self) -> float:
        """Compute every burn as a screen asks for them: all windows of one route after another."""

        def compute() -> None:
            for route in self._routes:
                counts = [self._running.trailing(route, item) for item in LENGTHS_US]
                arithmetic.burns(counts, _BUDGET_PPM)

        return timed_ms(compute)

    def anew(self) -> float:
        """Read every window from the levels; what comes has to be what the running sums say."""
        found: dict[int, dict[int, Counts]] = {}

        def read() -> None:
            for length_us in LENGTHS_US:
                found[length_us] = self._read(windows.trailing(self._now_us, length_us))

        spent_ms = timed_ms(read)
        for length_us, right in found.items():
            running = {
                route: counts
                for route in self._routes
                if (counts := self._running.trailing(route, length_us)) != Counts()
            }
            require_equal(f"the running sums over {windows.label(length_us)}", running, right)
        return spent_ms

    def minutes_only(self) -> float:
        """Read every window from the minutes alone, as a store without levels would."""

        def read() -> None:
            for length_us in LENGTHS_US:
                span = windows.trailing(self._now_us, length_us)
                self._connection.execute(_MINUTES_ONLY, span).fetchall()

        return timed_ms(read)

    def _read(self, span: Span) -> dict[int, Counts]:
        return counting.window_counts(self._connection, span)


def timed_ms(work: Callable[[], object]) -> float:
    """Return the CPU milliseconds that some work took in this process."""
    begun_ns = time.process_time_ns()
    work()
    return (time.process_time_ns() - begun_ns) / 1e6


def run(bench: Bench) -> list[Row]:
    """Measure sliding, all rates, and reading anew in the same rounds."""
    routes, rows = bench.scale.fleet, min(bench.scale.rows, _ROWS)
    with bench.place() as place:
        path = place / "fleet.db"
        now_us = large_store.write(path, routes=routes, rows=rows, seed=bench.scale.seed)
        connection = attach(path)
        fleet = Fleet(connection, routes, now_us)
        spent = interleave(
            {
                "slide": fleet.slide,
                "rates": fleet.rates,
                "rates by route": fleet.rates_by_route,
                "anew": fleet.anew,
                "minutes": fleet.minutes_only,
            },
            bench.scale.rounds,
        )
        connection.close()
    what = f"{routes:,} routes x {len(LENGTHS_US)} windows, {rows:,} cells"
    anew, alone = "reading anew", "minutes without levels"
    return [
        against(NAME, f"{what}, slid a minute", "ms", spent["slide"], anew, spent["anew"]),
        against(NAME, f"{what}, all rates", "ms", spent["rates"], anew, spent["anew"]),
        against(
            NAME, f"{what}, rates by route", "ms", spent["rates by route"], anew, spent["anew"]
        ),
        against(NAME, f"{what}, read anew", "ms", spent["anew"], alone, spent["minutes"]),
    ]


BENCHMARK = Benchmark(NAME, "sliding all windows of a fleet by a minute, and all burn rates", run)
