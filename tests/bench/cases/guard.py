"""What a guard's check costs while nothing changes, beside an `os.stat` in the same rounds."""

from __future__ import annotations

import json
import os
import time
import timeit
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from console.agent import Guard, Refused
from tests.agent.control import directive, document, orders
from tests.bench.bench import Bench, Benchmark
from tests.bench.report import Row, against, alone
from tests.bench.rounds import interleave

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME = "guard check"
_STAT = "os.stat"


def run(bench: Bench) -> list[Row]:
    """Measure every kind of check, each many times a round."""
    scale = bench.scale
    with bench.place() as place:
        path = place / "control" / "control.json"
        path.parent.mkdir()
        _write(path, scale.fleet)
        checks = _checks(path, place / "state")
        contestants = {name: _mean_ns(work, scale.calls) for name, work in checks.items()}
        first = _mean_ns(lambda: _guard(path, place / "state", "route-1"), 1)
        found = interleave(contestants | {"new": first}, scale.rounds)
    routes = f"{scale.fleet:,} routes"
    rows = [
        against(NAME, f"{name}, {routes}", "ns", found[name], _STAT, found[_STAT])
        for name in checks
        if name != _STAT
    ]
    return [*rows, alone(NAME, f"a new guard, {routes}", "ns", found["new"])]


def _write(path: Path, routes: int) -> None:
    """Write a control file with `routes` open routes and three restricted ones."""
    named: dict[str, Any] = {f"route-{number}": orders() for number in range(routes)}
    named["paused"] = orders(directive("pause"))
    named["tightened"] = orders(directive("tighten_approval", actions=["refund.send"]))
    named["reduced"] = orders(directive("reduce_scope", actions=["lookup"], max_runs=3))
    path.write_text(json.dumps(document(1, routes=named)), encoding="utf-8")


def _guard(path: Path, state: Path, route: str, **options: Any) -> Guard:
    return Guard(path, route, "bench", state_dir=state, watch=False, **options)


def _checks(path: Path, state: Path) -> dict[str, Callable[[], object]]:
    """Return what is measured, by name."""

    def guard(route: str, **options: Any) -> Guard:
        return _guard(path, state, route, **options)

    opened, tight, reduced = guard("route-1"), guard("tightened"), guard("reduced")
    paused, eager = guard("paused"), guard("route-1", look_every_s=0.0)
    named = str(path)
    return {
        "check_action, open route": lambda: opened.check_action("refund.send"),
        "check_start, open route": opened.check_start,
        "check_action, tightened, other action": lambda: tight.check_action("lookup"),
        "check_action, reduced, listed action": lambda: reduced.check_action("lookup"),
        "check_start, reduced with max_runs": reduced.check_start,
        "check_start, paused, refused": _refused(paused.check_start),
        _STAT: lambda: os.stat(named),  # noqa: PTH116 - the bare call is the yardstick
        "check_action that looks every time": lambda: eager.check_action("refund.send"),
    }


def _refused(check: Callable[[], object]) -> Callable[[], None]:
    """Return `check` with its refusal swallowed."""

    def asked() -> None:
        with suppress(Refused):
            check()

    return asked


def _mean_ns(work: Callable[[], object], calls: int) -> Callable[[], float]:
    """Return what measures the mean CPU time of a call over so many calls."""
    timer = time.process_time
    return lambda: timeit.timeit(work, timer=timer, number=calls) / calls * 1e9


BENCHMARK = Benchmark(NAME, "a check of the guard while nothing changes, beside os.stat", run)
