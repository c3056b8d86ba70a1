"""The program's real evaluator, outbox and courier over a real store, killed at every step.

A smaller world than that of the pure core, since each minute is a handful of transactions; every
minute of it is visited.
"""

from __future__ import annotations

import random
from pathlib import Path

from console.burn.lifecycle import Alert, Held
from console.collector.evaluate import Evaluator
from console.ledger.book import Settled
from console.model import MINUTE_US, Counts, Notice, Severity
from console.notify import Courier
from console.notify.attempts import Attempts
from console.settings import Settings
from console.settings.tiers import BUILT_IN
from console.store import alerts, desk, outbox
from tests.simulation.fuse import NAMES, OFTEN, Fuse, FusedWriter, Killed
from tests.simulation.ours import HALF_US
from tests.simulation.post import Receiver
from tests.simulation.traffic import Arrival
from tests.simulation.world import World, instant_us

CHANNEL = "duty"


class Stand:
    """Everything that one process of the collector holds, begun again after each of its ends."""

    def __init__(self, world: World, store: Path) -> None:
        self.world, self._store = world, store
        self._chance = random.Random(f"stand {world.seed}")
        self.fuse = Fuse()
        self.receiver = Receiver(self._chance, self.fuse)
        self.lines = sorted(
            ((each, route.settings.name) for route in world.routes for each in route.arrivals),
            key=lambda line: line[0].at,
        )
        routes = {route.settings.name: route.settings for route in world.routes}
        self._settings = Settings(tiers=dict(BUILT_IN), routes=routes)
        self._wall_us = instant_us(world.first)
        self._begin()

    def close(self) -> None:
        """Close the store."""
        self._writer.close()

    def minute(self, minute: int) -> None:
        """Do all that a collector does within a minute, however often it is killed in it."""
        self._wall_us = instant_us(self.world.wall(minute))
        if self._chance.random() < 0.02:
            self.receiver.answer_late()
        while True:
            try:
                return self._turn(minute)
            except Killed:
                self._writer.close()
                self._begin()

    def recover(self) -> None:
        """Let the receiver get well, and tell it all that is left."""
        self.receiver.ill = False
        self.fuse.arm("", 0)
        self.receiver.answer_late()
        for _ in range(8):
            self._wall_us += 15 * MINUTE_US
            for _ in range(40):
                self._courier.turn(self._wall_us)

    def open(self) -> dict[str, dict[Severity, Alert]]:
        """Return the open alerts of all routes."""
        found: dict[str, dict[Severity, Alert]] = {}
        for alert in alerts.read(self._writer.connection, open_only=True):
            found.setdefault(alert.route, {})[Severity(alert.severity)] = alert
        return found

    def every(self) -> list[Alert]:
        """Return every alert that ever was."""
        return alerts.read(self._writer.connection)

    def posted(self) -> list[Notice]:
        """Return all notices in order."""
        return outbox.posted(self._writer.connection)

    def states(self) -> dict[str, str]:
        """Return how far each notice got, by key."""
        found = self._writer.connection.execute(
            "select key, state from delivery join notice on notice.number = delivery.notice"
        )
        return dict(found.fetchall())

    def _begin(self) -> None:
        self._writer = FusedWriter(self._store)
        # A process is killed here, not the machine: what was written is there.
        self._writer.connection.execute("pragma synchronous = off")
        self._evaluator = Evaluator(self._writer.connection, self._settings)
        attempts = Attempts(lambda: self._wall_us / 1e6, self.receiver.spawn)
        channels = [self.receiver.channel(CHANNEL)]
        self._courier = Courier(
            self._writer, channels, self._wall_us, attempts=attempts, chance=self._chance.random
        )
        self._shift = int(desk.fact(self._writer.connection, "shift") or 0)
        self._writer.fuse = self.fuse
        name = self._chance.choice(NAMES)
        self.fuse.arm(name, self._chance.randint(1, OFTEN.get(name, 3)))

    def _turn(self, minute: int) -> None:
        with self.fuse.laid():
            self._read(minute)
            shift = self.world.wall(minute) - minute
            with self._writer.transaction():
                jumped, self._shift = shift != self._shift, shift
                if jumped:
                    desk.set_fact(self._writer.connection, "shift", str(shift))
                self._evaluator.evaluate(self._wall_us, lambda _: False, jumped=jumped)
            self._courier.turn(self._wall_us)

    def _read(self, minute: int) -> None:
        """Take in the lines that are new, with how far they were read, in one transaction."""
        connection = self._writer.connection
        done = int(desk.fact(connection, "lines") or 0)
        end = done
        while end < len(self.lines) and self.lines[end][0].at <= minute:
            end += 1
        if end == done:
            return
        with self._writer.transaction():
            for arrival, name in self.lines[done:end]:
                self._settle(arrival, name)
            desk.set_fact(connection, "lines", str(end))

    def _settle(self, arrival: Arrival, name: str) -> None:
        heard_us = arrival.heard * MINUTE_US + HALF_US
        self._writer.saw([(name, heard_us, 1)])
        cells = [(name, cell.minute, _counts(cell.total, cell.bad)) for cell in arrival.cells]
        self._writer.settle(Settled([], cells, []), self._wall_us)
        number = self._writer.route_id(name, heard_us)
        self._evaluator.fold([(number, minute, counts) for _, minute, counts in cells], [name])


def _counts(total: int, bad: int) -> Counts:
    return Counts(total=total, bad=bad, trust=bad)


class Side:
    """The open alerts of one route, as the judge looks at them."""

    def __init__(self, known: dict[Severity, Alert]) -> None:
        self._known = known

    def held(self, severity: Severity, kind: str) -> Held | None:
        """Return a condition that stands in an open alert."""
        alert = self._known.get(severity)
        if alert is None:
            return None
        return next((item for item in alert.open if item.kind == kind), None)
