"""A channel: who it is, when it is quiet, and the carrier that takes a notice there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from console.model import SECOND_US
from console.settings import hours
from console.store.outbox import Subscriber

if TYPE_CHECKING:
    from console.model import Notice


class NotDelivered(Exception):  # noqa: N818 - an answer of the world, not a fault of ours
    """A carrier did not hear that the notice arrived. The message says why, without an address."""


class Carrier(Protocol):
    """What takes notices to one place. Called from several threads at once."""

    def trouble(self) -> str:
        """Return why nothing can be carried now, as a sentence; "" where it can."""

    def deliver(self, notice: Notice, *, again: bool) -> None:
        """Hand a notice over and wait for the answer; `again`: it was attempted before.

        Raises:
            NotDelivered: it did not arrive, or nobody knows whether it did.
        """


class Channel(NamedTuple):
    """One `[[notify]]` table. `id` is a hash of its address; `label` shows nothing secret."""

    id: str
    label: str
    severities: tuple[str, ...]
    quiet: tuple[hours.Hours, ...]
    timezone: str
    carrier: Carrier

    @property
    def subscriber(self) -> Subscriber:
        """Return the channel as the store may know it."""
        return Subscriber(self.id, self.label, self.severities)

    def is_quiet(self, now_us: int) -> bool:
        """Say whether tickets wait now: by the clock of its `timezone`, else the machine's."""
        zone = ZoneInfo(self.timezone) if self.timezone else None
        return hours.within(
            self.quiet, datetime.fromtimestamp(now_us // SECOND_US, UTC).astimezone(zone)
        )
