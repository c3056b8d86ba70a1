"""An order, and how soon agents obey it: many processes on the cores of one machine.

Counted from the moment at which the operator decides: the file is written, synced and renamed, and
the order stored, within that time. The promise is one second.
"""

from __future__ import annotations

import subprocess
import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from console.control.asking import Order
from console.model import DirectiveKind
from console.operate import Operator
from console.settings import load
from tests.bench.bench import Bench, Benchmark, store_in
from tests.bench.live import surroundings_of
from tests.bench.process import Failed, python
from tests.bench.report import Row, alone
from tests.bench.rounds import interleave

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME = "obeying an order"
_ROUTE = "refunds"


class Obeyed(NamedTuple):
    """Milliseconds from the decision to the middle and the last agent's obedience, and CPU
    nanoseconds of a check before it."""

    middle_ms: float
    last_ms: float
    check_ns: float


def run(bench: Bench) -> list[Row]:
    """Measure few, some and many busy agents, and many idle ones."""
    many = bench.scale.agents
    counts = sorted({1, max(1, many // 5), many})
    contestants: dict[str, Callable[[], Obeyed]] = {
        f"busy agents: {count}": partial(_give, bench, count, "busy") for count in counts
    }
    contestants[f"idle agents: {many}"] = lambda: _give(bench, many, "idle")
    rows = []
    for what, found in interleave(contestants, bench.scale.rounds).items():
        rows += [
            alone(NAME, f"{what}, p50", "ms", [one.middle_ms for one in found]),
            alone(NAME, f"{what}, last", "ms", [one.last_ms for one in found]),
        ]
        if "busy" in what:
            rows.append(alone(NAME, f"{what}, a check", "ns", [one.check_ns for one in found]))
    return rows


def _give(bench: Bench, count: int, manner: str) -> Obeyed:
    """Let agents work, pause their route, and wait until the last of them has obeyed."""
    with bench.place() as place:
        operator = Operator(load(None), store_in(place), place / "control" / "control.json")
        now_us = time.time_ns() // 1_000
        operator.desk(now_us).initialise((_ROUTE,), by="bench", now_us=now_us)
        try:
            return _pause(operator, place, count, manner, bench.scale.seconds / 6)
        finally:
            operator.close()


def _pause(operator: Operator, place: Path, count: int, manner: str, work_s: float) -> Obeyed:
    arguments = (operator.control, place / "state", _ROUTE, count, manner)
    with subprocess.Popen(
        python("tests.bench.agents", *arguments), stdout=subprocess.PIPE, env=surroundings_of(place)
    ) as agents:
        assert agents.stdout is not None
        if [agents.stdout.readline() for _ in range(count)] != [b"ready\n"] * count:
            raise Failed("an agent did not come up")
        time.sleep(work_s)
        decided_s = time.monotonic()
        order = Order(route=_ROUTE, kind=DirectiveKind.PAUSE, by="bench", reason="to be measured")
        operator.give(order, time.time_ns() // 1_000)
        told = [line.split() for line in agents.stdout]
    if len(told) != count:
        raise Failed(f"only {len(told)} of {count} agents obeyed")
    took_ms = sorted((float(at_s) - decided_s) * 1_000 for _, at_s, _ in told)
    checks_ns = sorted(float(ns) for _, _, ns in told)
    return Obeyed(took_ms[count // 2], took_ms[-1], checks_ns[count // 2])


BENCHMARK = Benchmark(NAME, "an order obeyed by many agent processes, busy and idle", run)
