"""Numbers, lengths and shares as TOML values, and the exact ones that they become.

A kind is a function from a TOML value to an exact one. It raises `UnusableError` with words that go
on from the value, and that name the nearest value which works.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from console.model import Window
from console.settings import values
from console.settings.problems import UnusableError, quoted

T = TypeVar("T")
Kind = Callable[[object], T]

_LARGEST = 1_000_000_000
_DIGITS = 12


def exact(literal: str) -> Decimal:
    """Return a TOML float without rounding it; one that is out of all range becomes no number."""
    try:
        return Decimal(literal)
    except ArithmeticError:
        return Decimal("NaN")


def flag(value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise UnusableError("is neither true nor false; write true or false, without quotes")
    return value


def whole(lowest: int) -> Kind[int]:
    """Return a kind: a whole number, at least `lowest`."""

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise UnusableError(f"is not a whole number; write one without quotes, like {lowest}")
        if value < lowest:
            raise UnusableError(f"is too low; the lowest that works is {lowest}")
        if value > _LARGEST:
            raise UnusableError(f"is too high; the highest that works is {_LARGEST}")
        return value

    return read


def number(value: object) -> Fraction:
    """Return a number, exactly as written, not below 0."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise UnusableError("is not a number; write one without quotes, like 14.4")
    if not _plain(value):
        raise UnusableError(f"is not a number with at most {_DIGITS} decimals; write one like 14.4")
    if value < 0:
        raise UnusableError("is below 0; the lowest that works is 0")
    if value > _LARGEST:
        raise UnusableError(f"is too high; the highest that works is {_LARGEST}")
    return Fraction(value)


def _plain(value: int | Decimal) -> bool:
    """Say whether a number can be made exact without growing out of all bounds."""
    if isinstance(value, int):
        return True
    return value.is_finite() and -_DIGITS <= int(value.as_tuple().exponent) <= _DIGITS


def duration(value: object) -> int:
    """Return a duration in microseconds."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST:
        as_text = quoted(values.duration_text(value * 1_000_000))
        raise UnusableError(f"has no unit; write it as text: {as_text} if seconds were meant")
    if not isinstance(value, str):
        raise UnusableError('is not a duration; write it as text, like "90s", "10m" or "1h"')
    return values.parse_duration(value)


def share(lowest_ppm: int = 0, highest_ppm: int = values.PPM) -> Kind[int]:
    """Return a kind: a share in parts per million, within bounds."""

    def read(value: object) -> int:
        found = _share(value)
        if found < lowest_ppm:
            lowest = quoted(values.share_text(lowest_ppm))
            raise UnusableError(f"is too low; the lowest that works is {lowest}")
        if found > highest_ppm:
            highest = quoted(values.share_text(highest_ppm))
            raise UnusableError(f"is too high; the highest that works is {highest}")
        return found

    return read


def objective(value: object) -> int:
    """Return the error budget that an objective leaves, in parts per million."""
    found = _share(value)
    if found <= 0:
        raise UnusableError(
            'asks for no trusted outcome; the lowest objective that works is "0.0001%"'
        )
    if found == values.PPM:
        raise UnusableError(
            "leaves no budget, so that no burn can be computed: for misses that may never happen "
            'use zero_tolerance; the highest objective that works is "99.9999%"'
        )
    if found > values.PPM:
        raise UnusableError('is more than everything; the highest that works is "99.9999%"')
    return values.PPM - found


def _share(value: object) -> int:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        raise UnusableError(f"is not text with a percent sign; write {_percent(value)}")
    if not isinstance(value, str):
        raise UnusableError('is not a share; write it as text, like "99.5%"')
    return values.parse_share(value)


def _percent(value: int | Decimal) -> str:
    """Return what 99, 99.5 or 0.995 should have been."""
    if not _plain(value) or not 0 <= value <= 100:
        return 'it like "99.5%"'
    hundredfold = isinstance(value, Decimal) and 0 < value < 1
    ppm = Fraction(value) * (values.PPM if hundredfold else values.PPM // 100)
    return quoted(values.share_text(round(ppm)))


def window(value: object) -> Window:
    """Return a budget window, in UTC."""
    return values.parse_window(written(value, '"30d" or "calendar month"'))


def timezone(value: object) -> str:
    """Return the name of a time zone."""
    return values.parse_timezone(written(value, '"Europe/Berlin"'))


def optional(kind: Kind[T], word: str = "off") -> Kind[T | None]:
    """Return a kind: None where the text is `word` (`off`, `auto`), else what `kind` says."""

    def read(value: object) -> T | None:
        return None if value == word else kind(value)

    return read


def written(value: object, example: str) -> str:
    """Return text; `example` is what it should have looked like.

    Raises:
        UnusableError: it is something else.
    """
    if not isinstance(value, str):
        raise UnusableError(f"is not text; write it like {example}")
    return value
