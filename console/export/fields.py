"""A mapping of a foreign document, read key by key: what nobody read is named, never lost.

Two kinds of words are gathered: *problems* (what is there cannot be taken, nothing is written) and
*notes* (what is there has no counterpart here). Each names file, line and key.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from console.export.yaml_reading import TRUE, Listing, Mapping, Scalar, Value
from console.text import clean

_SHOWN, _LONGEST_KEY = 80, 300
_NUMBER = re.compile(r"(?:0|[1-9]\d{0,8})(?:\.\d{1,12})?", re.ASCII)


class Said(NamedTuple):
    """What was said of one key: `place` is file and line, `words` go on from the key."""

    place: str
    key: str
    words: str

    def __str__(self) -> str:
        return f"{self.place}: {self.key} {self.words}"


class Account:
    """What was said of the documents of one file."""

    def __init__(self, file: str) -> None:
        self.file = clean(file)
        self.problems: list[Said] = []
        self.notes: list[Said] = []

    def of_file(self, file: str) -> Account:
        """Return the same account for what stands in another file."""
        other = Account(file)
        other.problems, other.notes = self.problems, self.notes
        return other

    def said(self, line: int, key: str, words: str) -> Said:
        """Return words about a key at a line of this file."""
        return Said(f"{self.file}:{line}", clean(key, _LONGEST_KEY), words)


class Fields:
    """One mapping at a key path such as `SLO refunds-trusted: spec`."""

    def __init__(self, found: Mapping, at: str, account: Account) -> None:
        self.at = at
        self.line = found.line
        self.account = account
        self._left = dict(found.values)
        self._lines = found.lines

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def problem(self, key: str, words: str, line: int = 0) -> None:
        """Say that a key cannot be taken."""
        self.account.problems.append(self._said(key, words, line))

    def note(self, key: str, words: str, line: int = 0) -> None:
        """Say that a key is left behind."""
        self.account.notes.append(self._said(key, words, line))

    def _said(self, key: str, words: str, line: int) -> Said:
        where = line or self._lines.get(key, self.line)
        return self.account.said(where, f"{self.at}.{key}" if key else self.at, words)

    def take(self, key: str) -> Value | None:
        """Return a value as it is; None where it is absent."""
        return self._left.pop(key, None)

    def scalar(self, key: str, kind: str = "text") -> str | None:
        """Return a value as it is written; None where it is absent, or no such value (said)."""
        value = self._left.get(key)
        if value is None:
            return None
        if not isinstance(value, Scalar) or value.kind != kind:
            self.problem(key, f"is not a {kind}")
            del self._left[key]
            return None
        del self._left[key]
        return value.text

    def flag(self, key: str) -> bool | None:
        """Return true or false."""
        found = self.scalar(key, "flag")
        return None if found is None else found.lower() in TRUE

    def number(self, key: str) -> str | None:
        """Return a number as it is written: digits, and at most twelve decimals."""
        found = self.scalar(key, "number")
        if found is None or _NUMBER.fullmatch(found):
            return found
        self.problem(key, f"is {clean(found, _SHOWN)}; write a plain number such as 14.4")
        return None

    def inner(self, key: str) -> Fields:
        """Return the mapping under a key, empty where there is none."""
        value = self._left.pop(key, None)
        if value is not None and not isinstance(value, Mapping):
            self.problem(key, "is not a mapping", value.line)
        found = value if isinstance(value, Mapping) else Mapping({}, {}, self.line)
        return Fields(found, f"{self.at}.{key}", self.account)

    def values(self, key: str) -> list[tuple[str, Value]] | None:
        """Return the values of a list with their places; None where there is no list."""
        value = self._left.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, Listing):
            self.problem(key, "is not a list", value.line)
            return None
        return [(f"{self.at}.{key}[{place}]", one) for place, one in enumerate(value.values)]

    def rest(self, words: str = "is not carried over") -> None:
        """Note every key that nobody asked for."""
        for key, value in list(self._left.items()):
            if not _empty(value):
                self.note(key, words)
        self._left.clear()


def _empty(value: Value) -> bool:
    if isinstance(value, Scalar):
        return value.kind == "nothing" or not value.text
    return not value.values
