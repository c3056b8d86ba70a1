"""CSV for spreadsheets: what a cell says is never taken for a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from console.export.decimals import exact
from console.intake.times import rfc3339
from console.model import CLASSES
from console.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.snapshot.types import MissView, Snapshot

ROUTES = (
    "route", "tier", "owner", "health", "state", "window", "budget_ppm", "runs", "bad",
    "runs_experienced", "bad_experienced", *(item.value for item in CLASSES), "remaining",
    "open", "unknown", "handoffs", "rescues", "last_event",
)  # fmt: skip
MISSES = ("at", "route", "run", "class", "rule", "correction", "events")


def routes(snapshot: Snapshot) -> str:
    """Return one row a route, worst first, over its budget window."""
    return _written(
        ROUTES,
        (
            (
                view.route, view.tier, view.owner, view.health, view.state.value, view.window.text,
                view.budget_ppm, view.counts.total, view.counts.bad, view.experienced.total,
                view.experienced.bad, *(view.counts.of(item) for item in CLASSES),
                None if view.remaining is None else float(exact(view.remaining)),
                view.open, view.unknown, view.handoffs, view.rescues,
                "" if view.last_event_us is None else rfc3339(view.last_event_us),
            )
            for view in snapshot.routes
        ),
    )  # fmt: skip


def misses(views: Iterable[MissView]) -> str:
    """Return one row a miss, newest first."""
    return _written(
        MISSES,
        (
            (
                rfc3339(view.at_us), view.route, view.run, view.error_class, view.rule,
                view.correction, " ".join(view.events),
            )
            for view in views
        ),
    )  # fmt: skip


def _written(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([inert(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue()
