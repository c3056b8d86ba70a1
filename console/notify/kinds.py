"""`[[notify]]` tables as channels: which carrier, which identity, which label."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from console.notify.address import AddressCarrier
from console.notify.channel import Channel
from console.notify.command import CommandCarrier
from console.notify.file import FileCarrier
from console.settings import hours
from console.text import name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.notify.channel import Carrier
    from console.settings import Notify

_ID_LENGTH, _SHOWN = 32, 4


def channels_of(tables: Iterable[Notify]) -> tuple[Channel, ...]:
    """Return the channel of every table."""
    return tuple(_channel(table) for table in tables)


def _channel(table: Notify) -> Channel:
    kind, address, shown, carrier = _carrier(table)
    # The address may hold a password: the store and every screen know its hash, and a scheme.
    digest = hashlib.sha256(f"{kind}\0{address}".encode("utf-8", "surrogateescape")).hexdigest()
    return Channel(
        id=digest[:_ID_LENGTH],
        label=f"{name(shown)} #{digest[:_SHOWN]}",
        severities=table.severity,
        quiet=(hours.parse_quiet_hours(table.quiet_hours),) if table.quiet_hours else (),
        timezone=table.timezone,
        carrier=carrier,
    )


def _carrier(table: Notify) -> tuple[str, str, str, Carrier]:
    """Return kind, whole address, what of it may be shown, and the carrier of a table."""
    if table.file is not None:
        path = str(table.file)
        return "file", path, f"file {table.file.name}", FileCarrier(table.file)
    if table.command:
        program = Path(table.command[0]).name
        return "command", "\0".join(table.command), program, CommandCarrier(table.command)
    return "url", table.url, table.url.partition("://")[0], AddressCarrier(table.url)
