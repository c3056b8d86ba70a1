"""Untrusted text made safe, once, where it enters.

Agent text is hostile: terminal escapes, bidirectional overrides and markup have all been used to
draw on, or click in, an operator's console. Nothing is dropped silently: every character that a
terminal could act on is replaced by a visible picture, so that an operator sees that it was there.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

NAME_LIMIT = 200
"""Longest route, run, agent or action name kept, in characters."""
TEXT_LIMIT = 2_000
"""Longest free text (a reason, a rule) kept, in characters."""
_COMBINING_LIMIT = 8
_SHORT = 64
"""Texts up to so many characters are looked at once: a screen draws its glyphs again and again."""
_ELLIPSIS = "…"
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return `text` without anything that a terminal would obey, at most `limit` characters long.

    C0 controls become their control pictures (U+2400..), DEL becomes U+2421; C1 controls, format
    characters (bidi, zero width), surrogates, unassigned characters and line separators become
    `<U+XXXX>`. Runs of more than eight combining marks are cut.
    """
    head = text[: limit * 2]
    if head.isascii() and head.isprintable():
        return text if len(text) <= limit else text[: limit - 1] + _ELLIPSIS
    safe = _known(head) if len(head) <= _SHORT else _pictured(head)
    if len(safe) > limit or len(text) > limit * 2:
        return safe[: limit - 1] + _ELLIPSIS
    return safe


def name(text: str) -> str:
    """Return an identifier (route, run, agent, action) made safe and bounded."""
    if len(text) <= NAME_LIMIT and text.isascii() and text.isprintable():
        return text
    return clean(text, NAME_LIMIT)


def _pictured(text: str) -> str:
    return "".join([_picture(char) for char in _bounded_marks(text)])


_known = lru_cache(maxsize=4_096)(_pictured)


def _picture(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if unicodedata.category(char) in _UNSAFE_CATEGORIES:
        return f"<U+{code:04X}>"
    return char


def _bounded_marks(text: str) -> str:
    """Return `text` with at most eight combining marks in a row."""
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _COMBINING_LIMIT:
            kept.append(char)
    return "".join(kept)


def inert(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe before what begins one.

    Spreadsheets pass over blanks before a sign, and some take the full-width signs as well.
    """
    return f"'{text}" if _FORMULA.match(text) else text
