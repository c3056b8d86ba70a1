"""Standard streams that may be closed, full or gone: what cannot be said undoes nothing."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading
from typing import Any

from console.cli.session import warn

LOST = 74
_KEYS_BYTES = 1024
_STREAMS = ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w"))


class Unheard(OSError):  # noqa: N818 - the work is done, only nobody hears of it
    """What a command says on stdout cannot be written; what it does is done."""


class _Output(io.FileIO):
    """Stdout, whose errors are told from those of files."""

    def write(self, data: Any, /) -> int:
        """Write some bytes. Raises `Unheard`."""
        try:
            return super().write(data)
        except OSError as error:
            # Without its number: click ends with a code of its own where a pipe is broken.
            raise Unheard(error.strerror) from error


def prepare() -> None:
    """Put nothing in the place of closed streams, and `?` for letters that stdout does not have.

    A file that is opened would else take the number of a closed one, and be written what is said.
    """
    for number, name, mode in _STREAMS:
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            if nothing != number:
                os.dup2(nothing, number)
                os.close(nothing)
            os.set_inheritable(number, True)
            stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
    out: Any = sys.stdout
    raw: Any = _Output(1, "w", closefd=False)
    sys.stdout = io.TextIOWrapper(
        raw if out.write_through else io.BufferedWriter(raw),
        encoding=out.encoding,
        errors="replace",
        line_buffering=out.line_buffering,
        write_through=out.write_through,
    )


def outlive_stdin() -> None:
    """Let a console whose stdin is no terminal wait for keys after its end.

    It would else ask for more of a file that has ended all the time.
    """
    if sys.stdin.isatty():
        return
    typed = os.dup(0)
    reading, writing = os.pipe()
    os.dup2(reading, 0)
    os.close(reading)

    def relay() -> None:
        with contextlib.suppress(OSError):
            while keys := os.read(typed, _KEYS_BYTES):
                os.write(writing, keys)

    threading.Thread(target=relay, name="keys", daemon=True).start()


def finish(code: int) -> int:
    """Write out what is still to be said; return the exit code of a command that had another.

    What then cannot be written is dropped: the program would end with a code of Python's own.
    """
    try:
        sys.stdout.flush()
    except Unheard as error:
        code = lost(error, code)
    try:
        sys.stderr.flush()
    except OSError:
        _drop(2)
    return code


def lost(error: Unheard, code: int = 0) -> int:
    """Say that output is lost, and return the exit code for it.

    Whoever ends a pipe has read enough: nothing is said, and `code` stays.
    """
    _drop(1)
    if isinstance(error.__cause__, BrokenPipeError):
        return code
    warn(f"burnline: stdout cannot be written: {error}; what was to be done is done")
    return LOST


def _drop(number: int) -> None:
    """Let what is left in a stream go nowhere."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, number)
    os.close(nothing)
