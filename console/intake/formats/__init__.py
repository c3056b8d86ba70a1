"""The log formats that can be read, by name; one reader a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.intake.formats.claude_code import FORMAT as CLAUDE_CODE
from console.intake.formats.native import FORMAT as NATIVE

if TYPE_CHECKING:
    from console.intake.reading import Format

FORMATS: dict[str, Format] = {entry.name: entry for entry in (NATIVE, CLAUDE_CODE)}
"""All formats, in the order in which they are asked whether a file is theirs."""

_LOG_ENDINGS = (b".jsonl", b".ndjson", b".log")


def recognise(head: bytes, path: bytes) -> str:
    """Return the name of the format that a file beginning with `head` is of, or "".

    A file with a log's ending in which nobody recognises anything is read as native, so that its
    lines are refused one by one, with reasons, instead of being passed over.
    """
    for name, entry in FORMATS.items():
        if entry.recognises(head):
            return name
    return NATIVE.name if path.endswith(_LOG_ENDINGS) else ""
