"""The courier: takes what is due from the outbox to the channels, and marks what became of it.

It belongs to the collector's loop, and only there is the store written: attempts run in threads of
their own and hand back results. An attempt is noted durably before it begins, so that after a crash
between handing over and marking it is known that the receiver may have heard: it is told again,
under the same key.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from console.model import SECOND_US
from console.notify.attempts import Attempts, Result
from console.store import outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from console.notify.channel import Channel
    from console.store.outbox import Due
    from console.store.writer import Writer

FIRST_WAIT_US = 5 * SECOND_US
"""The longest wait before the second attempt; it doubles from attempt to attempt."""


def wait_us(attempts: int, chance: float) -> int:
    """Return how long to wait after so many failed attempts; `chance` is in [0, 1).

    Exponential back-off from 5 s to 15 min, of which the latter half is left to chance, so that
    what failed together does not come back together.
    """
    longest = min(outbox.LONGEST_WAIT_US, FIRST_WAIT_US << min(attempts - 1, 32))
    return longest // 2 + int(chance * (longest // 2))


class Courier:
    """Serves the channels of the settings from one store.

    Args:
        writer: the store, written in short transactions.
        channels: those of the settings; the store takes them over. With None nobody knows them
            (there are no settings): what waits goes on waiting, and nothing is told.
        now_us: when it begins.
        attempts: what is under way.
        chance: a random number in [0, 1).
    """

    def __init__(
        self,
        writer: Writer,
        channels: Sequence[Channel] | None,
        now_us: int,
        *,
        attempts: Attempts | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._writer = writer
        self._channels = {channel.id: channel for channel in channels or ()}
        self._attempts = Attempts() if attempts is None else attempts
        self._chance = chance
        self._unmarked: list[Result] = []
        self._tried: dict[tuple[str, int], int] = {}
        self._said: dict[str, str] = {}
        if channels is not None:
            with writer.transaction():
                outbox.keep_channels(
                    writer.connection, [channel.subscriber for channel in channels], now_us
                )

    @property
    def busy(self) -> bool:
        """Say whether an attempt is under way, or a result is not marked yet."""
        return self._attempts.pending or bool(self._unmarked)

    def turn(self, now_us: int) -> list[str]:
        """Mark what came back, start what is due; return what is newly wrong, a sentence each."""
        self._unmarked += self._attempts.results()
        said: list[str] = []
        chosen: list[tuple[Channel, Due]] = []
        for channel in self._channels.values():
            said += self._choose(channel, now_us, chosen)
        said += self._mark(now_us, chosen)
        for channel, due in chosen:
            self._tried[channel.id, due.number] = due.attempts + 1
            self._attempts.start(channel, due)
        return said

    def settle(self, now_us: int, patience_s: float) -> list[str]:
        """Wait at most so long for one result, and mark it; starts nothing."""
        result = self._attempts.wait(patience_s)
        if result is not None and result.number:
            self._unmarked.append(result)
        self._unmarked += self._attempts.results()
        return self._mark(now_us, [])

    def _choose(
        self, channel: Channel, now_us: int, chosen: list[tuple[Channel, Due]]
    ) -> list[str]:
        """Add what a channel is to be told now; return why it cannot be told anything, if new."""
        room = self._attempts.room(channel.id)
        busy = self._attempts.under_way(channel.id)
        busy |= {result.number for result in self._unmarked if result.channel == channel.id}
        waiting = outbox.due(
            self._writer.connection,
            channel.id,
            now_us,
            room + len(busy),
            hold_tickets=channel.is_quiet(now_us),
        )
        ready = [due for due in waiting if due.number not in busy][:room]
        trouble = channel.carrier.trouble() if ready else ""
        if trouble:
            return self._news(channel, trouble)
        chosen += [(channel, due) for due in ready]
        return []

    def _mark(self, now_us: int, chosen: list[tuple[Channel, Due]]) -> list[str]:
        """Write results and beginnings in one short transaction; results survive its failure."""
        if not self._unmarked and not chosen:
            return []
        with self._writer.transaction():
            dead = [self._mark_one(result, now_us) for result in self._unmarked]
            for channel, due in chosen:
                outbox.begin(self._writer.connection, channel.id, due.number, now_us)
        done, self._unmarked = self._unmarked, []
        said = []
        for result, given_up in zip(done, dead, strict=True):
            self._tried.pop((result.channel, result.number), None)
            said += self._judge(result, given_up=given_up)
        return said

    def _mark_one(self, result: Result, now_us: int) -> bool:
        """Write one result; return whether its delivery is given up with it."""
        channel, number, note = result
        if not note:
            outbox.sent(self._writer.connection, channel, number, now_us)
            return False
        wait = wait_us(self._tried.get((channel, number), 1), self._chance())
        return outbox.failed(
            self._writer.connection, channel, number, note, due_us=now_us + wait, now_us=now_us
        )

    def _judge(self, result: Result, *, given_up: bool) -> list[str]:
        """Return what to say of a result: a failure once, until the channel works again."""
        channel = self._channels[result.channel]
        if not result.note:
            self._said.pop(channel.id, None)
            return []
        then = "given up; burnline notify retry" if given_up else "it is tried again"
        return self._news(channel, f"{result.note}; {then}")

    def _news(self, channel: Channel, trouble: str) -> list[str]:
        if self._said.get(channel.id) == trouble:
            return []
        self._said[channel.id] = trouble
        return [f"notifications to {channel.label}: {trouble}"]
