r"""logfmt: `key=value` pairs on a line, as structlog, logfmter, logrus and many others write it.

A value in double quotes may hold spaces and the escapes of JSON (`\"`, `\\`, `\n`, `\u00e9`). A
key without `=` is true; `key=` is the empty text. Unquoted true, false and null are what they say,
and numbers are numbers where they are written as a number would be: `007` and `1.10` stay texts, so
that an id loses nothing. A key that comes twice has its last value.
"""

from __future__ import annotations

import re

_PAIR = re.compile(
    r"""[ \t]*+(?P<key>[^\s="\x00-\x1f]++)(?:=(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"(?=\s|$)"""
    r"""|(?P<bare>[^\s"]*+)(?=\s|$)))?+(?=\s|$)""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None, "nil": None}
_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,17})", re.ASCII)
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d{0,14})\.\d{1,16}", re.ASCII)


def parse(line: str) -> dict[str, object]:
    """Return the pairs of one line.

    Raises:
        ValueError: the line is no logfmt; the message says from which character on.
    """
    pairs: dict[str, object] = {}
    at, end = 0, len(line.rstrip())
    while at < end:
        found = _PAIR.match(line, at)
        if not found:
            raise ValueError(f"not logfmt: no `key=value` from character {at + 1} on")
        pairs[found["key"]] = _value(found)
        at = found.end()
    if "=" not in line:
        raise ValueError("not logfmt: no `key=value` on the line")
    return pairs


def _value(found: re.Match[str]) -> object:
    if found["quoted"] is not None:
        return _ESCAPE.sub(_unescaped, found["quoted"])
    bare = found["bare"]
    return True if bare is None else typed(bare)


def _unescaped(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else _LETTERS.get(escape[2], escape[2])


def typed(text: str) -> object:
    """Return an unquoted value as what it is, if writing that down gives the same text again."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if text != "-0" else text
    if _DECIMAL.fullmatch(text) and repr(float(text)) == text:
        return float(text)
    return text
