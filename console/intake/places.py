"""Where logs lie: the regular files of a source. No link inside a source is followed.

What is passed over is said: a directory that may not be listed, a link, a pipe, socket or device
with a name like a log's.
"""

from __future__ import annotations

import glob
import os
import stat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from console.settings import Source

_WILD = "*?["
_LOG_SIGNS = (b".log", b".jsonl", b".ndjson", b".json")
LINK, SPECIAL, CLOSED = "link", "special", "closed"
"""Why an entry is passed over: a link, no regular file, or not to be listed or looked at."""
_SAID_AT_MOST = 100
_STORE = (b"", b"-wal", b"-shm")
_shut: dict[bytes, set[bytes]] = {}
"""Where files of a name must never be opened; as locks are, for the process as a whole."""


class Found(NamedTuple):
    """A log file as a sweep met it."""

    path: bytes
    status: os.stat_result
    source: Source


class Passed(NamedTuple):
    """An entry that is passed over: why, the path, and the system's reason if it gave one."""

    why: str
    path: bytes
    reason: str = ""


def keep_shut(store: Path) -> None:
    """Pass a store over that this process has open, and its log, should they lie among logs.

    To open and close a file takes all locks on it from the process: others would take the store for
    unused and remove the log that is being written.
    """
    folder, name = os.path.split(os.fsencode(os.path.abspath(store)))  # noqa: PTH100 - as it is named
    for ending in _STORE:
        _shut.setdefault(name + ending, set()).add(os.path.realpath(folder))


def _is_shut(path: bytes) -> bool:
    folder, name = os.path.split(path)
    return name in _shut and os.path.realpath(folder) in _shut[name]


def open_log(path: bytes) -> int:
    """Open a regular file for reading, never waiting and never following a last link.

    Raises:
        OSError: it cannot be opened, is not a regular file, or a store of this process.
    """
    if _is_shut(path):
        raise OSError(0, "it is the store itself")
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file")
    return descriptor


def status_of(path: bytes) -> os.stat_result | None:
    """Return what a sweep would find at the path of a file; None where no regular file is."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def walk(source: Source, passed: list[Passed]) -> Iterator[Found]:
    """Yield the regular files of a source: a file, a directory with all below it, or a glob.

    Adds to `passed` what is not read.
    """
    path = os.fspath(source.path)
    roots = _glob(path) if any(sign in path for sign in _WILD) else [path]
    for root in roots:
        encoded = os.fsencode(root)
        try:
            status = os.stat(root)  # noqa: PTH116 - a root may be a link; text in, text out
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            passed.append(Passed(CLOSED, encoded, error.strerror or ""))
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _directory(encoded, source, passed)
        elif stat.S_ISREG(status.st_mode):
            if not _is_shut(real := os.path.realpath(encoded)):
                yield Found(real, status, source)
        else:
            passed.append(Passed(SPECIAL, encoded))


def _directory(root: bytes, source: Source, passed: list[Passed]) -> Iterator[Found]:
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except FileNotFoundError:
            continue
        except OSError as error:
            passed.append(Passed(CLOSED, folder, error.strerror or ""))
            continue
        for entry in entries:
            try:
                if entry.is_file(follow_symlinks=False):
                    if entry.name in _shut and _is_shut(entry.path):
                        continue
                    yield Found(entry.path, entry.stat(follow_symlinks=False), source)
                elif entry.is_dir(follow_symlinks=False):
                    if entry.name != b".git":
                        waiting.append(entry.path)
                else:
                    passed += _not_regular(entry)
            except FileNotFoundError:
                continue
            except OSError as error:
                passed.append(Passed(CLOSED, entry.path, error.strerror or ""))


def _not_regular(entry: os.DirEntry[bytes]) -> Iterator[Passed]:
    if entry.is_symlink():
        yield Passed(LINK, entry.path)
    elif any(sign in entry.name for sign in _LOG_SIGNS):
        yield Passed(SPECIAL, entry.path)


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


def closed_off(path: bytes, passed: list[Passed]) -> bool:
    """Say whether nothing is known of a path, since it, or a directory above it, is closed."""
    return any(
        path == item.path or path.startswith(item.path + b"/")
        for item in passed
        if item.why == CLOSED
    )


class PassedOver(NamedTuple):
    """What a sweep passed over: why, how many entries, the path of the first, and it in words."""

    why: str
    path: bytes
    entries: int
    words: str


def told(passed: list[Passed]) -> list[PassedOver]:
    """Return what was passed over: every closed entry (100 at most), else one for each reason."""
    distinct = list(dict.fromkeys(passed))
    said = [
        PassedOver(CLOSED, item.path, 1, f"cannot be looked into: {item.reason}")
        for item in distinct
        if item.why == CLOSED
    ][:_SAID_AT_MOST]
    for why, one, many, hint in (
        (LINK, "link is", "links are", "followed; name where it leads as a source of its own"),
        (SPECIAL, "pipe, socket or device is", "pipes, sockets or devices are", "read"),
    ):
        paths = [item.path for item in distinct if item.why == why]
        if paths:
            words = f"{len(paths):,} {one if len(paths) == 1 else many} not {hint}"
            said.append(PassedOver(why, paths[0], len(paths), words))
    return said
