"""Unknown events as views: with the known name that each was probably meant to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model import EVENTS
from console.settings.problems import nearest
from console.snapshot.types import UnknownEvent
from console.store import unknown_events
from console.text import clean

if TYPE_CHECKING:
    from console.store.connect import Connection

_KNOWN = sorted(EVENTS)
_CLOSE = 0.8
"""So alike a name and a known one have to be: `run.paused` is no slip for `run.failed`."""


def by_path(connection: Connection) -> dict[bytes, tuple[UnknownEvent, ...]]:
    """Return the unknown events of each log file that has some, those of most lines first."""
    found: dict[bytes, tuple[UnknownEvent, ...]] = {}
    for path, event, lines in unknown_events.found(connection):
        meant = nearest(event.lower(), _KNOWN, _CLOSE) or ""
        view = UnknownEvent(event=clean(event, 60), lines=lines, meant=meant)
        found[path] = (*found.get(path, ()), view)
    return found


def ignored(connection: Connection) -> list[tuple[bytes, str]]:
    """Return what mappings take for nothing: log file, and how many lines hold what."""
    rows = unknown_events.ignored(connection)
    return [(row.path, ignored_words(row.event, row.lines)) for row in rows]


def ignored_words(value: str, lines: int) -> str:
    """Say how many lines hold a value that is mapped to nothing ("" stands for further ones)."""
    hold = "line holds" if lines == 1 else "lines hold"
    what = f"`{clean(value, 60)}`" if value else "further values"
    return f"{lines:,} {hold} {what}, mapped to nothing"
