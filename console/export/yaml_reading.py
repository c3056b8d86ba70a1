"""Reading YAML that somebody else wrote: plain mappings, lists and scalars, with their lines.

PyYAML parses (extra `openslo`); nothing is constructed from it. What documents of this kind never
need, and attacks do, is refused before anything is built: aliases (a few lines of them unfold into
billions of values), tags, keys that are there twice, deep nesting, and sheer size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_BYTES = 4 * 1_048_576
DEEPEST = 32
MOST_VALUES = 400_000
"""A thousand SLOs as `export` writes them are within both bounds."""
_SHOWN = 60
TRUE = frozenset({"true", "yes", "on"})
"""What YAML 1.1 takes for true, small."""
_TEXT, _NUMBER, _FLAG, _NOTHING = "text", "number", "flag", "nothing"
_KINDS = {
    "tag:yaml.org,2002:int": _NUMBER,
    "tag:yaml.org,2002:float": _NUMBER,
    "tag:yaml.org,2002:bool": _FLAG,
    "tag:yaml.org,2002:null": _NOTHING,
}


class YamlError(ValueError):
    """A text is not YAML, or none that is read here. `line` counts from 1."""

    def __init__(self, line: int, words: str) -> None:
        super().__init__(words)
        self.line = line


class Scalar(NamedTuple):
    """A value as it is written; `kind` is text, number, flag or nothing."""

    text: str
    kind: str
    line: int


class Listing(NamedTuple):
    """A list."""

    values: tuple[Value, ...]
    line: int


class Mapping(NamedTuple):
    """A mapping; keys are text, whatever they look like, and `lines` says where each stands."""

    values: dict[str, Value]
    lines: dict[str, int]
    line: int


Value = Scalar | Listing | Mapping


def read(content: bytes) -> list[Value]:
    """Return the documents of a stream, without those that are empty.

    Raises:
        YamlError: it is too large, not UTF-8, not YAML, or has what is refused here.
        ModuleNotFoundError: PyYAML is not installed.
    """
    import yaml

    if len(content) > LARGEST_BYTES:
        raise YamlError(1, "is larger than 4 MiB, which no such document is")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise YamlError(line, "is not UTF-8 text") from None
    try:
        return list(_documents(_Events(yaml.parse(text, Loader=yaml.SafeLoader))))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        raise YamlError(line, f"is not YAML: {clean(str(error.problem), _SHOWN)}") from None
    except yaml.YAMLError as error:
        raise YamlError(1, f"is not YAML: {clean(str(error), _SHOWN)}") from None
    except ValueError as error:
        if isinstance(error, YamlError):
            raise
        raise YamlError(1, f"is not YAML: {clean(str(error), _SHOWN)}") from None


def plain(value: Value) -> object:
    """Return a value as dictionaries, lists, texts and truth values; numbers stay text."""
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.values.items()}
    if isinstance(value, Listing):
        return [plain(inner) for inner in value.values]
    return value.text.lower() in TRUE if value.kind == _FLAG else value.text


class _Events:
    """PyYAML's events one by one, bounded."""

    def __init__(self, events: Iterator[Any]) -> None:
        import yaml

        self._events = events
        self._left = MOST_VALUES
        self._resolver = yaml.SafeLoader("")

    def next(self, depth: int) -> Any:
        """Return the next event. Raises `YamlError` for what is refused."""
        event = next(self._events)
        line = event.start_mark.line + 1
        self._left -= 1
        if self._left < 0:
            raise YamlError(line, f"has more than {MOST_VALUES} values")
        if depth > DEEPEST:
            raise YamlError(line, f"is nested more than {DEEPEST} deep")
        if type(event).__name__ == "AliasEvent" or getattr(event, "anchor", None):
            raise YamlError(line, "has an anchor or alias; write the value out")
        if getattr(event, "tag", None):
            raise YamlError(line, f"has the tag {clean(event.tag, _SHOWN)}; leave it out")
        return event

    def kind(self, event: Any) -> str:
        """Return the kind of a scalar: of one without quotes what YAML takes it for."""
        import yaml

        if not event.implicit[0]:
            return _TEXT
        return _KINDS.get(
            self._resolver.resolve(yaml.ScalarNode, event.value, (True, False)), _TEXT
        )


def _documents(events: _Events) -> Iterator[Value]:
    while (event := type(events.next(0)).__name__) != "StreamEndEvent":
        if event == "DocumentStartEvent":
            found = _value(events, events.next(0), 1)
            if not (isinstance(found, Scalar) and found.kind == _NOTHING):
                yield found


def _value(events: _Events, event: Any, depth: int) -> Value:
    line = event.start_mark.line + 1
    name = type(event).__name__
    if name == "ScalarEvent":
        return Scalar(event.value, events.kind(event), line)
    if name == "SequenceStartEvent":
        values = []
        while type(inner := events.next(depth)).__name__ != "SequenceEndEvent":
            values.append(_value(events, inner, depth + 1))
        return Listing(tuple(values), line)
    return _mapping(events, line, depth)


def _mapping(events: _Events, line: int, depth: int) -> Mapping:
    found: dict[str, Value] = {}
    lines: dict[str, int] = {}
    while type(event := events.next(depth)).__name__ != "MappingEndEvent":
        key = _value(events, event, depth + 1)
        if not isinstance(key, Scalar):
            raise YamlError(key.line, "has a key that is no plain text")
        if key.text in found:
            raise YamlError(key.line, f"has the key {clean(key.text, _SHOWN)} twice")
        found[key.text] = _value(events, events.next(depth), depth + 1)
        lines[key.text] = key.line
    return Mapping(found, lines, line)
