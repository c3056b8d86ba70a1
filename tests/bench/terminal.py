"""A program on a terminal of its own, until it shows something."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from typing import TYPE_CHECKING

from tests.bench.process import Failed, cpu_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PATIENCE_S = 300.0
_SIZE = struct.pack("HHHH", 45, 140, 0, 0)


def cpu_until_shown(command: Sequence[str], text: bytes, env: Mapping[str, str]) -> float:
    """Start a program on a terminal of 140x45; return the CPU seconds it used until `text` came.

    Raises:
        Failed: it ended, or did not show it in five minutes.
    """
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(command[0], list(command), {**os.environ, **env, "TERM": "xterm-256color"})
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, _SIZE)
    try:
        return _wait(child, terminal, text, command[0])
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def _wait(child: int, terminal: int, text: bytes, name: str) -> float:
    until_s, shown = time.monotonic() + _PATIENCE_S, b""
    while time.monotonic() < until_s:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            data = os.read(terminal, 65_536)
        except OSError as error:  # the other side was closed
            raise Failed(f"{name} ended before it showed {text!r}") from error
        shown = shown[-len(text) :] + data
        if text in shown:
            return cpu_of(child)
    raise Failed(f"{name} did not show {text!r}: {shown[-200:]!r}")
