"""The native fields that a mapping can fill (semantics 2), and values as these want them."""

from __future__ import annotations

import msgspec

from console.intake.formats.generic_pointer import number_of, text_of
from console.intake.formats.native import Line
from console.model import EVENTS
from console.settings.problems import nearest, quoted

FIELDS: tuple[str, ...] = tuple(field.name for field in msgspec.structs.fields(Line))
"""Every native field."""
TERMINAL = frozenset({"run.delivered", "run.failed", "run.cancelled", "handoff"})
"""The events that end a run, and so can say how long it took."""
EXPLAINED = frozenset({"run.failed", "check.failed", "action.denied", "recovery.failed"})
"""The events whose reason, where none is mapped, is the message of the line."""
DENIED = frozenset({"action.denied", "approval.denied"})
"""The events that may carry the mark of our own directive anywhere in their line."""

_WHOLE = frozenset({"seq", "generation", "tokens"})
_NUMBERS = frozenset({"sla_s", "minutes", "confidence", "elapsed_s", "cost_usd"})
_FLAGS = frozenset({"trusted", "discarded", "preventable"})
TEXTS = frozenset(FIELDS) - _WHOLE - _NUMBERS - _FLAGS
"""The fields that are texts."""
_TRUTH = {"true": True, "false": False}
_WIDEST = 2**63


def coerced(field: str, value: object) -> str | int | float | bool:
    """Return a value as the field wants it; numbers and true may be written as text.

    Raises:
        ValueError: it cannot be; the words go on from the value.
    """
    if field in _FLAGS:
        known = _TRUTH.get((text_of(value) or "").lower())
        if known is None:
            raise ValueError("is neither true nor false; map it with values")
        return known
    if field in _WHOLE:
        return _whole(value)
    if field in _NUMBERS:
        number = number_of(value)
        if number is None:
            raise ValueError("is not a number")
        return number
    text = text_of(value)
    if text is None:
        raise ValueError("is not text")
    return text


def _whole(value: object) -> int:
    text = text_of(value) or ""
    digits = text.removeprefix("-")
    if isinstance(value, bool) or len(digits) > 19 or not (digits.isascii() and digits.isdigit()):
        raise ValueError("is not a whole number")
    whole = int(text)
    if not -_WIDEST <= whole < _WIDEST:
        raise ValueError("is a whole number that is too large")
    return whole


def no_event(name: object) -> str:
    """Return why this is no native event, naming the nearest, or "" where it is one."""
    if isinstance(name, str) and name in EVENTS:
        return ""
    best = nearest(name, sorted(EVENTS)) if isinstance(name, str) else None
    ending = f"; the nearest is {quoted(best)}" if best else ', such as "run.delivered"'
    return f"is no native event{ending}"
