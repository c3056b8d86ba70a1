"""`[[source.map.rules]]`: an event for every line that meets some conditions."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple, Protocol

from console.intake.formats.generic_fields import FIELDS
from console.intake.formats.generic_pointer import kind_of, number_of, text_of
from console.intake.formats.generic_values import Expression, Place, View, parse_place
from console.settings.problems import UnusableError, listed, nearest, quoted, shown

_TESTS = ("exists", "not", "like", "below", "at_least")


class Test(Protocol):
    """A condition on one value."""

    def __call__(self, value: object) -> bool:
        """Say whether a value, None where there is none, meets the condition."""
        ...


class Rule(NamedTuple):
    """When all tests hold for a line, it gives one event, with fields of its own."""

    tests: tuple[tuple[Place, Test], ...]
    fields: dict[str, Expression]

    def holds(self, view: View) -> bool:
        """Say whether a line meets all conditions."""
        return all(test(place.of(view)) for place, test in self.tests)


class Equal(NamedTuple):
    """One of some plain values; numbers are compared as numbers, all else as text."""

    wanted: tuple[object, ...]

    def __call__(self, value: object) -> bool:
        """Say whether the value is one of them."""
        return value is not None and any(_same(value, wanted) for wanted in self.wanted)


class Not(NamedTuple):
    """A value that is there and not one of these."""

    unwanted: Equal

    def __call__(self, value: object) -> bool:
        """Say whether the value is another one."""
        return value is not None and not self.unwanted(value)


class Exists(NamedTuple):
    """Something stands there (null is nothing), or nothing does."""

    wanted: bool

    def __call__(self, value: object) -> bool:
        """Say whether it is as wanted."""
        return (value is not None) == self.wanted


class Like(NamedTuple):
    """Text in which `*` stands for any text; upper and lower case differ."""

    pieces: tuple[str, ...]

    def __call__(self, value: object) -> bool:
        """Say whether the text is like the pattern."""
        text = text_of(value)
        if text is None:
            return False
        first, *middle = self.pieces
        if not middle:
            return text == first
        *middle, last = middle
        at, end = len(first), len(text) - len(last)
        if end < at or not (text.startswith(first) and text.endswith(last)):
            return False
        for piece in middle:
            found = text.find(piece, at, end)
            if found < 0:
                return False
            at = found + len(piece)
        return True


class Below(NamedTuple):
    """A number under a bound, or (`wanted` false) at or over it."""

    bound: float
    wanted: bool

    def __call__(self, value: object) -> bool:
        """Say whether the value is a number on the wanted side."""
        number = number_of(value)
        return number is not None and (number < self.bound) == self.wanted


def parse_tests(raw: object) -> tuple[tuple[Place, Test], ...]:
    """Return the conditions of a rule.

    Raises:
        ValueError: they are none; the words go on from the rule's `when`.
    """
    if not isinstance(raw, dict) or not raw:
        raise UnusableError('is no table of conditions; write when = {"/outcome" = "ok"}')
    tests: list[tuple[Place, Test]] = []
    for key, wanted in raw.items():
        try:
            place = parse_place(key)
        except ValueError as reason:
            raise UnusableError(f"names {quoted(str(key))}, which {reason}") from None
        try:
            tests += ((place, test) for test in _tests(wanted))
        except ValueError as reason:
            raise UnusableError(f"has a condition on {quoted(place.text)} that {reason}") from None
    return tuple(tests)


def refuse_unknown(rule: dict[str, object]) -> None:
    """See that a rule has only keys that mean something.

    Raises:
        ValueError: it does not; the words go on from the rule.
    """
    for key in rule:
        if key not in FIELDS and key != "when":
            best = nearest(key, (*FIELDS, "when"))
            ending = f"; the nearest that is known is {best}" if best else ""
            raise UnusableError(f"has the unknown key {quoted(key)}{ending}")


def _tests(wanted: object) -> list[Test]:
    if not isinstance(wanted, dict):
        return [_equal(wanted)]
    if not wanted:
        raise UnusableError(f"says nothing; there are {listed(_TESTS)}")
    return [_operator(key, value) for key, value in wanted.items()]


def _operator(key: str, value: object) -> Test:
    if key == "exists" and isinstance(value, bool):
        return Exists(value)
    if key == "not":
        return Not(_equal(value))
    if key == "like" and isinstance(value, str):
        return Like(tuple(value.split("*")))
    bound = number_of(value) if isinstance(value, int | Decimal | float) else None
    if key in ("below", "at_least") and bound is not None:
        return Below(bound, key == "below")
    if key not in _TESTS:
        raise UnusableError(f"is not known: {quoted(key)}; there are {listed(_TESTS)}")
    examples = {"exists": "true", "like": '"order * done"', "below": "0.7", "at_least": "0.7"}
    raise UnusableError(f"cannot be: {key} = {shown(value)}; write it like {key} = {examples[key]}")


def _equal(wanted: object) -> Equal:
    several = wanted if isinstance(wanted, list) and wanted else [wanted]
    for value in several:
        if text_of(value) is None:
            raise UnusableError(f"compares with {kind_of(value)}; write text, a number or true")
    return Equal(tuple(several))


def _same(value: object, wanted: object) -> bool:
    if isinstance(wanted, int | Decimal | float) and not isinstance(wanted, bool):
        number = number_of(value) if not isinstance(value, bool) else None
        return number is not None and number == number_of(wanted)
    return text_of(value) == text_of(wanted)
