"""Windows over event time, exact to the minute.

A window of n minutes that ends now covers the current, still growing minute and the n - 1 before
it: minutes (m - n, m] for m = now // 1 min. So nothing older than the window is ever counted, and
counts never shrink as a window widens.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from console.model import DAY_US, HOUR_US, MINUTE_US, Window

MINUTES_PER_HOUR = 60
MINUTES_PER_DAY = 1_440


class Span(NamedTuple):
    """Minutes of event time since the epoch: from `first` up to, and without, `end`."""

    first: int
    end: int


class Segments(NamedTuple):
    """A span cut along the levels that are kept: whole days, whole hours, and single minutes."""

    days: tuple[Span, ...]
    hours: tuple[Span, ...]
    minutes: tuple[Span, ...]


def minute_of(at_us: int) -> int:
    """Return the minute of event time in which an instant lies."""
    return at_us // MINUTE_US


def trailing(now_us: int, length_us: int) -> Span:
    """Return the span of a window of `length_us` (at least a minute) that ends at `now_us`."""
    end = minute_of(now_us) + 1
    return Span(end - max(1, length_us // MINUTE_US), end)


def budget_span(window: Window, now_us: int) -> Span:
    """Return the span of the budget window at `now_us`: rolling, or since the unit began."""
    if window.days is not None:
        return trailing(now_us, window.days * DAY_US)
    return Span(minute_of(calendar_start_us(window, now_us)), minute_of(now_us) + 1)


def calendar_start_us(window: Window, now_us: int) -> int:
    """Return when the current day, week (from Monday) or month began in the window's zone.

    Where the clocks go back over midnight, the day begins at the first of the two midnights.
    """
    zone = ZoneInfo(window.timezone)
    local = datetime.fromtimestamp(now_us // 1_000_000, tz=zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if window.unit == "week":
        midnight -= timedelta(days=midnight.weekday())
    elif window.unit == "month":
        midnight = midnight.replace(day=1)
    return int(midnight.astimezone(UTC).timestamp()) * 1_000_000


def length_us(window: Window, now_us: int) -> int:
    """Return the nominal length of the budget window (a month: its own number of days)."""
    if window.days is not None:
        return window.days * DAY_US
    if window.unit == "day":
        return DAY_US
    if window.unit == "week":
        return 7 * DAY_US
    local = datetime.fromtimestamp(now_us // 1_000_000, tz=ZoneInfo(window.timezone))
    following = (local.replace(day=28) + timedelta(days=4)).replace(day=1)
    return (following - timedelta(days=1)).day * DAY_US


def segments(span: Span) -> Segments:
    """Cut a span into disjoint days, hours and minutes whose sum it is, coarse where possible."""
    hours, minutes = _carve(span, MINUTES_PER_HOUR)
    if hours is None:
        return Segments((), (), minutes)
    days, edges = _carve(hours, MINUTES_PER_DAY)
    if days is None:
        return Segments((), edges, minutes)
    return Segments((days,), edges, minutes)


def _carve(span: Span, unit: int) -> tuple[Span | None, tuple[Span, ...]]:
    """Return the part of `span` that is whole units, and what is left at its two ends."""
    first = -(-span.first // unit) * unit
    end = span.end // unit * unit
    if first >= end:
        return None, (span,) if span.first < span.end else ()
    edges = (Span(span.first, first), Span(end, span.end))
    return Span(first, end), tuple(edge for edge in edges if edge.first < edge.end)


def label(duration_us: int) -> str:
    """Return a window's length as an operator writes it: `5m`, `1h`, `3d`."""
    if duration_us % DAY_US == 0:
        return f"{duration_us // DAY_US}d"
    if duration_us % HOUR_US == 0:
        return f"{duration_us // HOUR_US}h"
    return f"{duration_us // MINUTE_US}m"


_UNITS_US = {"m": MINUTE_US, "h": HOUR_US, "d": DAY_US}


def parse(text: str) -> int:
    """Return the length of a window such as `5m`, `6h` or `30d` in microseconds.

    Raises:
        ValueError: it is not a whole number of minutes, hours or days, at least one minute.
    """
    number, unit = text[:-1], text[-1:]
    if unit not in _UNITS_US or not number.isdecimal() or int(number) < 1:
        raise ValueError(f"a window is a number with m, h or d, such as 6h, not {text!r}")
    return int(number) * _UNITS_US[unit]
