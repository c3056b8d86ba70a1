"""Looking at the control file while the agent is idle, so that it is obeyed and confirmed."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Protocol


class Looker(Protocol):
    """Something that has to look again now and then."""

    def look(self) -> None:
        """Look once. Must not raise."""


class Watch:
    """A daemon thread that calls `looker.look()` every `every_s` seconds until `stop()`.

    It holds the looker weakly: a guard that nobody keeps is not kept alive by its watch.

    Raises:
        RuntimeError: the system has no more threads.
    """

    def __init__(self, looker: Looker, every_s: float) -> None:
        self._stopped = threading.Event()
        target = weakref.ref(looker, lambda _: self._stopped.set())
        self._thread = threading.Thread(
            target=_watch, args=(target, self._stopped, every_s), name="burnline-watch", daemon=True
        )
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Say whether the thread is running."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End the thread and wait for it, unless it is this very thread."""
        self._stopped.set()
        if self._thread is not threading.current_thread():
            self._thread.join()


def _watch(target: Callable[[], Looker | None], stopped: threading.Event, every_s: float) -> None:
    while not stopped.wait(every_s):
        looker = target()
        if looker is None:
            return
        looker.look()
        del looker
