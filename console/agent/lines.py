"""Appending event lines to a file that several processes write to at once."""

from __future__ import annotations

import errno
import json
import math
import os
import re
import stat
from pathlib import Path

TEXT_LIMIT = 8_000
"""Longest text in an event, in characters: a line that is too long is not read at all."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


def log_file(path: Path, agent: str) -> Path:
    """Return where the lines of `agent` go: `path`, or `<agent>.jsonl` in the directory `path`."""
    if not path.is_dir():
        return path
    name = _UNSAFE.sub("_", agent)[:100].lstrip(".")
    return path / f"{name or 'agent'}.jsonl"


def encode(event: dict[str, object]) -> bytes:
    """Return `event` as one JSON line.

    Whatever is in it, it becomes a line that a strict reader takes: long texts are cut, floats that
    are no numbers become null, and objects of other types are written as text.
    """
    plain = {key: _plain(value) for key, value in event.items()}
    try:
        text = json.dumps(plain, ensure_ascii=False, allow_nan=False, default=str)
    except (ValueError, TypeError, RecursionError):
        flat = {key: _flat(value) for key, value in plain.items()}
        text = json.dumps(flat, ensure_ascii=False, allow_nan=False)
    return text.encode(errors="replace") + b"\n"


def append(path: Path, line: bytes) -> None:
    """Append `line`, which ends in a newline, with one write; make missing directories.

    The file is opened for each line, so that a log that was rotated or removed goes on at its name.
    A torn line that a full disk or a kill left at the end is ended first, so that it spoils nothing
    but itself; a line that another process is just writing looks the same, and so a blank line may
    come in, which readers skip.

    Raises:
        OSError: it could not be written whole, or `path` is no regular file.
    """
    try:
        descriptor = _open(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = _open(path)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        if found.st_size and os.pread(descriptor, 1, found.st_size - 1) != b"\n":
            line = b"\n" + line
        if os.write(descriptor, line) != len(line):
            raise OSError(errno.ENOSPC, "only part of a line was written")
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    # O_NONBLOCK: POSIX leaves open whether a FIFO in place of the log would hang the agent.
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    return os.open(path, flags, 0o644)


def _plain(value: object) -> object:
    if isinstance(value, str) and len(value) > TEXT_LIMIT:
        return value[: TEXT_LIMIT - 1] + "…"
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _flat(value: object) -> object:
    """Return a value that certainly is JSON, for an event that as a whole was not."""
    if value is None or isinstance(value, str | int | float):
        return value
    try:
        return _plain(repr(value))
    except RecursionError:
        return f"a {type(value).__name__} that is nested too deeply"
