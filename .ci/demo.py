"""Run a command that opens the demo in a terminal of its own, and see that its gauges move.

Fails when no gauge is on screen in time, when nothing moves, or when it does not end cleanly.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

INSTALL_S, FIRST_GAUGE_S, MOVED_S, END_S = 900, 10, 60, 30
OPENED = b"\x1b[?1049h"
CTRL_Q = b"\x11"
GAUGE = "━".encode()
ESCAPE = re.compile(rb"\x1b\[[0-9;?<>=]*[a-zA-Z]|\x1b\][^\x07]*\x07|\x1b[()][A-Z0-9]|\x1b[=>]")


class Terminal:
    """A pseudo-terminal of 120x40 with a command in it, and all that it has written."""

    def __init__(self, command: str) -> None:
        self.seen = b""
        self._parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.process = subprocess.Popen(
            ["bash", "-c", command],
            stdin=child,
            stdout=child,
            stderr=child,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"},
        )
        os.close(child)

    def until(self, holds: Callable[[], bool], limit_s: float, what: str) -> float:
        """Read until `holds`; return how long it took, or end the program with what was missing."""
        begun = time.monotonic()
        while not holds():
            if time.monotonic() - begun > limit_s:
                sys.exit(f"{what}: not within {limit_s} s; last on screen:\n{self.text()[-2000:]}")
            if select.select([self._parent], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self._parent, 65536)
                except OSError:  # the other side has closed: the command is at its end
                    self.process.wait(timeout=END_S)
                    if not holds():
                        sys.exit(f"{what}: the command ended before; it wrote:\n{self.text()}")
        return time.monotonic() - begun

    def press(self, key: bytes) -> None:
        """Press a key."""
        os.write(self._parent, key)

    def text(self, start: int = 0) -> str:
        """Return what was written from a place on, without escape sequences."""
        return ESCAPE.sub(b"", self.seen[start:]).decode("utf-8", "replace")

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)


def main(command: str) -> int:
    """Return the demo's exit code; it was alive."""
    terminal = Terminal(command)
    try:
        terminal.until(lambda: OPENED in terminal.seen, INSTALL_S, "the console opens")
        took_s = terminal.until(
            lambda: b"refunds" in terminal.seen and GAUGE in terminal.seen,
            FIRST_GAUGE_S,
            "first gauges",
        )
        sys.stdout.write(f"first gauges {took_s:.1f} s after the console opened\n")
        first = len(terminal.seen)
        terminal.until(lambda: GAUGE in terminal.seen[first:], MOVED_S, "gauges move")
        sys.stdout.write("gauges were drawn again: they move\n")
        terminal.press(CTRL_Q)
        terminal.until(lambda: terminal.process.poll() is not None, END_S, "the demo ends")
        sys.stdout.write(f"it ended with exit code {terminal.process.returncode}\n")
        return int(terminal.process.returncode)
    finally:
        terminal.close()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).read_text("utf-8")))
