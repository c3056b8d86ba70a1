"""Timestamps as logs write them -> integer microseconds, UTC, exactly."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from console.model import SECOND_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY_S = 86_400
_moment = datetime.fromisoformat
EARLIEST_US = 946_684_800 * SECOND_US  # 2000-01-01
LATEST_US = 7_258_118_400 * SECOND_US  # 2200-01-01
_LEAP = re.compile(r"(:\d\d):60(\.\d+)?")
_MAGNITUDES = ((10**17, 1, 1_000), (10**14, 1, 1), (10**11, 1_000, 1), (0, 1_000_000, 1))
"""From which number on an epoch is in ns, us, ms, s: times and over give microseconds."""


def instant_us(value: str | int | float) -> int:
    """Return an instant in microseconds: RFC 3339 text, or an epoch number in s, ms, us or ns.

    Raises:
        ValueError: with a sentence that says what is wrong and what is wanted.
    """
    if isinstance(value, str):
        try:
            since = _moment(value) - _EPOCH
            at_us = (since.days * _DAY_S + since.seconds) * SECOND_US + since.microseconds
        except (TypeError, ValueError):  # no instant, or none yet: a time without a zone
            at_us = _text_us(value)
    else:
        at_us = _epoch_us(value)
    if not EARLIEST_US <= at_us < LATEST_US:
        raise ValueError("the time lies outside the years 2000 to 2199")
    return at_us


def _text_us(value: str) -> int:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        if value.endswith("z"):
            return _text_us(value[:-1] + "Z")
        if not _LEAP.search(value):
            raise ValueError("the time is not RFC 3339, such as 2026-11-24T03:00:00Z") from None
        # A leap second counts as the last instant of its minute.
        return _text_us(_LEAP.sub(r"\1:59.999999", value))
    if moment.tzinfo is None:
        raise ValueError("the time has no zone; RFC 3339 needs Z or an offset such as +01:00")
    return (moment - _EPOCH) // _MICROSECOND


def _epoch_us(value: int | float) -> int:
    if value < 0 or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("the time is not an epoch number")
    for least, times, over in _MAGNITUDES:
        if value >= least:
            exact = Decimal(str(value)) if isinstance(value, float) else value
            return (
                int(exact * times / over) if isinstance(exact, Decimal) else exact * times // over
            )
    raise ValueError("the time is not an epoch number")


def rfc3339(at_us: int) -> str:
    """Return an instant as RFC 3339 text in UTC with microseconds."""
    moment = _EPOCH + timedelta(microseconds=at_us)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
