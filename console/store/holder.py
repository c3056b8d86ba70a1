"""The collector that holds a store, as everybody can see it: by its lock, and by its heartbeat.

The lock is the kernel's, and gone with its holder. The heartbeat is a file beside the store whose
modification time is the last full turn of the loop; one that was never touched is infinitely old.
"""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING, NamedTuple

from console.text import clean

if TYPE_CHECKING:
    from pathlib import Path

SAID_BYTES = 512
"""How long what a lock file says is, always, so that there is room for it on a full disk."""
HEARTBEAT_LIMIT_S = 15.0
"""A heartbeat older than this belongs to a collector that hangs or is gone."""


class Life(NamedTuple):
    """What is known of a store's collector: its process, and the age of its heartbeat.

    `trouble` says why it cannot write the store, "" while it can.
    """

    pid: int
    heartbeat_s: float
    trouble: str = ""

    @property
    def beats(self) -> bool:
        """Whether it works; one that does not hangs, or has done no full turn yet."""
        return self.heartbeat_s <= HEARTBEAT_LIMIT_S

    @property
    def starting(self) -> bool:
        """Whether it has done no full turn yet, and nothing is known that hinders it."""
        return self.heartbeat_s == float("inf") and not self.trouble


def lock_of(store: Path) -> Path:
    """Return the path of a store's lock."""
    return store.with_name(store.name + ".lock")


def heartbeat_of(store: Path) -> Path:
    """Return the path of the heartbeat of a store's collector."""
    return store.with_name(store.name + ".heartbeat")


def alive(store: Path, now_s: float) -> Life | None:
    """Return the collector that holds a store, or None where none does."""
    try:
        descriptor = os.open(lock_of(store), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        pid, trouble = said(descriptor)
        return Life(int(pid) if pid.isdigit() else 0, _age_s(store, now_s), trouble)
    else:
        return None
    finally:
        os.close(descriptor)


def said(descriptor: int) -> tuple[str, str]:
    """Return what a lock file says: the process, and its trouble."""
    text = os.pread(descriptor, SAID_BYTES, 0).decode("utf-8", "replace")
    pid, _, trouble = text.partition("\n")
    return pid.strip(), clean(trouble.strip())


def _age_s(store: Path, now_s: float) -> float:
    try:
        beat_s = heartbeat_of(store).stat().st_mtime
    except OSError:
        return float("inf")
    return max(0.0, now_s - beat_s)
