"""All that a store holds, table by table, for stores that are to hold the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.store.connect import attach

if TYPE_CHECKING:
    from pathlib import Path

TABLES = dict.fromkeys(
    (
        "route", "miss", "line", "minute", "hour", "day", "quarantine", "future", "agent",
        "receipt", "late", "sequence", "unknown_event", "effort", "spend", "deployed", "request",
    ),
    "*",
) | {
    "file": "id, offset, lines, marker, latest_us, routes, rejected, state, note, late, reader",
    "run join told on told.id = run.told": (
        "route, run, parent, events, state, minute, classes, deadline_us, handoff, rescues, "
        "first_us, last_us, kept_us, agent"
    ),
}  # fmt: skip
"""The tables whose rows depend on nothing but what was read, and when, with their columns."""


def tables_of(store: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each table, sorted."""
    connection = attach(store)
    found = {
        table: sorted(connection.execute(f"select {columns} from {table}"), key=repr)
        for table, columns in TABLES.items()
    }
    connection.close()
    return found
