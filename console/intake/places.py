"""Where logs lie: the regular files of a source. No link inside a source is followed."""

from __future__ import annotations

import glob
import os
import stat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.settings import Source

_WILD = "*?["


class Found(NamedTuple):
    """A log file as a sweep met it."""

    path: bytes
    status: os.stat_result
    source: Source


def open_log(path: bytes) -> int:
    """Open a regular file for reading, never waiting and never following a last link.

    Raises:
        OSError: it cannot be opened, or is not a regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file")
    return descriptor


def walk(source: Source) -> Iterator[Found]:
    """Yield the regular files of a source: a file, a directory with all below it, or a glob."""
    path = os.fspath(source.path)
    roots = _glob(path) if any(sign in path for sign in _WILD) else [path]
    for root in roots:
        try:
            status = os.stat(root)  # noqa: PTH116 - a root may be a link; text in, text out
        except OSError:
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _directory(os.fsencode(root), source)
        elif stat.S_ISREG(status.st_mode):
            yield Found(os.path.realpath(os.fsencode(root)), status, source)


def _directory(root: bytes, source: Source) -> Iterator[Found]:
    waiting = [root]
    while waiting:
        try:
            entries = sorted(os.scandir(waiting.pop()), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != b".git":
                        waiting.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    yield Found(entry.path, entry.stat(follow_symlinks=False), source)
            except OSError:
                continue


def _glob(pattern: str) -> list[str]:
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - text in, text out


def exists(source: Source) -> bool:
    """Say whether there is something where the source is; a glob may match nothing yet."""
    return any(sign in str(source.path) for sign in _WILD) or source.path.exists()


def holds(source: Source, path: bytes) -> bool:
    """Say whether a path lies in a source."""
    place = os.fspath(source.path)
    wild = [place.find(sign) for sign in _WILD if sign in place]
    if wild:
        return path.startswith(os.fsencode(place[: min(wild)]))
    root = os.fsencode(place)
    return path.startswith(root + b"/") or path in {root, os.path.realpath(root)}
