"""Words, lists of words and places as TOML values, and what they become.

Each function is a kind, or returns one; see `kinds`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from console import text as safe
from console.settings import hours
from console.settings.kinds import Kind, written
from console.settings.problems import UnusableError, listed, nearest, quoted, shown


def text(value: object) -> str:
    """Return text as it stands, for what is never shown or must not be changed."""
    if not isinstance(value, str):
        raise UnusableError("is not text; write it in quotes")
    if "\0" in value:
        raise UnusableError("has a NUL character, which nothing can use; leave it out")
    return value


def prose(value: object) -> str:
    """Return words for people, made safe to show."""
    return safe.clean(text(value).strip())


def schedule(value: object) -> str:
    """Return a schedule as it was written; `always` is the empty one."""
    words = written(value, '"Mon-Fri 08:00-18:00"').strip()
    if words in ("", "always"):
        return ""
    hours.parse_schedule(words)
    return words


def quiet_hours(value: object) -> str:
    """Return quiet hours as they were written; `off` is none."""
    words = written(value, '"22:00-07:00"').strip()
    if words in ("", "off"):
        return ""
    hours.parse_quiet_hours(words)
    return words


def choice(words: Collection[str]) -> Kind[str]:
    """Return a kind: one of some words."""

    def read(value: object) -> str:
        if isinstance(value, str) and value in words:
            return value
        best = nearest(value, words) if isinstance(value, str) else None
        ending = f"the nearest that works is {quoted(best)}" if best else f"write {listed(words)}"
        raise UnusableError(f"is not known; {ending}")

    return read


def names(value: object) -> tuple[str, ...]:
    """Return a list of names of checks or actions, each said once, safe as logs' names are."""
    return _each(value, lambda element: safe.name(text(element)), '["qa"]')


def keys(value: object) -> tuple[str, ...]:
    """Return a list of keys of logs, each said once; every one has a letter or a digit."""
    found = _each(value, text, '["pan"]')
    for key in found:
        if not re.search("[A-Za-z0-9]", key):
            raise UnusableError(f"names {shown(key)}, which has no letter that a key is known by")
    return found


def patterns(value: object) -> tuple[str, ...]:
    """Return a list of regular expressions that RE2 can compile and that match something.

    One that matches the empty text would be found between any two letters.
    """
    return _each(value, _pattern, "['ACME-[0-9a-f]{16}']")


def _pattern(value: object) -> str:
    import re2

    options = re2.Options()
    options.log_errors = False
    words = text(value)
    try:
        compiled = re2.compile(words, options)
    except re2.error as error:
        raise UnusableError(f"RE2 cannot compile: {_reason(error)}") from None
    if compiled.search("") is not None:
        raise UnusableError("matches the empty text, and so everything; write what it must hold")
    return words


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def several(words: Collection[str]) -> Kind[tuple[str, ...]]:
    """Return a kind: a list of some words, each said once."""
    one = choice(words)
    example = f'["{next(iter(words))}"]'

    def read(value: object) -> tuple[str, ...]:
        return _each(value, one, example)

    return read


def _each(value: object, one: Kind[str], example: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise UnusableError(f"is not a list; write it like {example}")
    found: list[str] = []
    for element in value:
        try:
            word = one(element)
        except UnusableError as reason:
            raise UnusableError(f"names {shown(element)}, which {reason}") from None
        if not word.strip():
            raise UnusableError("names something empty; leave it out")
        if word in found:
            raise UnusableError(f"names {quoted(word)} twice; once is enough")
        found.append(word)
    return tuple(found)


def command(value: object) -> tuple[str, ...]:
    """Return a program and its arguments, unchanged."""
    if not isinstance(value, list) or not value:
        raise UnusableError(
            'is not a list of a program and its arguments; write it like ["notify"]'
        )
    words = tuple(text(element) for element in value)
    if not words[0].strip():
        raise UnusableError("names no program; its path or name comes first")
    return words


def url(value: object) -> str:
    """Return the address of an Apprise channel."""
    words = text(value).strip()
    scheme, separator, rest = words.partition("://")
    if not scheme or not separator or not rest:
        raise UnusableError('is not the address of a channel; write it like "mailto://..."')
    return words


def path(directory: Path) -> Kind[Path]:
    """Return a kind: a path, relative to `directory` where it is not absolute; `~` is home."""

    def read(value: object) -> Path:
        words = text(value)
        if not words.strip():
            raise UnusableError('names no path; "." is the directory of this file')
        try:
            return directory / Path(words).expanduser()
        except RuntimeError:
            raise UnusableError("names a home directory that is not known; write it out") from None

    return read
