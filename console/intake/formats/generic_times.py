"""Times and durations as loggers write them: with a comma, without a zone, with a unit."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from console.intake.formats.generic_pointer import kind_of, number_of
from console.intake.times import instant_us
from console.settings.problems import UnusableError
from console.settings.values import parse_timezone

NO_ZONE = (
    "the time has no zone; say which one the program logs in: "
    'timezone = "Europe/Berlin" (an IANA name, or "UTC") in [source.map]'
)
_LONGEST = 60
_EPOCH = re.compile(r"\d{1,20}(?:\.\d{1,20})?", re.ASCII)
_CLOCK = re.compile(r"\d\d?:\d\d")
_APART = re.compile(r"(\d) (?:(UTC|GMT|Z)|([+-]\d\d:?\d\d))$", re.ASCII)
UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
"""The units of a latency, in seconds."""
TEXT_UNIT = "text"
"""The unit of a latency that says its own: `3.2s`, `1m2.5s`, `0:01:02.5`."""
_SPAN = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)\s?(ns|us|µs|μs|ms|s|m|h)", re.ASCII | re.IGNORECASE)
_CLOCKED = re.compile(r"(\d{1,6}):([0-5]?\d):([0-5]?\d(?:\.\d{1,9})?)", re.ASCII)
_NAMED = re.compile(
    r"[_.\- ](?:in_)?(ns|us|ms|s|m|h|nanos|micros|millis|sec|secs|seconds|milliseconds)$"
)
_LONG_NAMES = {
    "nanos": "ns",
    "micros": "us",
    "millis": "ms",
    "milliseconds": "ms",
    "sec": "s",
    "secs": "s",
    "seconds": "s",
}


def parse_zone(value: object) -> ZoneInfo:
    """Return the time zone that a setting names.

    Raises:
        ValueError: it names none; the words go on from the value.
    """
    if not isinstance(value, str) or not value:
        raise ValueError('is not a time zone; write its IANA name, like "Europe/Berlin" or "UTC"')
    try:
        return ZoneInfo(parse_timezone(value))
    except UnusableError as reason:
        raise ValueError(str(reason)) from None


def moment_us(value: object, zone: ZoneInfo | None) -> int:
    """Return an instant in microseconds from what a logger wrote as the time.

    Of a local time that comes twice, when clocks are put back, the first is meant: the line alone
    does not say more.

    Raises:
        ValueError: with a sentence that says what is wrong.
    """
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UnusableError(f"the time is {kind_of(value)}, neither RFC 3339 nor an epoch number")
    if not isinstance(value, str):
        return instant_us(value)
    text = value.strip()[:_LONGEST]
    if text.endswith("Z") and " " not in text:
        return instant_us(text)
    if _EPOCH.fullmatch(text):
        return instant_us(float(text) if "." in text else int(text))
    return _written_us(_APART.sub(_joined, text), zone)


def _joined(found: re.Match[str]) -> str:
    """Put the zone right behind the time, as RFC 3339 has it."""
    return found[1] + ("Z" if found[2] else found[3])


def _written_us(text: str, zone: ZoneInfo | None) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return instant_us(text)
    if moment.tzinfo is not None:
        return instant_us(text)
    if not _CLOCK.search(text):
        raise ValueError("the time is a day without a time of day")
    if zone is None:
        raise ValueError(NO_ZONE)
    try:
        known = moment.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise ValueError("the time lies outside the years 2000 to 2199") from None
    return instant_us(known.isoformat())


def unit_in_name(key: str) -> str:
    """Return the unit that the name of a key ends with (`latency_ms`, `took.seconds`), or ""."""
    found = _NAMED.search(key.replace("/", "."))
    return _LONG_NAMES.get(found[1], found[1]) if found else ""


def seconds(value: object, unit: str) -> float:
    """Return a duration in seconds.

    Raises:
        ValueError: it is none; the words go on from where it stands.
    """
    if unit == TEXT_UNIT:
        return _text_seconds(value)
    number = number_of(value)
    if number is None:
        raise ValueError(f"is {kind_of(value)}, not a number")
    return float(Decimal(str(number)) * Decimal(str(UNITS[unit])))


def _text_seconds(value: object) -> float:
    text = value.strip()[:_LONGEST] if isinstance(value, str) else ""
    clocked = _CLOCKED.fullmatch(text)
    if clocked:
        return int(clocked[1]) * 3600 + int(clocked[2]) * 60 + float(clocked[3])
    if not text or _SPAN.sub("", text).strip():
        raise ValueError(f'is {kind_of(value)}, not a duration with its unit, like "3.2s"')
    return sum(
        float(number) * UNITS[unit.lower().replace("µ", "u").replace("μ", "u")]
        for number, unit in _SPAN.findall(text)
    )
