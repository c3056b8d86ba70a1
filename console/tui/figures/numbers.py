"""Exact fractions as an operator reads them. Rounding is always down: no figure flatters.

A burn of 14.39 reads 14.3, so that it never looks as if it had reached a threshold of 14.4; a
budget of 99.6 % left reads 99 %, and -0.04 % reads -0.1 %.
"""

from __future__ import annotations

import math
from fractions import Fraction

_PERCENT_LIMIT = 9_999


def percent(share: Fraction | None, none: str) -> str:
    """Return a signed share as `62%`, `4.1%` or `-20%`; `none` where there is no data."""
    if share is None:
        return none
    part, whole = share.numerator * 100, share.denominator
    if part < -_PERCENT_LIMIT * whole:
        return f"<-{_PERCENT_LIMIT}%"
    if abs(part) >= 10 * whole or part == 0:
        return f"{part // whole}%"
    tenths = part * 10 // whole
    return "<0.1%" if tenths == 0 else f"{tenths / 10:.1f}%"


def exact(share: Fraction | None, none: str) -> str:
    """Return a signed share to two decimals, `55.95%`, as the words of alerts have it.

    For screens that show such words: `console.burn.rules.percent` rounds by the same rule.
    """
    if share is None:
        return none
    hundredths = math.floor(share * 10_000)
    sign = "-" if hundredths < 0 else ""
    text = f"{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"
    return f"{sign}{text.rstrip('0').rstrip('.')}%"


def rate(burn: Fraction | None, none: str) -> str:
    """Return a burn rate as `0`, `0.4`, `14.4` or `120`; `none` where there is no data."""
    if burn is None:
        return none
    part, whole = burn.numerator, burn.denominator
    if part == 0:
        return "0"
    if part >= 100 * whole:
        return str(part // whole)
    tenths = part * 10 // whole
    return "<0.1" if tenths == 0 else f"{tenths / 10:.1f}"


def threshold(k: Fraction) -> str:
    """Return a burn threshold with all the digits that its setting had: `14.4`, `1`."""
    return f"{float(k):g}"


def count(number: int) -> str:
    """Return a count in at most four characters: `999`, `12k`, `3M`."""
    if number < 1_000:
        return str(number)
    if number < 10_000:
        return f"{math.floor(number / 100) / 10:.1f}k"
    return f"{number // 1_000}k" if number < 1_000_000 else f"{number // 1_000_000}M"


def size(octets: int) -> str:
    """Return a number of bytes in at most five characters: `999B`, `1.2kB`, `63MB`, `4.0GB`."""
    for unit, scale in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)):
        if octets >= 10 * scale:
            return f"{octets // scale}{unit}"
        if octets >= scale:
            return f"{octets * 10 // scale / 10:.1f}{unit}"
    return f"{octets}B"


def of_ppm(ppm: int) -> str:
    """Return parts per million as a percentage with no digit lost: `0.5%`."""
    return f"{ppm / 10_000:g}%"
