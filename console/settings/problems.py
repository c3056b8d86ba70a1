"""What is wrong with a settings file, gathered so that all of it is said at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

from console.settings.lines import KeyPath, line_of
from console.text import clean

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SHOWN_CHARACTERS = 60
_SHOWN_BITS = 100
_CLOSE = 0.6


class SettingsError(Exception):
    """The settings cannot be used. `problems` has one sentence for each reason, in file order."""

    def __init__(self, path: Path, problems: Iterable[str]) -> None:
        self.path = path
        self.problems: list[str] = list(problems)
        super().__init__(path, self.problems)

    def __str__(self) -> str:
        many = "problem" if len(self.problems) == 1 else "problems"
        head = f"{clean(str(self.path))}: {len(self.problems)} {many} in the settings"
        return "\n".join((head, *self.problems))


class UnusableError(ValueError):
    """A value cannot be used. Its words go on from the value: `is not a duration; ...`."""


class Problems:
    """The problems found so far in one file, each with its line."""

    def __init__(self, path: Path, lines: dict[KeyPath, int]) -> None:
        self._path = path
        self._lines = lines
        self._found: list[tuple[int, str]] = []

    def add(self, at: KeyPath, reason: str, value: object = None) -> None:
        """Note that the key at `at`, or its `value`, is wrong; `reason` goes on from there."""
        subject = dotted(at) if value is None else f"{dotted(at)} = {shown(value)}"
        line = line_of(at, self._lines)
        self._found.append((line, sentence(self._path, line, f"{subject} {reason}")))

    def raise_any(self) -> None:
        """Raise what was found, if anything.

        Raises:
            SettingsError: with every problem, sorted by line.
        """
        if self._found:
            ordered = sorted(self._found, key=lambda found: found[0])
            raise SettingsError(self._path, (words for _, words in ordered))


def sentence(path: Path, line: int | None, words: str) -> str:
    """Return one problem as an operator reads it: file, line, what is wrong."""
    place = path.name if line is None else f"{path.name}:{line}"
    return clean(f"{place}: {words}.")


def dotted(at: KeyPath) -> str:
    """Return the path of a key as TOML writes it, with list places in brackets."""
    words = ""
    for part in at:
        if isinstance(part, int):
            words += f"[{part}]"
            continue
        plain = part if _BARE.fullmatch(part) else quoted(part)
        words += f".{plain}" if words else plain
    return words


def quoted(text: str) -> str:
    """Return `text` as a TOML string on one line, made safe to show and to write."""
    return json.dumps(clean(text), ensure_ascii=False)


def shown(value: object) -> str:
    """Return a value as it might be written in the file, short enough for a sentence."""
    if isinstance(value, str):
        return json.dumps(clean(value, _SHOWN_CHARACTERS), ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[...]" if value else "[]"
    if isinstance(value, dict):
        return "{...}" if value else "{}"
    if isinstance(value, int) and value.bit_length() > _SHOWN_BITS:
        return "a huge number"
    if isinstance(value, Decimal) and not value.is_finite():
        return "no number"
    return clean(str(value), _SHOWN_CHARACTERS)


def nearest(word: str, known: Iterable[str], close: float = _CLOSE) -> str | None:
    """Return the known word that `word` was probably meant to be; `close` is from 0 to 1."""
    found = get_close_matches(word[:_SHOWN_CHARACTERS], list(known), 1, close)
    return found[0] if found else None


def listed(words: Iterable[str]) -> str:
    """Return words as a list to choose from: `"a", "b" or "c"`."""
    *most, last = [quoted(word) for word in words]
    return f"{', '.join(most)} or {last}" if most else last
