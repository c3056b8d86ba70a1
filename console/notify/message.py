"""How a notice reads: one JSON object for machines, a title and plain text for people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from console.model import SECOND_US
from console.text import clean, name

if TYPE_CHECKING:
    from console.model import Notice

TEST = "test"
"""The `what` of a notice that only tries a channel out."""


def document(notice: Notice) -> bytes:
    """Return a notice as one line of JSON; `key`, which repetitions share, comes first."""
    fields = {
        "key": notice.key,
        "alert": notice.alert,
        "route": name(notice.route),
        "severity": notice.severity.value,
        "what": notice.what,
        "at": when(notice.at_us),
        "words": clean(notice.words),
        "owner": clean(notice.owner),
        "deputy": clean(notice.deputy),
    }
    return msgspec.json.encode(fields) + b"\n"


def title(notice: Notice) -> str:
    """Return the first line: how loud, where, and what became of which alert."""
    if notice.what == TEST:
        return "TEST of burnline's notifications"
    return f"{notice.severity.value.upper()} {name(notice.route)}: {notice.alert} {notice.what}"


def text(notice: Notice) -> str:
    """Return the words, when it was, and the key by which a repetition can be told."""
    people = [clean(each) for each in (notice.owner, notice.deputy) if each]
    lines = [clean(notice.words), f"At {when(notice.at_us)}."]
    if people:
        lines.append(f"Owner: {', deputy: '.join(people)}.")
    return "\n".join([*lines, f"Key: {notice.key}"])


def when(at_us: int) -> str:
    """Return an instant to the second, RFC 3339, UTC."""
    instant = datetime.fromtimestamp(at_us // SECOND_US, tz=UTC)
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
