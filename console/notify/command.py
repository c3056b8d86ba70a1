"""A program of the operator's, told of a notice as JSON on its standard input.

No shell takes part. The program gets a few harmless variables of the environment and nothing else,
since the collector's own may hold secrets; what it prints is discarded. Exit code 0 says that the
notice arrived. One that does not end in time is killed, with what it started.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import TYPE_CHECKING

from console.notify.channel import NotDelivered
from console.notify.message import document

if TYPE_CHECKING:
    from console.model import Notice

PATIENCE_S = 20.0
"""How long a program may take, in seconds."""
PASSED_ON = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR")
"""The variables that a program gets, where they are set."""


class CommandCarrier:
    """Runs `arguments`, a program and what it is called with, once per notice."""

    def __init__(self, arguments: tuple[str, ...], *, patience_s: float = PATIENCE_S) -> None:
        self._arguments = arguments
        self._patience_s = patience_s

    def trouble(self) -> str:
        """Return "": a program that is missing is looked for at every attempt."""
        return ""

    def deliver(self, notice: Notice, *, again: bool) -> None:
        """Run the program; the receiver tells a repetition by `key`.

        Raises:
            NotDelivered: it cannot be started, failed, or did not end in time.
        """
        del again
        try:
            process = subprocess.Popen(
                self._arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
                start_new_session=True,
            )
        except OSError as error:
            raise NotDelivered(f"cannot be started: {error.strerror}") from error
        with process:
            self._answer(process, document(notice))

    def _answer(self, process: subprocess.Popen[bytes], told: bytes) -> None:
        try:
            process.communicate(told, timeout=self._patience_s)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise NotDelivered(
                f"did not end within {self._patience_s:g} s, and was killed"
            ) from None
        if process.returncode < 0:
            raise NotDelivered(f"ended by signal {-process.returncode}")
        if process.returncode:
            raise NotDelivered(f"exit code {process.returncode}")
