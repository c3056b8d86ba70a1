"""Exact fractions as the decimals that other tools read, with what a decimal cannot say rounded."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

_PLACES = 12
"""As many as a threshold in the settings may have, so that one that was written stays exact."""


class Number(str):
    """A number as text that is written without quotes."""

    __slots__ = ()


def exact(value: Fraction) -> Number:
    """Return a fraction as a decimal; one that has no end is rounded up in the twelfth place.

    Up, so that no threshold becomes easier to reach.
    """
    scaled = -(-value.numerator * 10**_PLACES // value.denominator)
    text = format(Decimal(scaled).scaleb(-_PLACES), "f")
    return Number(text.rstrip("0").rstrip(".") if "." in text else text)


def share(ppm: int) -> Number:
    """Return parts per million as a decimal share: `0.98`."""
    text = format(Decimal(ppm).scaleb(-6), "f")
    return Number(text.rstrip("0").rstrip("."))
