"""`[[source]]` and `[[notify]]`: where logs come from, and where alerts go."""

from __future__ import annotations

from pathlib import Path

from console.settings import kinds, words
from console.settings.problems import dotted, listed, nearest
from console.settings.rules import SEVERITIES
from console.settings.table import Table
from console.settings.types import Notify, Source

FORMATS = (
    "auto",
    "native",
    "generic",
    "otlp",
    "claude-code",
    "codex",
    "gemini",
    "openai-agents",
    "inspect",
    "verdict",
)
"""The formats that may be named; those that come as lines and as documents have one name."""

_SOURCE_KEYS = ("path", "format", "route")
_NOTIFY_KEYS = ("url", "file", "command", "severity", "quiet_hours", "timezone")
_WAYS = ("url", "file", "command")


def sources(root: Table, directory: Path) -> tuple[Source, ...]:
    """Return every source; paths are relative to `directory`."""
    places = root.list_of_tables("source", 'a table under [[source]] with path = "logs"')
    return tuple(_source(place, directory) for place in places)


def _source(table: Table, directory: Path) -> Source:
    table.need("path", "write the file, directory or glob to read")
    name = table.take("format", words.choice(FORMATS), "auto")
    options = {key: table.raw(key) for key in sorted(table.written.difference(_SOURCE_KEYS))}
    for key in options:
        meant = nearest(key, _SOURCE_KEYS)
        if meant:
            table.refuse(key, f"is not a known key; the nearest that is known is {meant}")
        elif key == "map" and name != "generic":
            table.refuse(key, f'belongs to format = "generic"; format = "{name}" maps nothing')
    return Source(
        path=table.take("path", words.path(directory), directory),
        format=name,
        route=table.take("route", words.text, ""),
        options=options,
    )


def notify(root: Table, directory: Path) -> tuple[Notify, ...]:
    """Return every channel for alerts; files are relative to `directory`."""
    places = root.list_of_tables("notify", 'a table under [[notify]] with file = "alerts.jsonl"')
    found = tuple(_notify(place, directory) for place in places)
    seen: dict[tuple[object, ...], Table] = {}
    for channel, place in zip(found, places, strict=True):
        address = (channel.url, channel.file, channel.command)
        if any(address) and address in seen:
            first = dotted(seen[address].at)
            place.problems.add(place.at, f"is the same channel as {first}; write one table")
        seen.setdefault(address, place)
    return found


def _notify(table: Table, directory: Path) -> Notify:
    table.refuse_unknown(_NOTIFY_KEYS)
    ways = [way for way in _WAYS if way in table.written]
    if len(ways) != 1:
        said = f"has {' and '.join(ways)}" if ways else "names no channel"
        table.problems.add(table.at, f"{said}; write exactly one of url, file and command")
    severity = table.take("severity", words.several(SEVERITIES), SEVERITIES)
    if not severity:
        table.refuse("severity", f"would never send; leave it out, or name {listed(SEVERITIES)}")
    if "quiet_hours" in table.written and severity and "ticket" not in severity:
        table.refuse(
            "quiet_hours", "holds tickets only, and this channel takes pages; leave it out"
        )
    # Addresses and arguments carry passwords: what is wrong with one is said without showing it.
    return Notify(
        url=table.take("url", words.url, "", secret=True),
        file=table.take("file", words.path(directory), None),
        command=table.take("command", words.command, (), secret=True),
        severity=severity,
        quiet_hours=table.take("quiet_hours", words.quiet_hours, ""),
        timezone=table.take("timezone", kinds.timezone, ""),
    )
