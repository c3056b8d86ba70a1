"""The log files that are held open: no more than half of what the process may have open.

Whoever holds a file open can still read it once it has been deleted or moved away. So a file is
given up in this order: one that is in its place and read to its end, the longest unused first; one
in its place that has more to be read (its path still leads to it); one that left its place and is
read to its end. One that left its place with bytes unread is never given up: to open another file
then has to wait until those are read, or quiet for so long that they are done with.
"""

from __future__ import annotations

import fcntl
import os
import resource
import struct
from collections import OrderedDict
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LEAST, _MOST = 4, 8_192
_LOOKED_AT = 64
"""How many files are asked whether they are read to their end before one that is not is taken."""
_FS_IOC_GETVERSION = 0x80087601
"""`_IOR('v', 1, long)`: the generation of an inode, on ext4, xfs, btrfs and others."""
_LONG = struct.calcsize("l")


def open_limit() -> int:
    """Return how many log files may be open at once: half of the soft limit of the process."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return _MOST if soft == resource.RLIM_INFINITY else max(_LEAST, min(_MOST, soft // 2))


def generation(descriptor: int) -> int | None:
    """Return the generation of a file's inode, which changes when the number is used again.

    None where the file system has none (tmpfs, overlayfs, NFS).
    """
    if _LONG != 8:
        return None
    try:
        answer = fcntl.ioctl(descriptor, _FS_IOC_GETVERSION, bytes(_LONG))
    except OSError:
        return None
    # The kernel writes an int of it, whatever the number of the call says.
    return int.from_bytes(answer[:4], "little")


class OpenFiles:
    """The open descriptors by the number of their file.

    Args:
        unread: says whether a file (number, descriptor) has bytes that are not read.
    """

    def __init__(self, unread: Callable[[int, int], bool]) -> None:
        self._unread = unread
        self._limit = open_limit()
        self._placed: OrderedDict[int, int] = OrderedDict()
        self._leaving: OrderedDict[int, int] = OrderedDict()

    def get(self, number: int) -> int | None:
        """Return the descriptor of a file, None where it is not open."""
        known = self._placed.get(number)
        if known is None:
            return self._leaving.get(number)
        self._placed.move_to_end(number)
        return known

    def add(self, number: int, descriptor: int) -> None:
        """Hold a file open."""
        self._placed[number] = descriptor

    def leaves(self, number: int) -> None:
        """Note that a file is not in its place any more."""
        if number in self._placed:
            self._leaving[number] = self._placed.pop(number)

    def returns(self, number: int) -> None:
        """Note that a file is in its place (again)."""
        if number in self._leaving:
            self._placed[number] = self._leaving.pop(number)

    def drop(self, number: int) -> None:
        """Close a file."""
        descriptor = self._placed.pop(number, None)
        if descriptor is None:
            descriptor = self._leaving.pop(number, None)
        if descriptor is not None:
            os.close(descriptor)

    def make_room(self) -> bool:
        """Close a file if there are too many to open another; False where none may be closed."""
        if len(self._placed) + len(self._leaving) < self._limit:
            return True
        number = self._dispensable()
        if number is not None:
            self.drop(number)
        return number is not None

    def close(self) -> None:
        """Close all files."""
        for descriptor in (*self._placed.values(), *self._leaving.values()):
            os.close(descriptor)
        self._placed.clear()
        self._leaving.clear()

    def _dispensable(self) -> int | None:
        for number, descriptor in islice(self._placed.items(), _LOOKED_AT):
            if not self._unread(number, descriptor):
                return number
        if self._placed:
            return next(iter(self._placed))
        read = (item[0] for item in self._leaving.items() if not self._unread(*item))
        return next(read, None)
