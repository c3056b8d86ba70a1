"""Stored misses with the raw lines behind them, and the pieces that could not be read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from console.snapshot.types import Evidence, MissView, RefusedView
from console.store import corrections, reader
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.store.connect import Connection
    from console.store.corrections import Correction


def with_lines(
    connection: Connection, rows: Iterable[reader.MissRow], *, until_us: int | None = None
) -> tuple[MissView, ...]:
    """Return stored misses with the raw lines behind them, and the correction that covers each.

    `until_us` leaves out the corrections that were made later.
    """
    known: dict[str, list[Correction]] = {}
    views = []
    for row in rows:
        if row.route not in known:
            known[row.route] = corrections.of_route(connection, row.route, until_us=until_us)
        views.append(_miss(connection, row, _corrected(connection, row, known[row.route])))
    return tuple(views)


def _corrected(connection: Connection, row: reader.MissRow, found: list[Correction]) -> str:
    """Return the id of the correction that takes a run out of the budget, "" for none."""
    if not found:
        return ""
    entry = reader.entry(connection, row.route, row.run)
    return next((item.id for item in found if item.covers(row.run, entry)), "")


def _miss(connection: Connection, row: reader.MissRow, correction: str) -> MissView:
    evidence: dict[tuple[int, int], Evidence] = {}
    events = []
    for event_id, file, offset, number in row.evidence:
        path, raw = reader.line(connection, file, offset)
        shown = clean(os.fsdecode(path))
        events.append(event_id or f"{shown}:{offset}")
        evidence[file, offset] = Evidence(
            file=shown,
            offset=offset,
            line_number=number,
            line=(raw or b"").decode("utf-8", "replace"),
            expired=raw is None,
        )
    return MissView(
        route=row.route,
        run=row.run,
        error_class=row.error_class,
        at_us=row.at_us,
        rule=row.rule,
        events=tuple(events),
        evidence=tuple(evidence.values()),
        correction=correction,
    )


def refused(connection: Connection, limit: int) -> tuple[RefusedView, ...]:
    """Return what could not be read, by file and place."""
    return tuple(
        RefusedView(
            path=clean(os.fsdecode(path)),
            line_number=number,
            offset=offset,
            reason=reason,
            begins=clean(excerpt.decode("utf-8", "replace"), 200),
        )
        for path, number, offset, reason, excerpt in reader.quarantined(connection, limit)
    )
