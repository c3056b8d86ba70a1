"""Reading one JSON object key by key, with the type of each value checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .faults import ControlFault
from .instants import parse_instant

if TYPE_CHECKING:
    from collections.abc import Collection

_SHOWN = 60
_LONGEST_S = 10**10
_LARGEST = 2**53
"""Above it, readers in other languages would see another number."""


class Fields:
    """One object of the document; `where` names it in the sentences.

    Every method raises `ControlFault` for a value of the wrong type. A key that is absent counts as
    null. Keys that nobody asks for are ignored.
    """

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise ControlFault(f"{where} is {_shown(value)}, which is not an object")
        self._values: dict[str, object] = value
        self.where = where

    def text(self, key: str) -> str:
        """Return a string that has to be there and must not be empty."""
        value = self._values.get(key)
        if not isinstance(value, str) or not value:
            raise self._wrong(key, "a text")
        return value

    def optional_text(self, key: str) -> str:
        """Return a string, "" for null."""
        value = self._values.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._wrong(key, "a text")
        return value

    def word(self, key: str, words: Collection[str]) -> str:
        """Return a string that has to be one of `words`."""
        value = self._values.get(key)
        if not isinstance(value, str) or value not in words:
            raise self._wrong(key, "one of " + ", ".join(words))
        return value

    def optional_word(self, key: str, words: Collection[str]) -> str:
        """Return one of `words`, "" for null."""
        return "" if self._values.get(key) is None else self.word(key, words)

    def whole(self, key: str, least: int) -> int:
        """Return a whole number of at least `least`."""
        value = self._values.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(key, "a whole number")
        if not least <= value <= _LARGEST:
            raise self._wrong(key, f"a whole number from {least} to {_LARGEST}")
        return value

    def optional_whole(self, key: str, least: int) -> int | None:
        """Return a whole number of at least `least`, or None for null."""
        return None if self._values.get(key) is None else self.whole(key, least)

    def optional_seconds(self, key: str) -> float | None:
        """Return a duration in seconds that is not negative, or None for null."""
        value = self._values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(key, "a number of seconds")
        if not 0 <= value <= _LONGEST_S:
            raise self._wrong(key, f"a number of seconds from 0 to {_LONGEST_S}")
        return float(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false, `default` for null."""
        value = self._values.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def names(self, key: str) -> tuple[str, ...]:
        """Return a list of strings, empty for null."""
        value = self._values.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise self._wrong(key, "a list of texts")
        return tuple(value)

    def instant(self, key: str) -> int:
        """Return a time, in microseconds."""
        try:
            return parse_instant(self.text(key))
        except ValueError as error:
            raise ControlFault(f"{self.where}: {key}: {error}") from error

    def optional_instant(self, key: str) -> int | None:
        """Return a time in microseconds, or None for null."""
        return None if self._values.get(key) is None else self.instant(key)

    def objects(self, key: str, where: str) -> list[Fields]:
        """Return a list of objects, empty for null; `where` names one of them."""
        value = self._values.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong(key, "a list")
        return [Fields(one, f"{self.where}, {where} {n}") for n, one in enumerate(value, 1)]

    def mapping(self, key: str) -> dict[str, object]:
        """Return an object that has to be there, as it is."""
        value = self._values.get(key)
        if not isinstance(value, dict):
            raise self._wrong(key, "an object")
        return value

    def optional_mapping(self, key: str) -> dict[str, object] | None:
        """Return an object as it is, or None for null."""
        return None if self._values.get(key) is None else self.mapping(key)

    def _wrong(self, key: str, wanted: str) -> ControlFault:
        return ControlFault(f"{self.where}: {key} is {_shown(self._values.get(key))}, not {wanted}")


def _shown(value: object) -> str:
    """Return a short, harmless picture of a value that may be anything."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 128:
        return "a huge number"
    text = ascii(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
