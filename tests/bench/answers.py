"""What a store or a peer answered, in the form of the oracle's answer."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import TYPE_CHECKING

from console.model import Counts
from console.store.connect import attach
from tests.bench.process import Failed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import TypeVar

    from tests.bench.oracle import Cell
    from tests.bench.oracle import Counts as Numbers

    Key = TypeVar("Key")


def cells_of(store: Path) -> dict[Cell, Numbers]:
    """Return the minute counts of a store, by route and minute."""
    connection = attach(store)
    try:
        rows = connection.execute(
            f"select route.name, at, {', '.join(Counts._fields)} from minute "
            "join route on route.id = minute.route where total > 0"
        ).fetchall()
    finally:
        connection.close()
    return {(name, at): tuple(counts) for name, at, *counts in rows}


def events_of(output: bytes) -> dict[tuple[str, int, str], int]:
    """Return what a peer counted: CSV lines of route, minute, event and count, without a header.

    A minute is minutes since the epoch, or the first sixteen characters of a time in UTC.
    """
    found: dict[tuple[str, int, str], int] = {}
    for route, minute, event, count in csv.reader(io.StringIO(output.decode())):
        found[route, _minute(minute), event] = int(count)
    return found


def _minute(text: str) -> int:
    if text.isdecimal():
        return int(text)
    return int(datetime.fromisoformat(text[:16] + "+00:00").timestamp()) // 60


def require_equal(who: str, found: Mapping[Key, object], right: Mapping[Key, object]) -> None:
    """Refuse an answer that is not the oracle's.

    Raises:
        Failed: it is another one; the first differences are named.
    """
    if found == right:
        return
    keys = [key for key in {**right, **found} if found.get(key) != right.get(key)]
    shown = "; ".join(f"{k}: {found.get(k)} for {right.get(k)}" for k in keys[:3])
    raise Failed(f"{who} answered wrongly in {len(keys):,} of {len(right):,} places: {shown}")
