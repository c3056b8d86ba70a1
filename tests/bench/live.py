"""A collector at work, as a process of its own, and somebody who looks at its store."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from console.store.connect import attach
from tests.bench.bench import burnline, store_in
from tests.bench.process import Failed, surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from console.store.connect import Connection

PATIENCE_S = 600.0
"""How long anything is waited for before the measurement is given up."""


@contextmanager
def collecting(place: Path, logs: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `burnline collect` on logs; it is ended with the block."""
    with (place / "collector.log").open("wb") as said:
        process = subprocess.Popen(
            burnline(place, *options, "collect", logs),
            cwd=place,
            env=surroundings_of(place),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def surroundings_of(place: Path) -> dict[str, str]:
    """Return the whole environment of a process that works in a place."""
    return {**os.environ, **surroundings(place)}


def wait_until(
    reached: Callable[[], bool], what: str, process: subprocess.Popen[bytes], pause_s: float = 0.01
) -> None:
    """Wait until something holds.

    Raises:
        Failed: the process ended, or patience did.
    """
    until_s = time.monotonic() + PATIENCE_S
    while not reached():
        if process.poll() is not None:
            raise Failed(f"{what}: the process ended with exit code {process.returncode}")
        if time.monotonic() > until_s:
            raise Failed(f"{what}: not within {PATIENCE_S:g} s")
        time.sleep(pause_s)


def at_work(place: Path, process: subprocess.Popen[bytes]) -> Connection:
    """Wait for the first full turn of a collector; return a reading connection to its store."""
    store = store_in(place)
    beat = store.with_name(store.name + ".heartbeat")
    wait_until(beat.exists, "the collector's first turn", process)
    return attach(store)


def events_read(connection: Connection) -> int:
    """Return how many events the store has taken in."""
    row = connection.execute("select coalesce(sum(events), 0) from route").fetchone()
    return int(row[0])
