"""Logs that were added to since anybody read them, where no collector runs that would."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from console.intake.position import READING, identity
from console.model import SECOND_US
from console.store.holder import alive

if TYPE_CHECKING:
    from pathlib import Path

    from console.store.connect import Connection

_routes = msgspec.json.Decoder(list[str]).decode


def unread(connection: Connection, store: Path, now_us: int) -> frozenset[str]:
    """Return the routes of logs that hold more, or other things, than when they were looked at.

    What is not read is not judged, so that nobody knows whether such a route is well. A collector
    that runs says itself what it has not read.
    """
    life = alive(store, now_us / SECOND_US)
    if life is not None and life.beats:
        return frozenset()
    rows = connection.execute(
        "select path, device, inode, size, routes from file where state = ? and packed = ''",
        (READING,),
    ).fetchall()
    sizes = {(device, inode): size for _, device, inode, size, _ in rows}
    found: set[str] = set()
    for path, *_, routes in rows:
        if _grown(path, sizes):
            found.update(_routes(routes))
    return frozenset(found)


def _grown(path: bytes, sizes: dict[tuple[int, int], int]) -> bool:
    """Say whether the file that is at a path now is not as long as it was; an empty one is read."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a name of any bytes
    except OSError:  # what is gone holds nothing more
        return False
    return status.st_size not in {0, sizes.get(identity(status))}
