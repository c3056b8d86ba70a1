"""A store in which runs close as a test says, and the alerts that follow from it."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from console.burn.lifecycle import Alert, Held
from console.collector import evaluate
from console.intake.times import instant_us
from console.ledger.book import Ledger
from console.ledger.orders import Orders
from console.model import DAY_US, HOUR_US, MINUTE_US, BurnRule, Event, Origin, Severity
from console.settings import Measured, RouteSettings, Settings
from console.settings.tiers import BUILT_IN
from console.store import alerts, desk, outbox, reader
from console.store.writer import Writer

NOON_US = instant_us("2026-03-02T12:00:00Z")
ROUTE = "drafts"
FAST = BurnRule(Severity.PAGE, HOUR_US, 5 * MINUTE_US, Fraction(72, 5), Fraction(1, 50))
"""The fastest page rule of a 30 day budget."""


def route(**changes: Any) -> RouteSettings:
    """Return a low-tier route (95 %) that is never stale or soon spent, unless changed."""
    low = BUILT_IN["low"]
    base = msgspec.structs.replace(
        low, name=ROUTE, owner="dana", absent_after_us=400 * DAY_US, exhausts_within_us=0
    )
    return msgspec.structs.replace(base, **changes)


def event(kind: str, run: str, at_us: int, **fields: Any) -> Event:
    """Return a native event of the route."""
    return Event(ts_us=at_us, route=ROUTE, event=kind, run=run, **fields)


def held(alert: Alert, kind: str) -> Held:
    """Return the condition of a kind in an alert."""
    return next(item for item in alert.conditions if item.kind == kind)


class Floor:
    """A store and the ledger that feeds it. `restart` throws away all that is in memory."""

    def __init__(self, path: Path, *routes: RouteSettings) -> None:
        self.path = path
        self.settings = Settings(
            tiers=dict(BUILT_IN), routes={item.name: item for item in routes or (route(),)}
        )
        self._numbers = itertools.count(1)
        self._begin()

    def _begin(self) -> None:
        self.writer = Writer(self.path)
        self._ledger = Ledger(self.writer.shelf, self._measured, self._orders)
        self._ledger.resume(self.writer.shelf.deadlines(), self.writer.shelf.links(), ())

    def restart(self) -> None:
        """Close everything and begin again from the file."""
        self.writer.close()
        self._begin()

    def close(self) -> None:
        """Close the store."""
        self.writer.close()

    def take(self, *events: Event) -> None:
        """Take in events, as a collector does; the clock stands at the latest of them."""
        for item in events:
            self._ledger.apply(item, Origin(1, next(self._numbers), 1))
        latest_us = max(item.ts_us for item in events)
        with self.writer.transaction():
            self.writer.settle(self._ledger.settle(lambda _: latest_us), latest_us)
            for name in {item.route for item in events}:
                self.writer.saw([(name, latest_us, len(events))])

    def closed(self, at_us: int, *, good: int = 0, bad: int = 0) -> tuple[str, ...]:
        """Let runs close at an instant; return the names of the bad ones."""
        fine = [f"r-{next(self._numbers)}" for _ in range(good)]
        failed = [f"r-{next(self._numbers)}" for _ in range(bad)]
        self.take(
            *(event("run.delivered", run, at_us) for run in fine),
            *(event("run.failed", run, at_us, reason="no answer") for run in failed),
        )
        return tuple(failed)

    def evaluate(self, now_us: int, *, behind: Collection[str] = ()) -> dict[str, Alert]:
        """Step the alerts once; return the open ones by `severity kind` of what stands in them."""
        with self.writer.transaction():
            evaluate.evaluate(
                self.writer.connection, self.settings, now_us, lambda name: name in behind
            )
        return self.open()

    def open(self) -> dict[str, Alert]:
        """Return the open alerts by the `severity kind` of each condition that stands in them."""
        found = alerts.read(self.writer.connection, open_only=True)
        return {f"{alert.severity} {kind}": alert for alert in found for kind in alert.kinds}

    def notices(self) -> list[tuple[str, str]]:
        """Return (key, route) of every notice that was ever posted, in order."""
        return [(item.key, item.route) for item in outbox.posted(self.writer.connection)]

    def words(self) -> list[str]:
        """Return what was said in every notice, in order."""
        return [item.words for item in outbox.posted(self.writer.connection)]

    def all(self) -> list[Alert]:
        """Return every alert that ever was."""
        return alerts.read(self.writer.connection)

    @property
    def number(self) -> int:
        """Return the route's number in the store."""
        return next(row.id for row in reader.routes(self.writer.connection) if row.name == ROUTE)

    def _measured(self, name: str, _: int) -> Measured:
        return self.settings.route(name).measured

    def _orders(self, name: str) -> Orders:
        return desk.orders_of(self.writer.connection, name)
