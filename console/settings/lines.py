"""Where each key of a TOML document stands.

`tomllib` gives no line numbers, and an error without one sends its reader searching. This walks a
document that `tomllib` has already accepted, so it only has to find things, never to judge them.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left

KeyPath = tuple[str | int, ...]
"""The way to a value from the top of the document: `("route", "refunds", "rules", 0, "k")`."""

_DEEPEST = 8
_BLANK = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\n,]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*([A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*')[ \t]*""")
_SCALAR = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'"
    r"|[^,\]}#\n]+",
    re.DOTALL,
)


def line_numbers(text: str) -> dict[KeyPath, int]:
    """Return the line (from 1) of every table, key and array element of a valid document.

    Lines end in a line feed alone. An array of tables has one entry a table.
    """
    return _Walk(text).walk()


def line_of(at: KeyPath, lines: dict[KeyPath, int]) -> int:
    """Return the line of `at`, or of the nearest thing around it that stands in the file."""
    while at and at not in lines:
        at = at[:-1]
    return lines.get(at, 1)


class _Walk:
    """One pass over a document: where it is, and what it has found."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._lines: dict[KeyPath, int] = {}
        self._tables: dict[KeyPath, int] = {}

    def walk(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self._skip(_GAP):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        """Move past what `pattern` matches here; say whether anything is left."""
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at + 1
        return self._at < len(self._text)

    def _note(self, at: KeyPath, line: int) -> None:
        for depth in range(1, min(len(at), _DEEPEST)):
            self._lines.setdefault(at[:depth], line)
        self._lines.setdefault(at, line)

    def _line(self) -> int:
        return bisect_left(self._breaks, self._at) + 1

    def _header(self) -> KeyPath:
        line = self._line()
        repeated = self._text.startswith("[[", self._at)
        self._at += 2 if repeated else 1
        keys = self._keys()
        self._at += 2 if repeated else 1
        at: KeyPath = ()
        for key in keys[:-1]:
            at = (*at, key)
            if at in self._tables:
                at = (*at, self._tables[at])
        at = (*at, keys[-1])
        if repeated:
            self._tables[at] = self._tables.get(at, -1) + 1
            at = (*at, self._tables[at])
        self._note(at, line)
        return at

    def _keys(self) -> list[str]:
        keys = []
        while found := _KEY.match(self._text, self._at):
            self._at = found.end()
            keys.append(_plain(found[1]))
            if not self._text.startswith(".", self._at):
                break
            self._at += 1
        return keys

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        at = (*table, *self._keys())
        self._note(at, line)
        self._at += 1
        self._value(at)

    def _value(self, at: KeyPath) -> None:
        self._skip(_BLANK)
        opening = self._text[self._at]
        if opening == "[":
            self._array(at)
        elif opening == "{":
            self._at += 1
            while self._skip(_GAP) and self._text[self._at] != "}":
                self._pair(at)
            self._at += 1
        else:
            self._skip(_SCALAR)

    def _array(self, at: KeyPath) -> None:
        self._at += 1
        index = 0
        while self._skip(_GAP) and self._text[self._at] != "]":
            element = (*at, index)
            self._note(element, self._line())
            self._value(element)
            index += 1
        self._at += 1


def _plain(key: str) -> str:
    """Return a key without its quotes and escapes."""
    if key[0] == '"':
        return str(tomllib.loads(f"key = {key}")["key"])
    return key.strip("'")
