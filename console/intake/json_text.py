"""JSON text rewritten string by string, where it is: whatever does not change keeps its bytes.

Works on beginnings of JSON and on values glued together too, since evidence may be cut. Knows the
two ways in which logs write a key beside its value: `{"key": K, "value": V}` and `[K, V]`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_NAMING = frozenset({"key", "name", "header", "field", "param"})
_BESIDE = frozenset({"value", "val", "content", "stringValue", "string_value", "data"})
_NUMBER = re.compile(r"-?\d{4,}")
_BARE = re.compile(r"-?\d[\d.eE+\-]*|true|false|null")
_decoded = json.JSONDecoder(strict=False).decode
_BEGINS = re.compile(r'\s*(?:\{\s*["}]|\[\s*["{\[\]])')


class _Level:
    """One object or list that is open: the key in force, and what is inherited from above."""

    __slots__ = ("beside", "is_list", "key", "named", "place", "under")

    def __init__(self, *, is_list: bool, under: str) -> None:
        self.is_list = is_list
        self.under = under
        self.key: str | None = None
        self.named = ""
        self.place = 0
        self.beside: list[int] = []


def looks_like_json(text: str) -> bool:
    """Say whether a text begins as an object, or as a list of strings, objects or lists."""
    return _BEGINS.match(text) is not None


def rewritten(
    text: str,
    names: Callable[[str], bool],
    whole: Callable[[str, str], str],
    inside: Callable[[str], str],
) -> str:
    """Return JSON text with its strings rewritten.

    Args:
        text: JSON, perhaps cut; what follows it and is no JSON is one more string.
        names: whether all that stands under a key is to be rewritten as a whole.
        whole: (key, value) -> the value that stands under such a key, or beside it.
        inside: what becomes of any other string.
    """
    return _Rewriting(text, names, whole, inside).result()


class _Rewriting:
    def __init__(
        self,
        text: str,
        names: Callable[[str], bool],
        whole: Callable[[str, str], str],
        inside: Callable[[str], str],
    ) -> None:
        self._text = text
        self._names, self._whole, self._inside = names, whole, inside
        self._tokens = list(_TOKEN.finditer(text))
        self._new: dict[int, str] = {}
        self._levels = [_Level(is_list=True, under="")]

    def result(self) -> str:
        over = len(self._text)
        for number, token in enumerate(self._tokens):
            if token[0][0] not in '"{}[]:,' and not _BARE.fullmatch(token[0]):
                over = token.start()
                break
            self._take(number, token[0])
        while len(self._levels) > 1:
            self._leave()
        out, end = [], 0
        for number, word in sorted(self._new.items()):
            token = self._tokens[number]
            out += [self._text[end : token.start()], word]
            end = token.end()
        rest = self._text[over:]
        return "".join((*out, self._text[end:over], self._inside(rest) if rest else ""))

    def _take(self, number: int, word: str) -> None:
        level = self._levels[-1]
        if word in {"{", "["}:
            self._levels.append(_Level(is_list=word == "[", under=self._under(level)))
        elif word in {"}", "]"}:
            if len(self._levels) > 1:
                self._leave()
        elif word == ",":
            level.place += 1
            if not level.is_list:
                level.key = None
        elif word == ":":
            pass
        elif not level.is_list and level.key is None:
            level.key = _string(word)
            self._rewrite(number, word, level.key, self._inside(level.key))
        else:
            self._value(number, word, level)

    def _under(self, level: _Level) -> str:
        """Return the key that rules over a value at this place, "" for none."""
        if level.under:
            return level.under
        if level.key and self._names(level.key):
            return level.key
        if level.named and (level.key in _BESIDE or (level.is_list and level.place == 1)):
            return level.named
        return ""

    def _value(self, number: int, word: str, level: _Level) -> None:
        value = _string(word) if word.startswith('"') else word
        naming = level.key in _NAMING if not level.is_list else level.place == 0
        under = self._under(level)
        if naming and not under and word.startswith('"') and self._names(value):
            level.named = value
        if level.key in _BESIDE:
            level.beside.append(number)
        key = under or level.key or ""
        if not word.startswith('"'):
            if under and _NUMBER.match(word):
                self._rewrite_bare(number, key, word)
            return
        self._rewrite(number, word, value, self._changed(key, value, pair=level.is_list))

    def _changed(self, key: str, old: str, *, pair: bool) -> str:
        if not key:
            return self._inside(old)
        level = self._levels[-1]
        # `["password", "email"]` lists the names of fields.
        if pair and key == level.named and not any(char.isdigit() for char in old):
            return self._inside(old)
        found = self._whole(key, old)
        return found if found != old else self._inside(old)

    def _rewrite_bare(self, number: int, key: str, word: str) -> None:
        found = self._whole(key, word)
        if found != word:
            self._new[number] = json.dumps(found)

    def _rewrite(self, number: int, word: str, old: str, found: str) -> None:
        """Let a string token say what was found for what it said."""
        if found == old:
            return
        quoted = json.dumps(found, ensure_ascii=False)
        try:
            quoted.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            quoted = json.dumps(found)
        self._new[number] = quoted if _closed(word) else quoted[:-1]

    def _leave(self) -> None:
        """Close a level; a value that stood before the key beside it is rewritten now."""
        level = self._levels.pop()
        if level.named and not level.is_list:
            for number in level.beside:
                word = self._tokens[number][0]
                if number not in self._new and word.startswith('"'):
                    old = _string(word)
                    self._rewrite(number, word, old, self._whole(level.named, old))


def _closed(word: str) -> bool:
    return len(word) > 1 and word.endswith('"') and not _escaped(word)


def _escaped(word: str) -> bool:
    """Say whether the last quote is itself escaped (an odd number of backslashes before it)."""
    body = word[:-1]
    return (len(body) - len(body.rstrip("\\"))) % 2 == 1


def _string(word: str) -> str:
    """Return what a string token says; one that is cut or broken as far as it can be told."""
    if not word.startswith('"'):
        return word
    if "\\" not in word and word.endswith('"', 1):
        return word[1:-1]
    body = word if _closed(word) else word.rstrip("\\") + '"'
    try:
        return str(_decoded(body))
    except ValueError:
        return word[1:-1] if _closed(word) else word[1:]
