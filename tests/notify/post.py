"""An outbox, a courier, a clock that stands where the test puts it, and carriers that obey."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from console.model import SECOND_US, Notice, Severity
from console.notify import Channel, Courier, NotDelivered
from console.notify.attempts import Attempts
from console.settings import hours
from console.store import outbox
from console.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console.notify.channel import Carrier

NOON_US = 1_772_452_800 * SECOND_US
"""2026-03-02T12:00:00Z."""
PATIENCE_S = 60.0
BOTH = ("page", "ticket")


def notice(alert: str = "A1", what: str = "opened", **fields: Any) -> Notice:
    """Return a notice of an alert; its key says which, unless the test gives one."""
    given = {"key": f"{alert}/{what}", "severity": Severity.PAGE, "at_us": NOON_US, **fields}
    words = f"refunds burns 14.4x, {what}."
    return Notice(alert=alert, what=what, route="refunds", words=words, **given)


class Hand:
    """A carrier: keeps what it was given; raises `refusal` while there is one."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.again: list[bool] = []
        self.refusal: Exception | None = None
        self.poison = ""
        self.missing = ""

    def trouble(self) -> str:
        return self.missing

    def deliver(self, told: Notice, *, again: bool) -> None:
        self.again.append(again)
        if self.refusal is not None:
            raise self.refusal
        if told.alert == self.poison:
            raise NotDelivered("the notice is poison")
        self.got.append(told.key)


class Gate(Hand):
    """A carrier that hangs until it is opened, and then delivers late."""

    def __init__(self, *hangs_on: str) -> None:
        super().__init__()
        self.hangs_on = hangs_on
        self.entered = threading.Semaphore(0)
        self.opened = threading.Event()

    def deliver(self, told: Notice, *, again: bool) -> None:
        if told.alert in self.hangs_on:
            self.entered.release()
            assert self.opened.wait(PATIENCE_S)
        super().deliver(told, again=again)


def channel(carrier: Carrier, name: str = "one", **fields: Any) -> Channel:
    """Return a channel for everything, never quiet, unless the test says so."""
    quiet = fields.pop("quiet_hours", "")
    given: dict[str, Any] = {"severities": BOTH, "timezone": "UTC", **fields}
    stretches = (hours.parse_quiet_hours(quiet),) if quiet else ()
    return Channel(id=name, label=f"{name} #0000", quiet=stretches, carrier=carrier, **given)


def at_once(work: Callable[[], None]) -> None:
    """Make an attempt within the turn that starts it."""
    work()


class Post:
    """A store with its outbox, and at most one courier over it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now_us = NOON_US
        self.monotonic_s = 0.0
        self.said: list[str] = []
        self.writer = Writer(path)
        self._courier: Courier | None = None

    @property
    def courier(self) -> Courier:
        assert self._courier is not None, "no channel was opened"
        return self._courier

    def close(self) -> None:
        self.writer.close()

    def serve(
        self, *channels: Channel, spawn: Callable[[Callable[[], None]], None] | None = at_once
    ) -> None:
        """Begin to serve channels, as a collector that starts; what went before is forgotten.

        Args:
            channels: what is served.
            spawn: how attempts are made: each in a thread of its own where it is None.
        """
        attempts = Attempts(lambda: self.monotonic_s, spawn)
        self._courier = Courier(
            self.writer, channels, self.now_us, attempts=attempts, chance=lambda: 0.5
        )

    def put(self, *notices: Notice) -> int:
        with self.writer.transaction():
            return outbox.post(self.writer.connection, notices)

    def later(self, seconds: float) -> Post:
        """Move the clocks on."""
        self.now_us += int(seconds * SECOND_US)
        self.monotonic_s += seconds
        return self

    def turn(self) -> list[str]:
        said = self.courier.turn(self.now_us)
        self.said += said
        return said

    def run(self) -> Post:
        """Take turns until nothing more comes of them at this instant."""
        self.turn()
        while self.courier.busy:
            self.said += self.courier.settle(self.now_us, PATIENCE_S)
            self.turn()
        return self

    def states(self, name: str = "one") -> dict[str, str]:
        """Return the state of every delivery of a channel, by the key of its notice."""
        return dict(
            self.writer.connection.execute(
                "select key, state from delivery join notice on notice.number = delivery.notice "
                "where channel = ? order by notice",
                (name,),
            ).fetchall()
        )

    def tally(self, name: str = "one") -> outbox.Tally:
        found = outbox.tally(self.writer.connection)
        return next(item for item in found if item.id == name)
