"""JSON pointers into a record, and the texts that its values are compared as.

A pointer is RFC 6901 (`/record/extra/run_id`; `~1` is a slash inside a key, `~0` a tilde), with one
addition: dots are levels as well, in the pointer and in the record, because loggers write both
`{"log.level": "info"}` and `{"log": {"level": "info"}}`, at times in the same line. A key that is
there exactly as written always wins. An absent value and null are the same: nothing is known.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from console.settings.problems import UnusableError, shown

_LONGEST = 200
_DEEPEST = 12
"""Bounds the search through flat and nested spellings of a key."""
_NUMBERS = (int, float, Decimal)


class Pointer(NamedTuple):
    """A place in a record: its text, its parts, and its parts with dots taken as levels."""

    text: str
    parts: tuple[str, ...]
    levels: tuple[str, ...]

    def find(self, record: object) -> object:
        """Return the value at this place, or None where there is nothing or null."""
        value = record
        for part in self.parts:
            value = _step(value, part)
            if value is None:
                return _search(record, self.levels) if len(self.levels) > 1 else None
        return value


def parse_pointer(text: str) -> Pointer:
    """Return the pointer that a text is.

    Raises:
        ValueError: it is none; the words go on from the text.
    """
    if not text.startswith("/"):
        raise UnusableError(f'is no pointer; a pointer begins with a slash, like "/{text[:40]}"')
    parts = tuple(part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/"))
    if not all(parts):
        raise UnusableError(
            'has an empty part; write every key between slashes, like "/extra/run_id"'
        )
    levels = tuple(level for part in parts for level in _levels(part))
    if len(text) > _LONGEST or len(levels) > _DEEPEST:
        raise UnusableError(f"is too long; at most {_DEEPEST} keys and {_LONGEST} characters work")
    return Pointer(text, parts, levels)


def _levels(part: str) -> list[str]:
    pieces = part.split(".")
    return pieces if all(pieces) else [part]


def _step(value: object, part: str) -> object:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and len(part) < 10 and part.isascii() and part.isdigit():
        place = int(part)
        return value[place] if place < len(value) else None
    return None


def _search(value: object, levels: tuple[str, ...]) -> object:
    """Look for a value under every way to write its levels, nested ways first."""
    if not levels:
        return value
    for count in range(1, len(levels) + 1):
        inner = _step(value, ".".join(levels[:count]))
        found = None if inner is None else _search(inner, levels[count:])
        if found is not None:
            return found
    return None


def text_of(value: object) -> str | None:
    """Return a plain value as the text that it is compared as; None for objects and lists."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 4096:
        return None  # turning it into digits takes time, or is refused
    return str(value) if isinstance(value, _NUMBERS) else None


def number_of(value: object) -> float | None:
    """Return a number, or the number that a text says; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    if isinstance(value, str) and (len(value) > 40 or not value.isascii() or "_" in value):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < float("inf") else None


def kind_of(value: object) -> str:
    """Return what a value is, in words for a reason."""
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else shown(value)
