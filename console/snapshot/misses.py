"""Stored misses with the raw lines behind them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from console.snapshot.types import Evidence, MissView
from console.store import reader
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.store.connect import Connection


def with_lines(connection: Connection, rows: Iterable[reader.MissRow]) -> tuple[MissView, ...]:
    """Return stored misses with the raw lines behind them."""
    return tuple(_miss(connection, row) for row in rows)


def _miss(connection: Connection, row: reader.MissRow) -> MissView:
    evidence, events = [], []
    for event_id, file, offset, number in row.evidence:
        path, raw = reader.line(connection, file, offset)
        shown = clean(os.fsdecode(path))
        events.append(event_id or f"{shown}:{offset}")
        evidence.append(
            Evidence(
                file=shown, offset=offset, line_number=number, line=raw.decode("utf-8", "replace")
            )
        )
    return MissView(
        route=row.route,
        run=row.run,
        error_class=row.error_class,
        at_us=row.at_us,
        rule=row.rule,
        events=tuple(events),
        evidence=tuple(evidence),
    )
