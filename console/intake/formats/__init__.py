"""The log formats that can be read, by name; one reader a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.intake.blocks import BLOCK_BYTES
from console.intake.formats import (
    claude_code,
    codex,
    gemini,
    gemini_stream,
    generic,
    inspect_ai,
    openai_agents,
    otlp,
    verdict,
)
from console.intake.formats.native import FORMAT as NATIVE
from console.intake.reading import UNDECODABLE, Context
from console.settings.problems import nearest, quoted

if TYPE_CHECKING:
    from pathlib import Path

    from console.intake.reading import Format
    from console.settings import Source

_ZIP = b"PK\x03\x04"
_BLANK, _BOM = b"\x00\r\t ", b"\xef\xbb\xbf"
_ASKED: tuple[Format, ...] = (
    NATIVE,
    claude_code.FORMAT,
    claude_code.STREAM,
    codex.FORMAT,
    codex.EXEC,
    otlp.FORMAT,
    otlp.DOCUMENT,
    openai_agents.FORMAT,
    openai_agents.DOCUMENT,
    gemini.FORMAT,
    gemini.DOCUMENT,
    gemini.TELEMETRY,
    gemini_stream.STREAM,
    inspect_ai.FORMAT,
    verdict.FORMAT,
    generic.FORMAT,
)
AUTO = "auto"
"""What a source's format is called whose files are told by their contents."""
FORMATS: dict[str, Format] = {entry.name: entry for entry in _ASKED}
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


def can_be_told(head: bytes) -> bool:
    """Say whether a beginning is enough to tell a format: a whole line, or one complete value."""
    if b"\n" in head or len(head) >= BLOCK_BYTES:
        return True
    try:
        msgspec.json.decode(head.strip(_BLANK).removeprefix(_BOM).strip(_BLANK))
    except UNDECODABLE:
        return head.startswith(_ZIP)
    return True


def variant(wanted: str, head: bytes) -> str:
    """Return which form of a format that the settings name a file has: lines, or a document."""
    family = [name for name in FORMATS if name == wanted or name.startswith(f"{wanted}-")]
    return next((name for name in family if FORMATS[name].recognises(head)), wanted)


def context_of(entry: Format, path: Path, source: Source | None) -> Context:
    """Return what a reader of a file is told; of an `auto` source, only the keys that are its."""
    if source is None:
        return Context(path=path)
    options = source.options
    if source.format == AUTO:
        options = {key: value for key, value in options.items() if key in entry.options}
    return Context(path=path, route=source.route, options=options)


def wrong_with(source: Source) -> str:
    """Say what is wrong with a source's own keys and its route template, "" if nothing is."""
    entry = FORMATS.get(source.format)
    if entry is not None:
        try:
            entry.reader(context_of(entry, source.path, source))
        except ValueError as error:
            return str(error)
    entries = FORMATS.values() if entry is None else (entry,)
    known = sorted({key for each in entries for key in each.options})
    return next(
        (_unknown(key, source.format, known) for key in source.options if key not in known), ""
    )


def _unknown(key: str, name: str, known: list[str]) -> str:
    meant = nearest(key, known)
    ending = f"the nearest that is known is {meant}" if meant else "take it out"
    return f'{quoted(key)} is not a known key of a source of format = "{name}"; {ending}'
