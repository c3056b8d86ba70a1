"""A program on a terminal of its own, until it shows something."""

from __future__ import annotations

import contextlib
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
    from types import TracebackType

_PATIENCE_S = 300.0
_SIZE = struct.pack("HHHH", 45, 140, 0, 0)


class Terminal:
    """A program on a terminal of 140x45, ended with the block.

    Raises:
        Failed: the program ended, or did not show what was waited for in five minutes.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self._name = command[0]
        self._child, self._side = pty.fork()
        if self._child == 0:
            os.execvpe(command[0], list(command), {**os.environ, **env, "TERM": "xterm-256color"})
        fcntl.ioctl(self._side, termios.TIOCSWINSZ, _SIZE)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        os.killpg(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        os.close(self._side)
        until_s = time.monotonic() + _PATIENCE_S
        with contextlib.suppress(ProcessLookupError):
            while time.monotonic() < until_s:  # what it started may write for a moment
                os.killpg(self._child, 0)
                time.sleep(0.01)

    @property
    def cpu_s(self) -> float:
        """The CPU seconds that the program and what it started used so far."""
        return cpu_of(self._child)

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self._side, keys)

    def until(self, text: bytes) -> float:
        """Read what is shown until `text` is among it; return the monotonic time of that."""
        until_s, shown = time.monotonic() + _PATIENCE_S, b""
        while time.monotonic() < until_s:
            shown = shown[-len(text) :] + self._more(0.1)
            if text in shown:
                return time.monotonic()
        raise Failed(f"{self._name} did not show {text!r}: {shown[-200:]!r}")

    def rest(self, seconds: float) -> None:
        """Let the program go on, and take what it shows."""
        until_s = time.monotonic() + seconds
        while (left_s := until_s - time.monotonic()) > 0:
            self._more(left_s)

    def _more(self, seconds: float) -> bytes:
        if not select.select([self._side], [], [], seconds)[0]:
            return b""
        try:
            return os.read(self._side, 65_536)
        except OSError as error:  # the other side was closed
            raise Failed(f"{self._name} ended before it showed what was waited for") from error


def cpu_until_shown(command: Sequence[str], text: bytes, env: Mapping[str, str]) -> float:
    """Start a program on a terminal; return the CPU seconds it used until `text` came.

    Raises:
        Failed: it ended, or did not show it in five minutes.
    """
    with Terminal(command, env) as terminal:
        terminal.until(text)
        return terminal.cpu_s
