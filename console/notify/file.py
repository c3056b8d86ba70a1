"""A file of JSON lines: exactly once, whatever is killed when.

A line is appended and synced before the delivery is marked. What was attempted before is looked for
first: a whole line with the notice's key is there already, and the beginning of one, which a full
disk or a power cut leaves, is completed.
"""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from typing import TYPE_CHECKING

import msgspec

from console.notify.channel import NotDelivered
from console.notify.message import document
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from console.model import Notice

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_BLOCK = 1 << 20


class FileCarrier:
    """Appends to `path`, which it makes with mode 0600 and never follows where it is a link."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def trouble(self) -> str:
        """Return "": a file can be written as soon as its directory is there."""
        return ""

    def deliver(self, notice: Notice, *, again: bool) -> None:
        """Append the notice unless it stands in the file.

        Raises:
            NotDelivered: the file cannot be written, or is none.
        """
        try:
            with self._lock, self._opened() as descriptor:
                line = document(notice)
                tail = _tail(descriptor)
                if not again or not _stands(descriptor, notice.key):
                    _append(descriptor, _rest(tail, line))
                os.fsync(descriptor)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise NotDelivered(f"{clean(str(self._path))}: {reason}") from error

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int]:
        try:
            descriptor = os.open(self._path, _FLAGS)
        except FileNotFoundError:
            descriptor = os.open(self._path, _FLAGS | os.O_CREAT, 0o600)
            _sync_directory(self._path.parent)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise NotDelivered(f"{clean(str(self._path))}: is not a regular file")
            yield descriptor
        finally:
            os.close(descriptor)


def _tail(descriptor: int) -> bytes:
    """Return what follows the last newline: "" unless a line was cut off."""
    size = os.fstat(descriptor).st_size
    block = os.pread(descriptor, _BLOCK, max(0, size - _BLOCK))
    return block[block.rfind(b"\n") + 1 :]


def _stands(descriptor: int, key: str) -> bool:
    """Say whether a whole line of the file has this key."""
    begins = b'{"key":' + msgspec.json.encode(key) + b","
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        return any(line.startswith(begins) and _whole(line) for line in file)


def _whole(line: bytes) -> bool:
    """Say whether a line was written to its end: another may have ended one that was cut off."""
    try:
        msgspec.json.decode(line, type=dict)
    except msgspec.DecodeError:
        return False
    return line.endswith(b"\n")


def _rest(tail: bytes, line: bytes) -> bytes:
    """Return what has to be appended after a cut-off tail so that `line` stands there whole."""
    if line.startswith(tail):
        return line[len(tail) :]
    return b"\n" + line


def _append(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
