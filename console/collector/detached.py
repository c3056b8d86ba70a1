"""A collector as a process of its own: started by `watch`, ended by `stop`."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from console.store.connect import StoreError
from console.store.holder import alive

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_PATIENCE_S = 10.0
_LOOK_S = 0.05


class Attended:
    """The collector of a console: the process that was `started` for it, or the one it found.

    One that was found may have been just ending, and one that was started may fail.
    """

    def __init__(self, store: Path, started: subprocess.Popen[bytes] | None) -> None:
        self._store = store
        self._started = started

    def stands(self) -> str:
        """Say how it stands."""
        if self._started is not None and self._started.poll() is None:
            words = "it goes on when the console closes (burnline stop)"
            return f"started collector {self._started.pid}; {words}"
        life = alive(self._store, time.time())
        if life is None:
            words = "open the console anew to start one"
            return f"no collector runs any more: {words}; what it said is in {_log(self._store)}"
        return f"collector {life.pid} runs" if life.pid else "a collector starts"

    def awaited(self) -> bool:
        """Say whether it was started, goes on, and has not done a full turn yet."""
        if self._started is None or self._started.poll() is not None:
            return False
        life = alive(self._store, time.time())
        return life is None or life.starting


def ensure(store: Path, arguments: Sequence[str]) -> Attended:
    """Start a collector for a store unless one runs."""
    return Attended(store, None if alive(store, time.time()) else start(store, arguments))


def start(store: Path, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a collector for a store; what it says goes to a log beside the store.

    Raises:
        StoreError: there can be no store at that path.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(_log(store), flags, 0o600)
    except OSError as error:
        raise StoreError(f"store {store}: {error.strerror}; name another with --store") from error
    with os.fdopen(descriptor, "ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "console", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _log(store: Path) -> Path:
    return store.with_name(store.name + ".collector.log")


def end(store: Path) -> str:
    """End the collector of a store and wait until it has let go; return what was done.

    One that is just taking the store does not say yet which process it is, or the name of one that
    was killed before still stands there: it is asked as soon as it is known.
    """
    asked = 0
    deadline = time.monotonic() + _PATIENCE_S
    while (life := alive(store, time.time())) is not None:
        if life.pid not in {0, asked}:
            asked = life.pid
            with contextlib.suppress(ProcessLookupError):
                os.kill(asked, signal.SIGTERM)
        if time.monotonic() > deadline:
            return f"collector {life.pid} was asked to end and has not done so yet"
        time.sleep(_LOOK_S)
    return f"collector {asked} has ended" if asked else "no collector runs"
