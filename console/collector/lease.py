"""Exactly one collector runs per store: a lock that the kernel gives back when its holder dies.

The heartbeat is a file beside the store whose modification time is the last full turn of the loop.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import TYPE_CHECKING, NamedTuple

from console.store.connect import StoreError
from console.text import clean

if TYPE_CHECKING:
    from pathlib import Path

_SAID_BYTES = 512
HEARTBEAT_LIMIT_S = 15.0
"""A heartbeat older than this belongs to a collector that hangs or is gone."""


class Held(Exception):  # noqa: N818 - an answer, not a fault
    """Another collector holds the store; the message names its process."""


class Life(NamedTuple):
    """What is known of a store's collector: its process, and the age of its heartbeat.

    `trouble` says why it cannot write the store, "" while it can.
    """

    pid: int
    heartbeat_s: float
    trouble: str = ""

    @property
    def starting(self) -> bool:
        """Whether it has done no full turn yet, and nothing is known that hinders it."""
        return self.heartbeat_s == float("inf") and not self.trouble


class Lease:
    """The right to write the ledger of a store, held until `release` or the end of the process.

    Raises:
        Held: another process has it.
        StoreError: there can be no store at that path.
    """

    def __init__(self, store: Path) -> None:
        self._path = store.with_name(store.name + ".lock")
        self._heartbeat = store.with_name(store.name + ".heartbeat")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"store {store}: {error.strerror}; name another with --store"
            ) from error
        if not _locked(self._descriptor):
            holder, _ = _said(self._descriptor)
            os.close(self._descriptor)
            raise Held(f"another collector (process {holder}) holds {store}")
        self._said = ""
        self._write(str(os.getpid()))
        self._still()

    def beat(self) -> None:
        """Say that the loop has done a full turn."""
        if self._said:
            self.trouble("")
        self._heartbeat.touch(mode=0o600)

    def trouble(self, sentence: str) -> None:
        """Say why the store cannot be written, where all can read it though the disk is full."""
        if sentence != self._said:
            self._said = sentence
            with contextlib.suppress(OSError):
                self._write(str(os.getpid()))

    def _write(self, holder: str) -> None:
        """Write process and trouble over what stood there, always as long, so that it has room."""
        text = f"{holder}\n{self._said}".encode("utf-8", "replace")[: _SAID_BYTES - 1]
        os.pwrite(self._descriptor, text.ljust(_SAID_BYTES - 1) + b"\n", 0)

    def release(self) -> None:
        """Give the store back; whoever has it next is not taken for this process."""
        self._still()
        with contextlib.suppress(OSError):
            self._write("")
        os.close(self._descriptor)

    def _still(self) -> None:
        """Take the heartbeat away: that of a collector that was killed says nothing of this one."""
        with contextlib.suppress(OSError):
            self._heartbeat.unlink()


def _locked(descriptor: int) -> bool:
    """Take the lock; False where another collector has it, and not only somebody who looks."""
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        else:
            return True


def alive(store: Path, now_s: float) -> Life | None:
    """Return the collector that holds a store, or None where none does."""
    path = store.with_name(store.name + ".lock")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        holder, trouble = _said(descriptor)
        return Life(int(holder) if holder.isdigit() else 0, _age_s(store, now_s), trouble)
    else:
        return None
    finally:
        os.close(descriptor)


def _said(descriptor: int) -> tuple[str, str]:
    """Return what a lock file says: the process, and its trouble."""
    text = os.pread(descriptor, _SAID_BYTES, 0).decode("utf-8", "replace")
    holder, _, trouble = text.partition("\n")
    return holder.strip(), clean(trouble.strip())


def _age_s(store: Path, now_s: float) -> float:
    try:
        beat_s = store.with_name(store.name + ".heartbeat").stat().st_mtime
    except OSError:
        return float("inf")
    return max(0.0, now_s - beat_s)
