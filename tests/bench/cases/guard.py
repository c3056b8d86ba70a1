"""What a guard's check costs while nothing changes, beside an `os.stat` in the same run.

    python tests/bench/guard.py [--routes 1000] [--rounds 7]

Prints the mean of the best round, in nanoseconds: other load only ever makes a round slower.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import timeit
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from console.agent import Guard, Refused
from tests.agent.control import directive, document, orders

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS = 100_000


def best_ns(work: Callable[[], object], rounds: int, calls: int = CALLS) -> float:
    """Return the mean duration of a call in the fastest of `rounds`, in nanoseconds."""
    return min(timeit.repeat(work, number=calls, repeat=rounds)) / calls * 1e9


def refused(check: Callable[[], object]) -> Callable[[], None]:
    """Return `check` with its refusal swallowed."""

    def asked() -> None:
        with suppress(Refused):
            check()

    return asked


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--routes", type=int, default=1_000, help="routes in the control file")
    parser.add_argument("--rounds", type=int, default=7, help="rounds, of which the best counts")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        path = Path(base) / "control" / "control.json"
        path.parent.mkdir()
        write(path, given.routes)
        for name, ns in measure(path, Path(base) / "state", given.rounds):
            sys.stdout.write(f"{name:<44}{ns:>12,.0f} ns\n")


def write(path: Path, routes: int) -> None:
    """Write a control file with `routes` open routes and three restricted ones."""
    named: dict[str, Any] = {f"route-{number}": orders() for number in range(routes)}
    named["paused"] = orders(directive("pause"))
    named["tightened"] = orders(directive("tighten_approval", actions=["refund.send"]))
    named["reduced"] = orders(directive("reduce_scope", actions=["lookup"], max_runs=3))
    path.write_text(json.dumps(document(1, routes=named)), encoding="utf-8")


def measure(path: Path, state: Path, rounds: int) -> list[tuple[str, float]]:
    """Return what was measured, by name."""

    def guard(route: str, **options: Any) -> Guard:
        return Guard(path, route, "bench", state_dir=state, watch=False, **options)

    opened, tight, reduced = guard("route-1"), guard("tightened"), guard("reduced")
    paused, eager = guard("paused"), guard("route-1", look_every_s=0.0)
    named = str(path)
    again: list[tuple[str, Callable[[], object]]] = [
        ("check_action, open route", lambda: opened.check_action("refund.send")),
        ("check_start, open route", opened.check_start),
        ("check_action, tightened route, other action", lambda: tight.check_action("lookup")),
        ("check_action, reduced route, listed action", lambda: reduced.check_action("lookup")),
        ("check_start, reduced route with max_runs", reduced.check_start),
        ("check_start, paused route, refused", refused(paused.check_start)),
        ("os.stat", lambda: os.stat(named)),  # noqa: PTH116 - the bare call is the yardstick
        ("check_action that looks every time", lambda: eager.check_action("refund.send")),
    ]
    found = [(name, best_ns(work, rounds)) for name, work in again]
    first = best_ns(lambda: guard("route-1"), rounds, calls=5)
    return [*found, ("a new guard: reading and parsing the file", first)]


if __name__ == "__main__":
    main()
