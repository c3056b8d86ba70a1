"""What is told past the outbox: that the store cannot be written, so that nothing is evaluated.

A notice is kept with its alert in one transaction; on a full disk there is no such transaction, and
whoever is on call would wait for a page that cannot come. So this one is kept in memory: told once
to each channel for pages when the store has been unwritable for `BLIND_US`, tried again until the
channel has it, and told to be over to whoever was told. A restart in between tells it again, under
another key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.model import MINUTE_US, SECOND_US, Notice, Severity
from console.notify.attempts import Attempts
from console.store.outbox import Due

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.notify.channel import Channel

BLIND_US = MINUTE_US
"""Another program may hold the store for a moment, and a disk may be cleared at once."""
AGAIN_US = 30 * SECOND_US
_OPENED, _RESOLVED = 1, 2


class Alarm:
    """Says to the channels for pages that alerting is blind, and that it sees again."""

    def __init__(self, channels: Sequence[Channel], attempts: Attempts | None = None) -> None:
        self._channels = [item for item in channels if Severity.PAGE.value in item.severities]
        self._attempts = Attempts() if attempts is None else attempts
        self._since_us: int | None = None
        self._over = False
        self._told: set[str] = set()
        self._tried_us: dict[str, int] = {}
        self._words = ""

    def blind(self, why: str, now_us: int) -> None:
        """Note that the store cannot be written, and tell it once it has been so for a while."""
        self._since_us = now_us if self._since_us is None or self._over else self._since_us
        self._over = False
        self._words = why
        self._hear()
        if now_us - self._since_us >= BLIND_US:
            self._tell(_OPENED, "opened", now_us)

    def sees(self, now_us: int) -> None:
        """Note that the store can be written; who was told that it could not hears of it."""
        if self._since_us is None:
            return
        self._hear()
        if not self._over:
            self._over = True
            self._tried_us.clear()
        self._tell(_RESOLVED, "resolved", now_us)
        if not self._told and not self._attempts.pending:
            self._since_us = None

    def _tell(self, number: int, what: str, now_us: int) -> None:
        for channel in self._channels:
            waits = (channel.id in self._told) is (number == _RESOLVED)
            due = now_us - self._tried_us.get(channel.id, -AGAIN_US) >= AGAIN_US
            if waits and due and not self._attempts.under_way(channel.id):
                again = channel.id in self._tried_us
                self._tried_us[channel.id] = now_us
                body = msgspec.json.encode(self._notice(what, now_us))
                self._attempts.start(channel, Due(number, "store", int(again), body))

    def _notice(self, what: str, now_us: int) -> Notice:
        words = (
            f"Nothing is evaluated and no alert can open: {self._words}"
            if what == "opened"
            else "The store can be written again: what was written meanwhile is read and evaluated."
        )
        return Notice(
            key=f"store-{self._since_us}/{what}", alert="store", route="", severity=Severity.PAGE,
            what=what, at_us=now_us, words=words,
        )  # fmt: skip

    def _hear(self) -> None:
        for result in self._attempts.results():
            if not result.note:
                (self._told.add if result.number == _OPENED else self._told.discard)(result.channel)
