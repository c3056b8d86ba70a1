"""Exactly one collector runs per store: a lock that the kernel gives back when its holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import TYPE_CHECKING

from console.store.connect import StoreError
from console.store.holder import SAID_BYTES, heartbeat_of, lock_of, said

if TYPE_CHECKING:
    from pathlib import Path


class Held(Exception):  # noqa: N818 - an answer, not a fault
    """Another collector holds the store; the message names its process."""


class Lease:
    """The right to write the ledger of a store, held until `release` or the end of the process.

    Raises:
        Held: another process has it.
        StoreError: there can be no store at that path.
    """

    def __init__(self, store: Path) -> None:
        self._path = lock_of(store)
        self._heartbeat = heartbeat_of(store)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"store {store}: {error.strerror}; name another with --store"
            ) from error
        if not _locked(self._descriptor):
            holder, _ = said(self._descriptor)
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
        text = f"{holder}\n{self._said}".encode("utf-8", "replace")[: SAID_BYTES - 1]
        os.pwrite(self._descriptor, text.ljust(SAID_BYTES - 1) + b"\n", 0)

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
