"""What a store says of every run, to be compared with what another store says of the same logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from console.store.connect import attach
from tests.faults.scenario import Outcome

if TYPE_CHECKING:
    from pathlib import Path

_RUNS = (
    "select route.name, run, state, minute, classes, handoff from run "
    "join route on route.id = run.route"
)
_MISSES = "select route.name, run, class, at_us, rule from miss join route on route.id = miss.route"
_CELLS = (
    "select route.name, at, total, bad, latency, trust, escalation, permission, recovery "
    "from {level} join route on route.id = {level}.route where total <> 0 or bad <> 0"
)


class Ledger(NamedTuple):
    """Runs with their state, misses, and the cells of every level, each in a set."""

    runs: frozenset[Any]
    misses: frozenset[Any]
    cells: frozenset[Any]
    total: int


def ledger(store: Path) -> Ledger:
    """Return what a store says. Raises `StoreError` where there is none."""
    connection = attach(store)
    try:
        cells = [
            (level, *row)
            for level in ("minute", "hour", "day")
            for row in connection.execute(_CELLS.format(level=level))
        ]
        return Ledger(
            frozenset(connection.execute(_RUNS)),
            frozenset(connection.execute(_MISSES)),
            frozenset(cells),
            sum(cell[3] for cell in cells if cell[0] == "minute"),
        )
    finally:
        connection.close()


def compared(happened: str, undisturbed: Ledger, found: Ledger) -> Outcome:
    """Return what of an undisturbed ledger is not, or twice, in another one."""
    assert len(undisturbed.runs) > 10, "there is little to be lost"
    lost = len(undisturbed.runs - found.runs) + len(undisturbed.misses - found.misses)
    if not lost and found != undisturbed:
        lost = len(undisturbed.cells ^ found.cells)
    twice = max(0, found.total - undisturbed.total)
    twice += len(found.runs - undisturbed.runs) if not lost else 0
    return Outcome(happened, written=len(undisturbed.runs), lost=lost, twice=twice, unit="runs")
