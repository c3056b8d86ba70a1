"""The bytes of a settings file as a TOML document with the lines of its keys."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path
from typing import NoReturn

from console.settings import kinds
from console.settings.lines import KeyPath, line_numbers
from console.settings.problems import SettingsError, sentence

LARGEST_BYTES = 1_048_576

_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def read(path: Path) -> tuple[dict[str, object], dict[KeyPath, int]]:
    """Return the document in a file, its decimal numbers exact, and the line of each key.

    Raises:
        SettingsError: the file is missing, unreadable, over 1 MiB, not UTF-8 or not TOML.
    """
    return parsed(_text(path), path)


def digest(path: Path) -> str:
    """Return the SHA-256 of what stands in a file, "" where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError):
        return ""


def parsed(text: str, path: Path) -> tuple[dict[str, object], dict[KeyPath, int]]:
    """Return the same of a text; `path` is what it is called.

    Raises:
        SettingsError: it is not TOML.
    """
    try:
        return tomllib.loads(text, parse_float=kinds.exact), line_numbers(text)
    except RecursionError:
        too_deep(path)
    except ValueError as error:
        words = str(error)
        place = _TOML_PLACE.search(words)
        if not place:
            refuse(path, None, f"is not valid TOML: {words}")
        line = int(place[1] or text.rstrip("\n").count("\n") + 1)
        refuse(path, line, f"is not valid TOML: {words[: place.start()]}")


def _text(path: Path) -> str:
    """Return what stands in the file, with plain line endings."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        refuse(path, None, "there is no such file; `burnline init` writes one")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        refuse(path, None, f"cannot be read: {reason}")
    if len(content) > LARGEST_BYTES:
        refuse(path, None, "is larger than 1 MiB, which no settings file is; name another file")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        refuse(path, line, f"is not UTF-8 text ({error.reason}); save it as UTF-8")


def too_deep(path: Path) -> NoReturn:
    """Refuse a document whose nesting cannot be followed."""
    refuse(path, None, "is nested too deeply to be read; settings are four levels deep at most")


def refuse(path: Path, line: int | None, words: str) -> NoReturn:
    """Refuse a file as a whole.

    Raises:
        SettingsError: always, with one problem.
    """
    raise SettingsError(path, [sentence(path, line, words)]) from None
