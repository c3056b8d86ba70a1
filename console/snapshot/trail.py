"""A run's events in their order, and the audit with what its chain proves."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec

from console.snapshot.particulars import AuditView, MomentView, TrailView
from console.store import mirror, reader
from console.store.verify import WHOLE, verify
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from console.model import Event
    from console.store.connect import Connection
    from console.store.desk import AuditRow

MOMENTS = 500
"""How many events of a run are shown at most: its first."""
_APART = frozenset({"ts_us", "route", "run", "event", "agent"})


def timeline(connection: Connection, route: str, run: str) -> tuple[MomentView, ...]:
    """Return what a run and the runs that it started logged, oldest first, at most `MOMENTS`."""
    paths = reader.paths(connection)
    found = [
        MomentView(
            at_us=mark.event.ts_us,
            run=member,
            event=mark.event.event,
            words=_fields(mark.event),
            agent=mark.event.agent,
            file=clean(os.fsdecode(paths.get(mark.origin.file, b""))),
            line_number=mark.origin.line,
            offset=mark.origin.offset,
        )
        for member, facts in reader.family(connection, route, run)
        for mark in facts.ordered()
    ]
    found.sort(key=lambda moment: moment.at_us)
    return tuple(found[:MOMENTS])


def _fields(event: Event) -> str:
    """Return the fields that an event was logged with, as `key=value`."""
    given = msgspec.structs.asdict(event)
    return clean(
        ", ".join(
            f"{key}={_value(value)}"
            for key, value in given.items()
            if key not in _APART and value not in ("", None)
        )
    )


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(str(each) for each in value)
    if isinstance(value, dict):
        return f"({', '.join(_pairs(value))})"
    return f"{value:g}" if isinstance(value, float) else str(value)


def trail(connection: Connection, store: Path, limit: int) -> TrailView:
    """Return the newest rows of the audit of the store at `store`, its whole chain verified."""
    rows = reader.audit_since(connection, 0)
    verdict = verify(rows, mirror.read(mirror.mirror_path(store)))
    return TrailView(
        rows=tuple(_row(row) for row in rows[::-1][:limit]),
        total=len(rows),
        whole=verdict.kind == WHOLE,
        words=verdict.words,
    )


def _row(row: AuditRow) -> AuditView:
    return AuditView(
        seq=row.seq,
        at_us=row.at_us,
        actor=clean(row.actor),
        verb=clean(row.verb),
        route=clean(row.route),
        detail=clean(_detail(row.detail)),
        hash=row.hash,
    )


def _detail(text: str) -> str:
    """Return what was kept of an act as `key value` pairs; anything else as it stands."""
    try:
        kept: Any = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
    if not isinstance(kept, dict):
        return text
    return ", ".join(_pairs(kept))


def _pairs(kept: Mapping[str, Any]) -> list[str]:
    return [f"{key} {_value(value)}" for key, value in kept.items() if value not in ("", None, [])]
