"""The control file on disk: read without ever hanging, and parsed only when it changed."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from pathlib import Path
from typing import NamedTuple

from .document import ControlDocument, Verify, parse
from .faults import ControlFault

GENERATIONS = "generations"
"""The directory beside the control file in which every generation is kept."""
MAX_BYTES = 16 * 1024 * 1024
"""Largest file that is read: over 200,000 routes; more is no control file."""
_SETTLED_NS = 20_000_000
"""Two writes within one tick of the kernel's clock (at most 10 ms) can carry the same time."""


class _Stamp(NamedTuple):
    """What changes when a file is replaced or rewritten."""

    mtime_ns: int
    ctime_ns: int
    size: int
    inode: int
    device: int

    @classmethod
    def of(cls, found: os.stat_result) -> _Stamp:
        return cls(found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev)

    def settled(self, now_us: int) -> bool:
        """Say whether a write right after this one would be bound to change the stamp."""
        return abs(now_us * 1000 - self.mtime_ns) > _SETTLED_NS


def read_regular(path: Path) -> tuple[bytes, os.stat_result]:
    """Return the bytes of a regular file of at most `MAX_BYTES`, and its status when opened.

    Raises:
        OSError: it cannot be read, or it is a FIFO, a device or a directory, or too large.
    """
    # O_NONBLOCK: opening a FIFO would otherwise wait for a writer, and the agent with it.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as opened:
            raw = opened.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise OSError(errno.EFBIG, f"it is larger than {MAX_BYTES} bytes")
        return raw, found
    finally:
        os.close(descriptor)


def read_control(path: Path, verify: Verify | None = None) -> ControlDocument:
    """Return the document in the control file at `path`, read once.

    Raises:
        ControlFault: it is missing, unreadable, not a regular file, or says nothing valid.
    """
    try:
        raw, _ = read_regular(path)
        return _newest(path, parse(raw, verify), verify)
    except OSError as error:
        raise _unreadable(path, error) from error
    except ControlFault as fault:
        raise _about(path, fault) from fault


class ControlFile:
    """A control file that is looked at again and again.

    A symbolic link is followed at every look, so that a link that is turned to another file is
    noticed. Not thread-safe: the guard looks under its own lock.
    """

    def __init__(self, path: Path, verify: Verify | None = None) -> None:
        self.path = path
        self._verify = verify
        self._stamp: _Stamp | None = None
        self._content: ControlDocument | str = ""

    def current(self, now_us: int) -> ControlDocument:
        """Return what the file says now: the same object for as long as it did not change.

        Raises:
            ControlFault: the file is missing, unreadable or invalid.
        """
        try:
            stamp = _Stamp.of(self.path.stat())
            if stamp != self._stamp:
                self._load(now_us)
        except OSError as error:
            raise _unreadable(self.path, error) from error
        if isinstance(self._content, str):
            raise ControlFault(self._content)
        return self._content

    def _load(self, now_us: int) -> None:
        raw, found = read_regular(self.path)
        try:
            self._content = _newest(self.path, parse(raw, self._verify), self._verify)
        except ControlFault as fault:
            self._content = str(_about(self.path, fault))
        stamp = _Stamp.of(found)
        self._stamp = stamp if stamp.settled(now_us) else None


def _newest(path: Path, document: ControlDocument, verify: Verify | None) -> ControlDocument:
    """Return a document unless a newer generation lies beside it: then it was put back.

    The generations are written once and kept, so that an older control file shows itself even to
    who never read the newer one. One that is just being written has no effect yet, and may have
    taken effect since the file was read; one whose writing was cut off is a fault until it has.

    Raises:
        ControlFault: it is not the newest generation.
        OSError: it cannot be read any more.
    """
    newest = _generation_beside(path)
    if newest == document.generation + 1 and _being_written(path.parent):
        return document
    if newest > document.generation:
        document = parse(read_regular(path)[0], verify)
    if newest > document.generation:
        raise ControlFault(
            f"it is generation {document.generation}, but {newest} was written: it was put back"
        )
    return document


def _generation_beside(path: Path) -> int:
    """Return the newest generation that lies beside a control file, 0 for none."""
    try:
        with os.scandir(path.parent / GENERATIONS) as entries:
            stems = [entry.name.removesuffix(".json") for entry in entries]
    except OSError:
        return 0
    return max((int(stem) for stem in stems if stem.isascii() and stem.isdigit()), default=0)


def _being_written(directory: Path) -> bool:
    """Say whether an operator's process holds the lock under which a generation takes effect."""
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
    except OSError:
        return False
    return False


def _unreadable(path: Path, error: OSError) -> ControlFault:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return ControlFault(f"control file {path} is missing")
    return ControlFault(f"control file {path} cannot be read: {error.strerror or error}")


def _about(path: Path, fault: ControlFault) -> ControlFault:
    return ControlFault(f"control file {path} is not valid: {fault}")
