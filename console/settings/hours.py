"""Hours of the week: when a route is expected to work, and when tickets wait.

`schedule = "Mon-Fri 08:00-18:00"` is in the route's `timezone`; several stretches are separated by
commas, days may be left out (every day) or be one day (`Sat 09:00-12:00`). `quiet_hours =
"22:00-07:00"` is every day. A stretch whose end is not after its start runs past midnight and
belongs to the day on which it starts.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from console.settings.problems import UnusableError

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_STRETCH = re.compile(
    r"(?:([A-Za-z]{3})(?:-([A-Za-z]{3}))? +)?(\d\d):(\d\d)-(\d\d):(\d\d)", re.ASCII
)
_DAY_MINUTES = 24 * 60


class Hours(NamedTuple):
    """A stretch of the day, in minutes after midnight, on `days` (Monday is 0)."""

    days: frozenset[int]
    start: int
    end: int


def parse_schedule(text: str) -> tuple[Hours, ...]:
    """Return the stretches of a schedule.

    Raises:
        UnusableError: the text is no schedule; the words go on from it.
    """
    example = '"Mon-Fri 08:00-18:00"'
    return tuple(_stretch(part.strip(), "a schedule", example) for part in text.split(","))


def parse_quiet_hours(text: str) -> Hours:
    """Return the quiet hours of every day.

    Raises:
        UnusableError: the text is no stretch of the day; the words go on from it.
    """
    quiet = _stretch(text.strip(), "quiet hours", '"22:00-07:00"')
    if len(quiet.days) < len(_DAYS):
        raise UnusableError('are quiet hours of every day; write them without days: "22:00-07:00"')
    return quiet


def within(hours: tuple[Hours, ...], at: datetime) -> bool:
    """Say whether the local time `at` lies in any of the stretches."""
    minute, day = at.hour * 60 + at.minute, at.weekday()
    for stretch in hours:
        today = day in stretch.days and minute >= stretch.start
        if stretch.start < stretch.end:
            covered = today and minute < stretch.end
        else:
            covered = today or ((day - 1) % 7 in stretch.days and minute < stretch.end)
        if covered:
            return True
    return False


def _stretch(text: str, what: str, example: str) -> Hours:
    found = _STRETCH.fullmatch(text)
    if not found:
        raise UnusableError(f"is not {what}; write it like {example}")
    first, last, *clock = found.groups()
    start = _minute(clock[0], clock[1])
    end = _minute(clock[2], clock[3])
    if start is None or end is None or start == _DAY_MINUTES:
        raise UnusableError(f"has a time that no clock shows; write it like {example}")
    if start == end:
        raise UnusableError('begins when it ends; the whole day is "00:00-24:00"')
    return Hours(_days(first, last, example), start, end)


def _minute(hour: str, minute: str) -> int | None:
    after_midnight = int(hour) * 60 + int(minute)
    return after_midnight if int(minute) < 60 and after_midnight <= _DAY_MINUTES else None


def _days(first: str | None, last: str | None, example: str) -> frozenset[int]:
    if first is None:
        return frozenset(range(len(_DAYS)))
    names = [first.lower(), (last or first).lower()]
    if not set(names) <= set(_DAYS):
        raise UnusableError(f"names a day that is none of Mon to Sun; write it like {example}")
    start, end = (_DAYS.index(name) for name in names)
    return frozenset((start + step) % 7 for step in range((end - start) % 7 + 1))
