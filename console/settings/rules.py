"""Burn rules that an operator wrote: what can be judged of each by itself.

Whether a rule can fire at all depends on the objective, and is judged in `check`.
"""

from __future__ import annotations

from fractions import Fraction

from console.model import MINUTE_US, BurnRule, Severity, Window
from console.settings import kinds, words
from console.settings.problems import UnusableError, listed, quoted
from console.settings.table import Table
from console.settings.values import duration_text, rounded_down, window_us

SEVERITIES = tuple(known.value for known in Severity)
SHORT_PART = 12
"""The short window is this part of the long one where it is not written (burn_rate.md 2f X12)."""
BUILT_IN_RULES = "built-in"
"""What `rules` says to take the built-in burn rules again where a tier has rules of its own."""

_KEYS = ("severity", "long", "short", "k")
_EXAMPLE = 'rules = [ { severity = "page", long = "1h", k = 14.4 } ]'
_NEEDED = {
    "severity": f"write {listed(SEVERITIES)}",
    "long": 'write the long window, like long = "1h"',
    "k": "write the burn at which it fires, like k = 14.4",
}


def read(table: Table) -> tuple[BurnRule, ...]:
    """Return the burn rules of a table; their shares are set once the window is known."""
    found: list[BurnRule] = []
    for place in table.list_of_tables("rules", _EXAMPLE):
        place.refuse_unknown(_KEYS)
        for key, why in _NEEDED.items():
            place.need(key, why)
        rule = _rule(place)
        if not place.bad:
            _once(place, rule, found)
        found.append(rule)
        if place.bad:
            table.bad.add("rules")
    return tuple(found)


def _rule(table: Table) -> BurnRule:
    long_us = table.take("long", _long, 2 * MINUTE_US)
    twelfth_us = long_us // SHORT_PART // MINUTE_US * MINUTE_US
    short_us = table.take("short", _minutes, max(MINUTE_US, twelfth_us))
    if table.bad.isdisjoint(("long", "short")) and long_us <= short_us:
        table.refuse(
            "short",
            f"is not shorter than long = {quoted(duration_text(long_us))}; the longest that works "
            f"is {quoted(duration_text(long_us - MINUTE_US))}",
            duration_text(short_us),
        )
    severity = table.take("severity", words.choice(SEVERITIES), SEVERITIES[0])
    k = table.take("k", _threshold, Fraction(1))
    return BurnRule(Severity(severity), long_us, short_us, k, Fraction(0))


def _once(table: Table, rule: BurnRule, before: list[BurnRule]) -> None:
    """Note a rule that another one leaves nothing to do: of two thresholds the lower one fires."""
    for other in before:
        if (other.severity, other.long_us, other.short_us) == rule[:3]:
            pair = f"{duration_text(rule.long_us)} and {duration_text(rule.short_us)}"
            lower = rounded_down(min(rule.k, other.k), 12)
            table.bad.add("k")
            table.problems.add(
                table.at,
                f"is a second {rule.severity.value} over {pair}, of which only the lower k fires; "
                f"one with k = {lower} is enough",
            )


def _minutes(value: object) -> int:
    """Return a window of whole minutes: counts are kept by the minute."""
    length_us = kinds.duration(value)
    if length_us % MINUTE_US:
        nearest_us = max(1, round(Fraction(length_us, MINUTE_US))) * MINUTE_US
        nearest = quoted(duration_text(nearest_us))
        raise UnusableError(
            f"is not a whole number of minutes; the nearest that works is {nearest}"
        )
    return length_us


def _long(value: object) -> int:
    long_us = _minutes(value)
    if long_us < 2 * MINUTE_US:
        raise UnusableError('leaves no room for a shorter window; the shortest that works is "2m"')
    return long_us


def _threshold(value: object) -> Fraction:
    k = kinds.number(value)
    if k < 1:
        raise UnusableError(
            "is below 1 and would fire on a route that keeps its objective; "
            "the lowest that works is 1"
        )
    return k


def with_shares(rules: tuple[BurnRule, ...], window: Window) -> tuple[BurnRule, ...]:
    """Return rules with the part of the budget that each spends in its long window.

    share = k * long / window, exactly (SRE Workbook; a calendar month counts as 30 days).
    """
    length_us = window_us(window)
    return tuple(rule._replace(share=rule.k * rule.long_us / length_us) for rule in rules)
