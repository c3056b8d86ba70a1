"""Values as OTLP/JSON and its relatives write them: attributes, ids, times and states.

The protocol wants 64-bit numbers as text, enums as numbers and ids as hex; real files also hold
numbers as numbers, enums by name and ids in base64. All of them are read.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from typing import TYPE_CHECKING, Any

from console.intake.times import instant_us
from console.text import name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Attributes = dict[str, Any]
"""Attributes by name; a value is a scalar, a list or a dict of such."""

_HEX = re.compile(r"[0-9a-fA-F]+\Z")
_BASE64_LENGTHS = {16: (22, 24), 8: (11, 12)}
_SCALARS = ("stringValue", "boolValue", "bytesValue", "string_value", "bool_value", "bytes_value")
_NUMBERS = ("intValue", "doubleValue", "int_value", "double_value")
_ARRAYS, _LISTS = ("arrayValue", "array_value"), ("kvlistValue", "kvlist_value")
_LONGEST_NUMBER = 40
_FAILED = frozenset({"2", "error", "status_code_error"})
_STAMP = re.compile(r"\[burnline:([^\[\]\s]{1,200})\]")


def pick(fields: Mapping[str, Any], *keys: str) -> Any:
    """Return the first value that is there under one of several spellings, or None."""
    for key in keys:
        value = fields.get(key)
        if value is not None:
            return value
    return None


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list; anything else in it, or instead of it, is passed over."""
    if isinstance(value, list):
        yield from (entry for entry in value if isinstance(entry, dict))


def attributes(value: Any) -> Attributes:
    """Return attributes, written as a list of `key` and `value` or as one plain object."""
    if isinstance(value, dict):
        return value
    return {
        str(entry["key"]): plain(entry.get("value")) for entry in objects(value) if "key" in entry
    }


def plain(value: Any) -> Any:
    """Return what an OTLP `AnyValue` (or a value that is plain already) holds."""
    if not isinstance(value, dict):
        return value
    for key in _SCALARS:
        if key in value:
            return value[key]
    for key in _NUMBERS:
        if key in value:
            return number(value[key])
    for key in _ARRAYS:
        if isinstance(value.get(key), dict):
            entries = value[key].get("values")
            return [plain(entry) for entry in entries] if isinstance(entries, list) else []
    for key in _LISTS:
        if isinstance(value.get(key), dict):
            return attributes(value[key].get("values"))
    return None


def number(value: Any) -> int | float | None:
    """Return a number that may be written as text, or None where there is none."""
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER:
        try:
            value = int(value)
        except ValueError:
            try:
                value = float(value)
            except ValueError:
                return None
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else None


def text(value: Any) -> str:
    """Return a scalar as text, "" for none, and anything nested as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def true(value: Any) -> bool:
    """Say whether a value is true, also where truth is written as text."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def identity(value: Any, size: int) -> str:
    """Return a trace id (`size` 16 bytes) or span id (8) as lower case hex; "" for none or zeros.

    Hex may lack leading zeros or begin with 0x. What is neither hex nor base64 stays as it is.
    """
    if not isinstance(value, str) or not value:
        return ""
    written = value.removeprefix("0x")
    if _HEX.match(written) and len(written) <= 2 * size:
        found = written.lower().rjust(2 * size, "0")
    else:
        found = _from_base64(value, size) or name(value)
    return found if found.strip("0") else ""


def _from_base64(value: str, size: int) -> str:
    if len(value) not in _BASE64_LENGTHS[size]:
        return ""
    padded = value.rstrip("=") + "=" * (-len(value.rstrip("=")) % 4)
    try:
        found = base64.b64decode(padded.translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return found.hex() if len(found) == size else ""


def instant(value: Any) -> int | None:
    """Return an instant in microseconds; None where there is none, or zero.

    Raises:
        ValueError: with a sentence that says what is wrong.
    """
    if isinstance(value, str):
        parsed = number(value)
        if parsed is None and value:
            return instant_us(value)
        value = parsed
    if value is None or value == 0:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return instant_us(value)
    raise ValueError("the time is no number")


def says_error(code: Any) -> bool:
    """Say whether a status code, as number or name, is the one for an error."""
    return text(code).lower().rpartition(".")[2] in _FAILED


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a value, at any depth."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, dict):
            waiting.extend(found.values())
        elif isinstance(found, list):
            waiting.extend(found)


def directive(*values: Any) -> str:
    """Return the id in the first `[burnline:<id>]` anywhere in the full texts, or ""."""
    for value in values:
        for found in strings(value):
            stamp = _STAMP.search(found)
            if stamp:
                return name(stamp[1])
    return ""
