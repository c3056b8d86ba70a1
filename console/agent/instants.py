"""Instants: integer microseconds since the epoch inside, RFC 3339 in UTC at the edges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SECOND_US = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def parse_instant(text: str) -> int:
    """Return the RFC 3339 time `text` in microseconds.

    Raises:
        ValueError: it is not a time, or it has no offset.
    """
    try:
        # Without an offset the subtraction is a TypeError: nobody knows which instant is meant.
        return (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"{text!r} is not an RFC 3339 time with an offset") from error


def format_instant(at_us: int) -> str:
    """Return `at_us` as RFC 3339 with microseconds and `Z`."""
    moment = _EPOCH + at_us * _MICROSECOND
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def as_us(epoch_s: float) -> int:
    """Return `epoch_s`, seconds as `time.time()` gives them, in whole microseconds."""
    return round(epoch_s * SECOND_US)
