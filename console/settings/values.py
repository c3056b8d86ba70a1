"""Durations, shares and windows as operators write them, and exact numbers back again.

Everything here raises `UnusableError` with words that go on from the value: `"15 min" ` + `is not a
duration; the nearest that works is "15m"`.
"""

from __future__ import annotations

import re
from fractions import Fraction
from zoneinfo import ZoneInfo, available_timezones

from console.model import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Window
from console.settings.problems import UnusableError, listed, nearest, quoted

PPM = 1_000_000
LONGEST_US = 3_650 * DAY_US
"""Ten years: longer is a typing error, and keeps every sum inside 64 bits."""
CALENDAR_DAYS = {"day": 1, "week": 7, "month": 30}
"""What a calendar unit counts as where a length is needed (semantics 6)."""

_UNITS = {"d": DAY_US, "h": HOUR_US, "m": MINUTE_US, "s": SECOND_US}
_DURATION = re.compile(r"(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?", re.ASCII)
_LOOSE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*([a-z]*)", re.ASCII)
_LOOSE_UNITS = {"w": 7 * DAY_US, "mo": 30 * DAY_US, "ms": 1_000, **_UNITS}
_SHARE = re.compile(r"([+-]?\d{1,9}(?:\.\d{1,12})?)\s*(%?)", re.ASCII)


def parse_duration(text: str) -> int:
    """Return a duration such as `90s`, `10m` or `1h30m` in microseconds.

    Raises:
        UnusableError: it is none, or nothing, or over ten years.
    """
    found = _DURATION.fullmatch(text)
    if not found or not text:
        raise UnusableError(f"is not a duration; {_nearest_duration(text)}")
    parts = zip(found.groups(default="0"), _UNITS.values(), strict=True)
    length_us = sum(int(amount) * unit_us for amount, unit_us in parts)
    if length_us <= 0:
        raise UnusableError('is no time at all; the shortest that works is "1s"')
    if length_us > LONGEST_US:
        raise UnusableError(f"is too long; the longest that works is {quoted(_text(LONGEST_US))}")
    return length_us


def duration_text(length_us: int) -> str:
    """Return a duration of whole seconds, at least one, as `parse_duration` reads it."""
    if length_us < SECOND_US or length_us % SECOND_US:
        raise ValueError("only whole seconds can be written")
    return _text(length_us)


def _text(length_us: int) -> str:
    words = ""
    for unit, unit_us in _UNITS.items():
        amount, length_us = divmod(length_us, unit_us)
        words += f"{amount}{unit}" if amount else ""
    return words


def _nearest_duration(text: str) -> str:
    """Return what `15 min`, `1.5h` or `2 weeks` should have been."""
    length = Fraction(0)
    for amount, word in _LOOSE.findall(text.lower()):
        known = (unit for unit in sorted(_LOOSE_UNITS, key=len, reverse=True))
        unit = next((unit for unit in known if _means(word, unit)), "")
        length += Fraction(amount) * _LOOSE_UNITS.get(unit, 0)
    nearest_us = min(LONGEST_US, max(0, round(length / SECOND_US) * SECOND_US))
    if text.lstrip().startswith("-") or not length:
        return 'write it like "90s", "10m", "1h30m" or "30d"'
    return f"the nearest that works is {quoted(_text(nearest_us or SECOND_US))}"


def _means(word: str, unit: str) -> bool:
    if len(unit) > 1:
        return word == unit or (unit == "mo" and word.startswith("month"))
    return word.startswith(unit)


def parse_share(text: str) -> int:
    """Return a share such as `99.5%` in parts per million, exactly.

    Raises:
        UnusableError: it is none, has no percent sign, or is no whole number of parts per million.
    """
    found = _SHARE.fullmatch(text.strip())
    if not found:
        raise UnusableError('is not a share; write it like "99.5%"')
    amount = Fraction(found[1])
    if not found[2]:
        raise UnusableError(f"has no percent sign; {_as_percent(found[1], amount)}")
    share = amount * (PPM // 100)
    if share.denominator != 1:
        raise UnusableError(
            f"is finer than one part in a million; the nearest that works is "
            f"{quoted(share_text(round(share)))}"
        )
    return int(share)


def _as_percent(text: str, amount: Fraction) -> str:
    if "." in text and 0 < amount < 1:
        fraction = quoted(share_text(round(amount * PPM)))
        return f"write {quoted(text + '%')}, or {fraction} if a fraction was meant"
    return f"write {quoted(text + '%')}"


def share_text(share_ppm: int) -> str:
    """Return parts per million as a percentage that `parse_share` reads: `99.5%`."""
    return f"{rounded_down(Fraction(share_ppm, PPM // 100), 4)}%"


def rounded_down(value: Fraction, places: int = 2) -> str:
    """Return a number in decimals, never above its size: a ceiling must not be overstated."""
    scaled = int(abs(value) * 10**places)
    whole, rest = divmod(scaled, 10**places)
    decimals = f"{rest:0{places}d}".rstrip("0")
    sign = "-" if value < 0 and scaled else ""
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def parse_window(text: str) -> Window:
    """Return a budget window: whole days (`30d`), or `calendar day`, `week` or `month`, in UTC.

    Raises:
        UnusableError: it is neither.
    """
    kind, _, unit = text.partition(" ")
    if kind == "calendar" and unit in CALENDAR_DAYS:
        return Window(days=None, unit=unit)
    if not text[:1].isdigit():
        best = nearest(unit if kind == "calendar" else text, CALENDAR_DAYS)
        known = ["30d", *(f"calendar {unit}" for unit in CALENDAR_DAYS)]
        ending = f'the nearest is "calendar {best}"' if best else f"write {listed(known)}"
        raise UnusableError(f"is not a budget window; {ending}")
    length_us = parse_duration(text)
    if length_us % DAY_US:
        days = max(1, round(Fraction(length_us, DAY_US)))
        raise UnusableError(f'is not a whole number of days; the nearest that works is "{days}d"')
    return Window(days=length_us // DAY_US)


def window_us(window: Window) -> int:
    """Return a window's length; a calendar month counts as 30 days, a week as 7."""
    return (window.days or CALENDAR_DAYS[str(window.unit)]) * DAY_US


def parse_timezone(text: str) -> str:
    """Return the name of an IANA time zone that this machine knows.

    Raises:
        UnusableError: it knows none of that name.
    """
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        best = nearest(text, available_timezones())
        ending = f"the nearest is {quoted(best)}" if best else 'write it like "Europe/Berlin"'
        raise UnusableError(f"is not a known time zone; {ending}") from None
    return text
