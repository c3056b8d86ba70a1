"""What a mapping can say for a field: a pointer, a constant, a template, a pointer with values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from console.intake.formats.generic_pointer import Pointer, kind_of, parse_pointer, text_of
from console.intake.formats.generic_presets import LEVELS, Preset
from console.settings.problems import UnusableError, listed, nearest, quoted, shown

WORDS = ("message", "level", "file", "directory")
"""Placeholders that are no pointers: what the preset knows, and where the line was read."""
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class View(NamedTuple):
    """One record as expressions see it."""

    record: dict[str, object]
    preset: Preset
    path: Path

    def first(self, pointers: tuple[Pointer, ...]) -> object:
        """Return what the first of some pointers holds that holds anything."""
        for pointer in pointers:
            value = pointer.find(self.record)
            if value is not None and value != "":
                return value
        return None

    def word(self, word: str) -> object:
        """Return the value of one of `WORDS`; a level is in lower case, and never a number."""
        if word == "message":
            return self.first(self.preset.message)
        if word == "level":
            level = self.first(self.preset.level)
            if isinstance(level, int):
                return LEVELS.get(level, str(level)[:10])
            return level.lower() if isinstance(level, str) else None
        return self.path.stem if word == "file" else self.path.parent.name


class Place(NamedTuple):
    """A pointer into the record, or one of `WORDS`."""

    text: str
    pointer: Pointer | None

    def of(self, view: View) -> object:
        """Return what stands there, or None."""
        return view.word(self.text) if self.pointer is None else self.pointer.find(view.record)


def parse_place(text: object) -> Place:
    """Return the place that a setting names.

    Raises:
        ValueError: it names none; the words go on from the text.
    """
    if not isinstance(text, str):
        raise UnusableError('is no pointer; write it as text, like "/run_id"')
    if text in WORDS:
        return Place(text, None)
    try:
        return Place(text, parse_pointer(text))
    except ValueError as reason:
        meant = nearest(text, WORDS)
        ending = f" (or write {quoted(meant)})" if meant else ""
        raise UnusableError(f"{reason}{ending}") from None


class Expression(Protocol):
    """A way to a value. `where` says in words where it looks."""

    @property
    def where(self) -> str:
        """Return the pointers, as a reason names them."""
        ...

    def of(self, view: View) -> Iterator[object]:
        """Yield the values that it finds, the best first; nothing and null are not yielded."""
        ...

    def settled(self) -> Iterator[object]:
        """Yield the values that are written in the settings, to be checked there."""
        ...


class Constant(NamedTuple):
    """The same value for every line."""

    value: object

    @property
    def where(self) -> str:
        """Return the constant itself."""
        return f"the constant {shown(self.value)}"

    def of(self, view: View) -> Iterator[object]:
        """Yield the constant."""
        del view
        yield self.value

    def settled(self) -> Iterator[object]:
        """Yield the constant."""
        yield self.value


class Lookup(NamedTuple):
    """What stands at a place, or what that means by a table of values.

    A value that is not in the table means `default`; without one it means nothing.
    """

    place: Place
    values: dict[str, object] | None = None
    default: object = None

    @property
    def where(self) -> str:
        """Return the pointer."""
        return self.place.text

    def of(self, view: View) -> Iterator[object]:
        """Yield what is found."""
        value = self.place.of(view)
        if self.values is not None and value is not None:
            text = text_of(value)
            value = self.default if text is None else self.values.get(text, self.default)
        if value is not None and value != "":
            yield value

    def settled(self) -> Iterator[object]:
        """Yield what values and default say; "" means nothing."""
        said = (*(self.values or {}).values(), self.default)
        yield from (value for value in said if value is not None and value != "")


def untold(way: Expression, view: View) -> str:
    """Return the value that a table of values does not name, "" where one names it or none is."""
    ways = way.ways if isinstance(way, First) else (way,)
    tables = [one for one in ways if isinstance(one, Lookup) and one.values is not None]
    said = [(text_of(one.place.of(view)), one.values or {}) for one in tables]
    if any(text in values for text, values in said if text):
        return ""
    return next((text for text, _ in said if text), "")


class Template(NamedTuple):
    """Text with places in braces. It has no value where one of its places has none."""

    text: str
    parts: tuple[str | Place, ...]

    @property
    def where(self) -> str:
        """Return the template."""
        return self.text

    def of(self, view: View) -> Iterator[object]:
        """Yield the text, if every place holds a plain value."""
        words: list[str] = []
        for part in self.parts:
            word = part if isinstance(part, str) else text_of(part.of(view))
            if not word:
                return
            words.append(word)
        yield "".join(words)

    def settled(self) -> Iterator[object]:
        """Yield nothing: what it will say is in the logs."""
        yield from ()


class First(NamedTuple):
    """Several ways, the first that finds something being taken."""

    ways: tuple[Expression, ...]

    @property
    def where(self) -> str:
        """Return all pointers."""
        return either([way.where for way in self.ways])

    def of(self, view: View) -> Iterator[object]:
        """Yield what each finds."""
        for way in self.ways:
            yield from way.of(view)

    def settled(self) -> Iterator[object]:
        """Yield what each has written."""
        for way in self.ways:
            yield from way.settled()


def parse(raw: object) -> Expression:
    """Return the expression that a setting is.

    Raises:
        ValueError: it is none; the words go on from the key.
    """
    if isinstance(raw, str):
        if "{" in raw or "}" in raw:
            return parse_template(raw)
        if not raw.startswith("/"):
            words = f"{{const = {quoted(raw)}}} for the word itself, or {_pointer(raw)} for a key"
            raise UnusableError(
                f"= {quoted(raw)} is neither a pointer nor a template; write {words}"
            )
        return Lookup(_place("=", raw))
    if isinstance(raw, list) and raw:
        return First(tuple(parse(way) for way in raw))
    if not isinstance(raw, dict):
        raise UnusableError(f"= {shown(raw)} is no mapping; write {{const = {shown(raw)}}}")
    if "const" in raw:
        _only(raw, ("const",))
        if raw["const"] == "":
            raise UnusableError("has an empty constant; leave the key out")
        return Constant(_plain("const", raw["const"]))
    if "from" not in raw:
        raise UnusableError('names no place; write {from = "/key"} or {const = "word"}')
    _only(raw, ("from", "values", "default"))
    return _lookup(raw)


def parse_template(text: str) -> Template:
    """Return the template that a text is; `{{` and `}}` are braces.

    Raises:
        ValueError: a brace has no other half, or a placeholder is not known.
    """
    parts: list[str | Place] = []
    at = 0
    for token in _TOKEN.finditer(text):
        parts.append(text[at : token.start()])
        at = token.end()
        if token[0] in ("{{", "}}"):
            parts.append(token[0][0])
        elif token[1] is None:
            raise UnusableError(
                f"= {quoted(text)} has a brace without its other half; "
                "for a brace itself write it twice"
            )
        else:
            parts.append(_placeholder(text, token[1]))
    parts.append(text[at:])
    return Template(text, tuple(part for part in parts if part != ""))


def either(words: list[str]) -> str:
    """Return words as a choice: `a, b or c`."""
    unique = list(dict.fromkeys(words))
    return " or ".join([", ".join(unique[:-1]), unique[-1]]) if len(unique) > 1 else unique[0]


def _placeholder(text: str, inside: str) -> Place:
    try:
        return parse_place(inside)
    except ValueError:
        raise UnusableError(
            f"= {quoted(text)} has no placeholder {{{shown(inside)[1:-1]}}}; there are "
            "{/pointer}, " + ", ".join(f"{{{word}}}" for word in WORDS)
        ) from None


def _lookup(raw: dict[str, object]) -> Lookup:
    place = _place("from =", raw["from"])
    values = raw.get("values")
    if values is None:
        if "default" in raw:
            raise UnusableError("has a default but no values; write values = {...} beside it")
        return Lookup(place)
    if not isinstance(values, dict) or not values:
        raise UnusableError('has values that are no table; write values = {"yes" = true}')
    known = {key: _plain(f"values.{key}", value) for key, value in values.items()}
    default = raw.get("default")
    return Lookup(place, known, None if default is None else _plain("default", default))


def _plain(key: str, value: object) -> object:
    if text_of(value) is None:
        raise UnusableError(
            f"has {key} = {kind_of(value)}, where text, a number or true was wanted"
        )
    return value


def _only(raw: dict[str, object], keys: tuple[str, ...]) -> None:
    for key in raw:
        if key not in keys:
            raise UnusableError(f"has the unknown key {quoted(key)}; there are {listed(keys)}")


def _pointer(word: str) -> str:
    return quoted("/" + word.replace("~", "~0").replace("/", "~1"))


def _place(key: str, text: object) -> Place:
    try:
        return parse_place(text)
    except ValueError as reason:
        raise UnusableError(f"{key} {shown(text)} {reason}") from None
