"""store -> Snapshot: everything that a view shows, read in one consistent look at the store."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import TYPE_CHECKING

from console.burn.evaluation import CONTROL_FILE
from console.intake.places import CLOSED
from console.model import SECOND_US
from console.snapshot import approvals, past, routes
from console.snapshot.frame import Frame, silences_at
from console.snapshot.troubles import troubles
from console.snapshot.types import (
    ChannelView,
    RouteView,
    Snapshot,
    SourceView,
    StoreView,
    UnknownEvent,
)
from console.snapshot.unknown import by_path
from console.snapshot.unread import unread
from console.store import desk, intake, outbox, reader
from console.store.holder import alive
from console.text import clean

if TYPE_CHECKING:
    from pathlib import Path

    from console.intake.places import PassedOver
    from console.settings import Settings
    from console.store.connect import Connection


def take(
    connection: Connection,
    settings: Settings,
    *,
    store: Path,
    control: Path,
    now_us: int,
    window: str | None = None,
    as_of: bool = False,
) -> Snapshot:
    """Return the state of everything at `now_us`.

    `as_of` says that `now_us` lies in the past: what happened, or was done, later is left out.
    `window` asks for one more burn window beside those of the rules (`1h`, `7d`, or `all` for
    everything that is kept, which then is also the window of the counts).
    """
    connection.execute("begin")
    try:
        read_us = now_us if as_of else _read_us(connection, store, now_us)
        grown = frozenset() if as_of else unread(connection, store, now_us)
        frame = Frame(connection, settings, now_us, live=not as_of, read_us=read_us, unread=grown)
        known = _routes(frame)
        named = {*known, *settings.routes}
        names = sorted(named | _standing(frame, named))
        views = [
            routes.view(frame, settings.route(name), known.get(name), window) for name in names
        ]
        views.sort(key=lambda view: (view.rank, *_worst(view), view.route))
        return Snapshot(
            as_of_us=now_us,
            store=_store(frame, store, control),
            routes=tuple(views),
            sources=_sources(connection),
            settings_path=str(settings.path or ""),
            alerts=frame.alerts.get(CONTROL_FILE, ()),
            silences=silences_at(connection, now_us),
            approvals=approvals.waiting(connection, now_us),
        )
    finally:
        connection.execute("rollback")


def _read_us(connection: Connection, store: Path, now_us: int) -> int:
    """Return up to when all that was logged is in the store: 0 while there is more to read."""
    if int(desk.fact(connection, "behind_bytes") or 0):
        return 0
    life = alive(store, now_us / SECOND_US)
    if life is not None and life.beats:
        return now_us
    return min(now_us, int(desk.fact(connection, "ingested_us") or 0))


def _routes(frame: Frame) -> dict[str, reader.RouteRow]:
    """Return the routes that events were read of, as they were known at the instant."""
    rows = reader.routes(frame.connection)
    if frame.live:
        return {row.name: row for row in rows}
    heard = reader.heard(frame.connection, frame.now_us)
    then = (past.route_at(row, heard.get(row.id), frame.now_us) for row in rows)
    return {row.name: row for row in then if row is not None}


def _standing(frame: Frame, named: set[str]) -> set[str]:
    """Return the other routes that something stands on: an order, a grant or an alert.

    A name that was only ever misspelt goes with its order.
    """
    standing = desk.standing_routes(frame.connection, frame.now_us, named)
    alerts = frame.alerts.items()
    alarmed = {route for route, found in alerts if any(one.state != "resolved" for one in found)}
    return standing | (alarmed - {CONTROL_FILE})


def _worst(view: RouteView) -> tuple[bool, Fraction]:
    return view.remaining is None, view.remaining if view.remaining is not None else Fraction(0)


def _store(frame: Frame, store: Path, control: Path) -> StoreView:
    connection = frame.connection
    events, rejected, future = reader.totals(connection)
    life = alive(store, frame.now_us / SECOND_US)
    ingested = desk.fact(connection, "ingested_us")
    lag_s = None
    if life is not None and life.heartbeat_s != float("inf"):
        lag_s = life.heartbeat_s
    elif ingested:
        lag_s = max(0, frame.now_us - int(ingested)) / SECOND_US
    running = life is not None and life.beats
    return StoreView(
        path=str(store),
        control_path=str(control),
        events=events,
        rejected=rejected,
        future=future,
        lag_s=lag_s,
        last_ingest_us=int(ingested) if ingested else None,
        collector="running" if running else "stopped",
        starting=life is not None and life.starting,
        began=desk.fact(connection, "behind_bytes") != "",
        catching_up=frame.live and frame.behind > 0,
        judged=not frame.live or desk.fact(connection, "judged") == "yes",
        generation=int(desk.fact(connection, "control_generation") or 0)
        if frame.live
        else past.generation_at(connection, frame.now_us),
        audit_head=desk.audit_head(connection),
        tampered=desk.fact(connection, "tampering"),
        channels=channel_views(connection),
        troubles=troubles(connection, store, life, frame.now_us) if frame.live else (),
    )


def channel_views(connection: Connection) -> tuple[ChannelView, ...]:
    """Return the channels for alerts, with what each of them was not told."""
    return tuple(
        ChannelView(
            label=item.label,
            removed=bool(item.removed),
            waiting=item.waiting,
            failing=item.failing,
            dead=item.dead,
            dropped=item.dropped,
            withheld=item.withheld,
            note=clean(item.note),
        )
        for item in outbox.tally(connection)
    )


def _sources(connection: Connection) -> tuple[SourceView, ...]:
    unknown = by_path(connection)
    return (
        *(_source(row, unknown.get(row.path, ())) for row in reader.files(connection)),
        *(_passed(item) for item in intake.passed_over(connection)),
    )


def _source(row: reader.FileRow, unknown: tuple[UnknownEvent, ...]) -> SourceView:
    state = row.state
    if state == "reading":
        state = "read" if row.offset >= row.size else "behind"
    return SourceView(
        path=clean(os.fsdecode(row.path)),
        format=row.format or "unknown",
        state=state,
        size=row.size,
        offset=row.offset,
        lines=row.lines,
        rejected=row.rejected,
        last_event_us=row.latest_us,
        note=clean(row.note),
        unknown=unknown,
        late=row.late,
    )


def _passed(item: PassedOver) -> SourceView:
    """Return what is passed over in the sources as a row among the files that are not."""
    return SourceView(
        path=clean(os.fsdecode(item.path)),
        format="",
        state="unreadable" if item.why == CLOSED else "skipped",
        size=0,
        offset=0,
        lines=0,
        rejected=0,
        last_event_us=None,
        note=clean(item.words),
    )
