"""Words, lists of words and places as TOML values, and what they become.

Each function is a kind, or returns one; see `kinds`.
"""

from __future__ import annotations

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
