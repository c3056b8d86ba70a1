"""What is asked of every route each second costs the same, however many runs went well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.ledger.book import Settled
from console.ledger.facts import packed
from console.ledger.whole import Whole
from console.model import MINUTE_US
from console.store import fleet, grounds, reader
from console.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console.store.connect import Connection


def _good(number: int) -> Whole:
    minute, at_us = number, number * MINUTE_US
    return Whole("refunds", f"r{number}", packed([], []), minute, False, at_us, at_us, "w", ())


def _steps(connection: Connection, ask: Callable[[Connection, list[int], int], object]) -> int:
    """Return how many steps SQLite takes to answer."""
    number = reader.number_of(connection, "refunds")
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    connection.set_progress_handler(step, 1)
    ask(connection, [number], 0)
    connection.set_progress_handler(None, 1)
    return taken


def _states(connection: Connection, _routes: list[int], since_us: int) -> object:
    return fleet.states(connection, since_us)


@pytest.mark.parametrize("ask", [grounds.unknown, grounds.rescued, _states])
def test_good_runs_are_not_gone_through(
    tmp_path: Path, ask: Callable[[Connection, list[int], int], object]
) -> None:
    taken = []
    for runs in (10, 1_000):
        writer = Writer(tmp_path / f"{runs}.db")
        with writer.transaction():
            writer.settle(Settled([], [], [], [_good(number) for number in range(runs)]), 0)
        taken.append(_steps(writer.connection, ask))
        writer.close()
    assert taken[0] == taken[1]
