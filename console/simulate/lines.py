"""One line of a log before it is written, and the times that lines carry."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias

from console.model import DAY_US, HOUR_US, MINUTE_US, SECOND_US

LineFields: TypeAlias = "dict[str, str | int | float | bool]"
_MILLISECOND_US = 1_000
_LEAST_GAP_US = 35 * _MILLISECOND_US
"""Nothing that an agent does takes less: it keeps the lines of a run in order."""


class Line(NamedTuple):
    """An event of a run, or of the route where `run` is empty."""

    at_us: int
    event: str
    run: str
    fields: LineFields


def after(line: Line, run: str, gap_us: int, event: str, fields: LineFields) -> Line:
    """Return the line that follows another by `gap_us`, or by the least possible time."""
    return Line(line.at_us + max(gap_us, _LEAST_GAP_US), event, run, fields)


def stamp(at_us: int) -> str:
    """Return an instant as RFC 3339 in UTC with milliseconds."""
    of_day = at_us % DAY_US
    hour, minute = of_day // HOUR_US, of_day % HOUR_US // MINUTE_US
    second, milli = of_day % MINUTE_US // SECOND_US, of_day % SECOND_US // _MILLISECOND_US
    return f"{_date(at_us // DAY_US)}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"


def instant(text: str) -> int:
    """Return the instant that an RFC 3339 text means; raise ValueError where it is none."""
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise ValueError(f"{text} has no zone: write it with Z or an offset")
    since = parsed - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds


@functools.lru_cache(maxsize=128)
def _date(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, tz=UTC).strftime("%Y-%m-%d")
