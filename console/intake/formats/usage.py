"""What models took, as agent runtimes write it: numbers out of their fields, and a run's meter.

Most formats tell of every call to a model, some several times: a line for each part of an answer,
a message that grows, a history that is copied into another file, a total that is written again.
Their readers do not make an event of each call. They count how far a run has come, and write the
reading into the event that ends the run, or, where none does, into one of kind `usage`. A reading
names its meter, and of one meter's readings the largest counts: a copy of a file that was cut off
earlier, or later, adds nothing. Costs are only ever what a log says; nothing is priced here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from console.intake.reading import Sourced
from console.model import MINUTE_US, USAGE, Event
from console.text import name

if TYPE_CHECKING:
    from collections.abc import Mapping

QUIET_US = 10 * MINUTE_US
"""So long after the last of it, what a run took is told though the run has not ended."""
MOST_TOKENS, MOST_USD = 10**15, 10**9
"""What an event holds at most: what is written beyond it is no amount."""
_MICRO = 1_000_000


class Meter(msgspec.Struct, gc=False):
    """How far the models of one run have come, and whether that was told.

    `named` after the first call that it counts. `at` is where the last was read: its instant, byte
    offset and length, line.
    """

    named: str = ""
    tokens: int = 0
    micro_usd: int = 0
    at: tuple[int, int, int, int] = (0, 0, 0, 0)
    told: bool = True

    def count(
        self, call: str, at: tuple[int, int, int, int], tokens: int, cost_usd: float = 0.0
    ) -> None:
        """Add what a call took; one that took nothing is passed over."""
        if tokens <= 0 and cost_usd <= 0:
            return
        if not self.named:
            self.named = name(call)
        self.tokens += tokens
        if cost_usd:
            self.micro_usd += round(cost_usd * _MICRO)
        self.at, self.told = at, False

    def reading(self) -> dict[str, Any]:
        """Return the reading as fields of an event; none where it was told already."""
        if self.told:
            return {}
        self.told = True
        tokens = min(self.tokens, MOST_TOKENS - 1) or None
        cost_usd = min(self.micro_usd / _MICRO, MOST_USD - 1) or None
        return {"meter": self.named, "tokens": tokens, "cost_usd": cost_usd}

    def event(self, run: str, route: str) -> Sourced | None:
        """Return the reading as an event of its own; None where it was told already."""
        reading = self.reading()
        if not reading:
            return None
        ts_us, *where = self.at
        own = name(f"{self.named}#usage")
        event = Event(ts_us=ts_us, event=USAGE, id=own, run=run, route=route, **reading)
        return Sourced(event, *where)

    def silent(self, clock_us: int) -> bool:
        """Say whether there is something to tell, and nothing has come for long enough."""
        return not self.told and clock_us > self.at[0] + QUIET_US


def amount(value: object) -> int:
    """Return a count of tokens, 0 for what is none."""
    if isinstance(value, str) and len(value) <= len(str(MOST_TOKENS)) and value.isascii():
        value = int(value) if value.isdigit() else 0
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value) if 0 < value < MOST_TOKENS else 0


def price(value: object) -> float:
    """Return a price in dollars, 0 for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value) if 0 < value < MOST_USD else 0.0


def added(fields: Mapping[str, Any], *keys: str) -> int:
    """Return the sum of some counts."""
    return sum(amount(fields.get(key)) for key in keys)


def total(fields: Mapping[str, Any], whole: str, *parts: str) -> int:
    """Return a total as it is written, else the sum of its parts."""
    return amount(fields.get(whole)) or added(fields, *parts)
