"""What events say that models took, added up as the ledger adds it up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from console.intake.reading import Context
from console.ledger.effort import spending
from console.ledger.facts import Facts
from console.model import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from console.model import Event


FOREVER_US = 2**60


def read(entry: Any, path: Path, data: bytes, clock_us: int = FOREVER_US) -> list[Event]:
    reader = entry.reader(Context(path=path))
    batch = reader.feed(data, 0, 1)
    assert not batch.rejected
    return [found.event for found in (*batch.events, *reader.settle(clock_us).events)]


def lines(records: list[Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def spent(events: Iterable[Event]) -> dict[str, tuple[int, int]]:
    """Return (tokens, millionths of a dollar) by run, of the runs that say any."""
    runs: dict[str, Facts] = {}
    for event in events:
        runs.setdefault(event.run, Facts()).add(event, Origin(1, 0, 1))
    found = {run: spending(facts) for run, facts in runs.items()}
    return {
        run: (took.tokens or 0, took.micro_usd or 0)
        for run, took in found.items()
        if took is not None
    }
