"""The span of a review: a week, a month, or any range."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import msgspec

from console.burn.windows import MINUTES_PER_DAY, Span
from console.model import DAY_US, MINUTE_US, SECOND_US

_WEEK = re.compile(r"(\d{4})-?W(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


class Period(msgspec.Struct, frozen=True):
    """A span of minutes with the name under which it is reviewed."""

    label: str
    span: Span

    @property
    def from_us(self) -> int:
        """Return its first instant."""
        return self.span.first * MINUTE_US

    @property
    def to_us(self) -> int:
        """Return the first instant after it."""
        return self.span.end * MINUTE_US


def latest(now_us: int, days: int = 7) -> Period:
    """Return the last seven days: what is reviewed where nothing is said."""
    return between(now_us - days * DAY_US, now_us)


def before(kind: str, back: int, now_us: int) -> Period:
    """Return the present period of a kind (`days`, `week`, `month`), or one so many before it."""
    if kind == "days":
        return latest(now_us - 7 * back * DAY_US)
    today = datetime.fromtimestamp(now_us // SECOND_US, UTC).date()
    if kind == "week":
        year, number, _ = (today - timedelta(days=7 * back)).isocalendar()
        return week(f"{year}-W{number:02}", now_us)
    months = today.year * 12 + today.month - 1 - back
    return month(f"{months // 12}-{months % 12 + 1:02}", now_us)


def between(from_us: int, to_us: int) -> Period:
    """Return the range between two instants, in whole minutes.

    Raises:
        ValueError: it is empty.
    """
    span = Span(from_us // MINUTE_US, -(-to_us // MINUTE_US))
    if span.first >= span.end:
        raise ValueError("--from must lie before --to")
    ends = (datetime.fromtimestamp(at * 60, UTC) for at in span)
    return Period(" to ".join(at.strftime("%Y-%m-%d %H:%M") for at in ends), span)


def week(text: str, now_us: int) -> Period:
    """Return an ISO week (`2026-W47`, UTC, from Monday) up to now.

    Raises:
        ValueError: there is no such week, or it lies ahead.
    """
    match = _WEEK.fullmatch(text)
    if match is None:
        raise ValueError(f"a week is written like 2026-W47, not {text!r}")
    first = date.fromisocalendar(int(match[1]), int(match[2]), 1)
    return _days(f"week {match[1]}-W{match[2]}", first, first + timedelta(days=7), now_us)


def month(text: str, now_us: int) -> Period:
    """Return a calendar month (`2026-11`, UTC) up to now.

    Raises:
        ValueError: there is no such month, or it lies ahead.
    """
    match = _MONTH.fullmatch(text)
    if match is None:
        raise ValueError(f"a month is written like 2026-11, not {text!r}")
    first = date(int(match[1]), int(match[2]), 1)
    following = (first + timedelta(days=32)).replace(day=1)
    return _days(f"month {text}", first, following, now_us)


def _days(label: str, first: date, following: date, now_us: int) -> Period:
    """Return whole days, cut off at the present minute."""
    begin, end = ((day - date(1970, 1, 1)).days * MINUTES_PER_DAY for day in (first, following))
    now = now_us // MINUTE_US + 1
    if begin >= now:
        raise ValueError(f"{label} has not begun")
    return Period(label, Span(begin, min(end, now)))
