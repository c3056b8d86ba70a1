"""Writing YAML: mappings, lists and scalars; any text that is no plain word is in double quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.export.decimals import Number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Value = Mapping[str, "Value"] | Sequence["Value"] | str | int | bool

_NO_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""What YAML 1.1 readers take for something else than a text."""


def stream(documents: Iterable[Value]) -> str:
    """Return documents as one YAML stream."""
    return "".join("---\n" + "\n".join(_lines(document, "")) + "\n" for document in documents)


def _lines(value: Value, indent: str) -> list[str]:
    """Return the lines of a mapping or list that is not empty."""
    lines = []
    if isinstance(value, dict):
        for key, inner in value.items():
            lines += _entry(f"{indent}{_scalar(key)}:", inner, indent + "  ")
    elif isinstance(value, list):
        for inner in value:
            if _nested(inner):
                first, *rest = _lines(inner, indent + "  ")
                lines += [f"{indent}- {first.lstrip()}", *rest]
            else:
                lines.append(f"{indent}- {_flat(inner)}")
    return lines


def _entry(head: str, inner: Value, indent: str) -> list[str]:
    if _nested(inner):
        return [head, *_lines(inner, indent)]
    return [f"{head} {_flat(inner)}"]


def _nested(value: Value) -> bool:
    return isinstance(value, (dict, list)) and bool(value)


def _flat(value: Value) -> str:
    """Return a scalar, or an empty mapping or list."""
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return "[]"
    return _scalar(value)


def _scalar(value: Value) -> str:
    if isinstance(value, Number):
        return str.__str__(value)
    if isinstance(value, str) and value.isascii() and value.isidentifier():
        return value if value.lower() not in _NO_TEXT else f'"{value}"'
    if isinstance(value, str):
        return f'"{"".join(map(_character, value))}"'
    return str(value).lower()


def _character(one: str) -> str:
    """Return a character inside double quotes; what does not print is written by its number."""
    if one in {'"', "\\"}:
        return f"\\{one}"
    if one.isprintable():
        return one
    number = ord(one)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
