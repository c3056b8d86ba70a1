"""Instants and durations as an operator reads them: ages, clock times, countdowns."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from console.model import DAY_US, HOUR_US, MINUTE_US, SECOND_US

if TYPE_CHECKING:
    from datetime import tzinfo

_UNITS = {"s": SECOND_US, "m": MINUTE_US, "h": HOUR_US, "d": DAY_US, "w": 7 * DAY_US}
_PART = re.compile(r"(\d{1,6})\s*([smhdw])\s*")
_LONGEST_US = 400 * DAY_US
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_HOW = "write a time as 14:02, 2026-11-24T14:02:00Z or -2h"


def wall_clock_us() -> int:
    """Return the machine's time."""
    return time.time_ns() // 1_000


def local(at_us: int, zone: tzinfo | None) -> datetime:
    """Return an instant in `zone` (None: that of the machine)."""
    return datetime.fromtimestamp(at_us // SECOND_US, tz=UTC).astimezone(zone)


def clock(at_us: int, zone: tzinfo | None) -> str:
    """Return the time of day, `14:02:07`."""
    return local(at_us, zone).strftime("%H:%M:%S")


def moment(at_us: int, as_of_us: int, zone: tzinfo | None) -> str:
    """Return when something will be: `16:40` today, `27 Nov 07:47` within a day, else `28 Nov`."""
    when = local(at_us, zone)
    if abs(at_us - as_of_us) < DAY_US:
        return stamp(at_us, as_of_us, zone)
    near = when.year == local(as_of_us, zone).year or abs(at_us - as_of_us) < 90 * DAY_US
    return f"{when.day} {when:%b}" if near else when.strftime("%Y-%m")


def stamp(at_us: int, as_of_us: int, zone: tzinfo | None) -> str:
    """Return when something was: `14:02` on the same day, else with its date, `23 Nov 21:21`."""
    when = local(at_us, zone)
    if when.date() == local(as_of_us, zone).date():
        return when.strftime("%H:%M")
    return f"{when.day} {when:%b %H:%M}"


def exact(at_us: int, as_of_us: int, zone: tzinfo | None) -> str:
    """Return when something was to the second: `14:02:07`, or `23 Nov 21:21:09`."""
    return stamp(at_us, as_of_us, zone) + local(at_us, zone).strftime(":%S")


def span(length_us: int) -> str:
    """Return a length of time in its largest whole unit: `12s`, `4m`, `3h`, `2d`."""
    length_us = max(0, length_us)
    for unit, size in (("d", DAY_US), ("h", HOUR_US), ("m", MINUTE_US)):
        if length_us >= size * (2 if unit == "d" else 1):
            return f"{length_us // size}{unit}"
    return f"{length_us // SECOND_US}s"


def age(at_us: int | None, as_of_us: int, never: str) -> str:
    """Return how long ago an instant was, or `never`."""
    return never if at_us is None else span(as_of_us - at_us)


def stopwatch(length_us: int) -> str:
    """Return minutes and seconds, `00:42`, or hours with them, `1:02:03`."""
    minutes, seconds = divmod(max(0, length_us) // SECOND_US, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def duration_us(text: str) -> int:
    """Return what an operator wrote as a duration (`90s`, `2h`, `1h30m`), in microseconds.

    Raises:
        ValueError: with a sentence that says how to write it.
    """
    text = text.strip().lower()
    parts = _PART.findall(text)
    if not parts or _PART.sub("", text):
        raise ValueError("write a duration as a number and a unit: 45m, 2h, 1h30m or 3d")
    length_us = sum(int(number) * _UNITS[unit] for number, unit in parts)
    if not 0 < length_us <= _LONGEST_US:
        raise ValueError("a duration is longer than nothing and at most 400d")
    return length_us


def instant_us(text: str, now_us: int, zone: tzinfo | None) -> int:
    """Return the instant that an operator means: `14:02`, an RFC 3339 time, or `-2h`.

    A clock time is the last such time, a time without an offset one in `zone`, and `-2h` is before
    `now_us`.

    Raises:
        ValueError: with a sentence that says how to write it.
    """
    text = text.strip()
    if text.startswith("-"):
        return now_us - duration_us(text[1:])
    clock_time = _CLOCK.fullmatch(text)
    if clock_time:
        return _last_time(tuple(int(part or 0) for part in clock_time.groups()), now_us, zone)
    try:
        when = datetime.fromisoformat(text)
        when = when.replace(tzinfo=zone) if when.tzinfo is None and zone else when.astimezone()
        before = when < _EARLIEST
    except (ValueError, OverflowError, OSError):
        raise ValueError(_HOW) from None
    if before:
        raise ValueError("there are no logs from before the year 2000")
    at_us = int(when.timestamp()) * SECOND_US
    if at_us > now_us:
        raise ValueError("that time has not come yet")
    return at_us


def _last_time(clock_time: tuple[int, ...], now_us: int, zone: tzinfo | None) -> int:
    hour, minute, second = clock_time
    today = local(now_us, zone)
    when = today.replace(hour=hour, minute=minute, second=second, microsecond=0)
    if when > today:
        when -= timedelta(days=1)
    return int(when.timestamp()) * SECOND_US
