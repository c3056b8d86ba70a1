"""When the budget is gone, from what is left of it: the one place that says so (semantics 5).

time to exhaustion = max(0, remaining) * T / burn, as Honeycomb and Nobl9 have it; not T / burn,
which forgets what is spent already. The burn is that of the firing rule's long window, else of the
last day; at or below 1 the budget lasts. The range is what the last day's, the last hour's and the
governing burn give, so that an operator sees how sure the clock time is.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from console.burn import arithmetic, windows
from console.model import SECOND_US, Counts, Window

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from console.burn.rules import Reading

NO_DATA, SPENT, ON_TRACK, EXHAUSTS = "no data", "spent", "on track", "exhausts"


class Forecast(NamedTuple):
    """How long the budget lasts. `at_us` and the range go with "exhausts".

    `latest_us` None: at the slower of the two paces the budget lasts. `bad` is the number of
    misses that the burn rests on.
    """

    outlook: str
    at_us: int | None = None
    earliest_us: int | None = None
    latest_us: int | None = None
    bad: int = 0


def forecast(
    window: Window,
    budget_ppm: int,
    charged: Counts,
    readings: Iterable[Reading],
    *,
    day: Counts,
    hour: Counts,
    now_us: int,
) -> Forecast:
    """Return when the budget is gone.

    Args:
        window: the budget window.
        budget_ppm: the allowed share of bad runs.
        charged: the counts of the budget window, less what was corrected.
        readings: what the burn rules say; the first that fires governs.
        day: the counts of the last day, as experienced.
        hour: those of the last hour.
        now_us: the instant from which it is reckoned.
    """
    left = arithmetic.remaining(charged.bad, charged.total, budget_ppm)
    if left is None:
        return Forecast(NO_DATA)
    if left <= 0:
        return Forecast(SPENT)
    firing = next((item.long for item in readings if item.fires), None)
    governing = day if firing is None else firing
    burn = arithmetic.burn_rate(governing.bad, governing.total, budget_ppm)
    if burn is None or burn <= 1:
        return Forecast(ON_TRACK)
    length_us = windows.length_us(window, now_us)
    paces = [burn, *_paces((day, hour), budget_ppm)]
    fastest, slowest = max(paces), min(paces)
    return Forecast(
        EXHAUSTS,
        at_us=now_us + _lasts_us(left, burn, length_us),
        earliest_us=now_us + _lasts_us(left, fastest, length_us),
        latest_us=now_us + _lasts_us(left, slowest, length_us) if slowest > 1 else None,
        bad=governing.bad,
    )


def _paces(counts: Iterable[Counts], budget_ppm: int) -> list[Fraction]:
    rates = (arithmetic.burn_rate(item.bad, item.total, budget_ppm) for item in counts)
    return [rate for rate in rates if rate is not None]


def _lasts_us(left: Fraction, burn: Fraction, length_us: int) -> int:
    return int(left * length_us / burn)


def words(found: Forecast, now_us: int, zone: str) -> str:
    """Say in a sentence when the budget is gone; "" while it lasts or nothing is known."""
    if found.outlook == SPENT:
        return "The budget is spent."
    if found.outlook != EXHAUSTS or found.at_us is None or found.earliest_us is None:
        return ""
    gone = clock(found.at_us, now_us, zone)
    early = clock(found.earliest_us, now_us, zone)
    if found.latest_us is None:
        between = f" (at the earliest {early}; at the slower pace it lasts)"
    else:
        late = clock(found.latest_us, now_us, zone)
        between = f" (between {early} and {late})" if early != late else ""
    return f"Budget gone by {gone}{between}."


def clock(at_us: int, now_us: int, zone: str) -> str:
    """Return a time of day with its zone, on another day than that of `now_us` its date too."""
    local = _local(at_us // SECOND_US, zone)
    if local.date() == _day_of(now_us // SECOND_US, zone):
        return f"{local:%H:%M %Z}"
    return f"{local.day} {local:%b %H:%M %Z}"


def _local(second: int, zone: str) -> datetime:
    return datetime.fromtimestamp(second, tz=UTC).astimezone(ZoneInfo(zone))


@lru_cache(maxsize=64)
def _day_of(second: int, zone: str) -> date:
    """Return the day of an instant: mostly of the present one, for many routes."""
    return _local(second, zone).date()
