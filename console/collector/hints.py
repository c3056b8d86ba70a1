"""File events as hints to look sooner. Never the truth: watchers go silent in ordinary cases.

A watched file is lost after a rotation, a directory that is made anew is not seen, and inotify
instances run out; so the loop sweeps at least every two seconds whatever the hints say.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from watchfiles import Change

_COALESCE_MS = 10
_STEP_MS = 5


class Hints:
    """Wakes the loop when something under the roots changes, where the system can tell."""

    def __init__(self) -> None:
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._changed: set[bytes] | None = None
        self._roots: tuple[Path, ...] = ()
        self._thread: threading.Thread | None = None
        self.trouble = ""
        """Why the system gives no file events, so that logs are only polled; "" where it does."""

    @property
    def watching(self) -> bool:
        """Whether file events come."""
        return self._thread is not None and self._thread.is_alive() and not self.trouble

    def watch(self, roots: Iterable[Path]) -> None:
        """Watch these directories and files, those of them that exist."""
        present = tuple(root for root in roots if root.exists())
        if present == self._roots and self._thread is not None and self._thread.is_alive():
            return
        self.close()
        self._stop = threading.Event()
        self._roots = present
        with self._lock:
            self._changed = None
        if present:
            self._thread = threading.Thread(
                target=self._listen, args=(present, self._stop), name="hints", daemon=True
            )
            self._thread.start()

    def wait(self, timeout_s: float) -> bool:
        """Wait for a hint, at most `timeout_s`; True when there was one."""
        woken = self._wake.wait(timeout_s)
        self._wake.clear()
        return woken

    def take(self) -> set[bytes] | None:
        """Return the files that were written to since the last time.

        None: more may have happened (files came or went, or nobody was watching).
        """
        with self._lock:
            taken, self._changed = self._changed, set()
        return taken if self.watching else None

    def _note(self, changes: set[tuple[Change, str]]) -> None:
        from watchfiles import Change

        with self._lock:
            if any(change is not Change.modified for change, _ in changes):
                self._changed = None
            elif self._changed is not None:
                self._changed.update(os.fsencode(path) for _, path in changes)

    def wake(self) -> None:
        """Give a hint by hand, as a signal handler does to end the loop at once."""
        self._wake.set()

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=1.0)
            self._thread = None
        self._roots = ()

    def _listen(self, roots: tuple[Path, ...], stop: threading.Event) -> None:
        from watchfiles import watch

        # Whatever ends the watching, the sweep goes on; `trouble` says so to the operator.
        try:
            for changes in watch(
                *roots,
                watch_filter=None,
                debounce=_COALESCE_MS,
                step=_STEP_MS,
                stop_event=stop,
                rust_timeout=500,
                yield_on_timeout=True,
                raise_interrupt=False,
            ):
                self.trouble = ""
                if changes:
                    self._note(changes)
                    self._wake.set()
        except (OSError, RuntimeError) as error:
            # The thread ends, and `watch` tries again at the next sweep.
            self.trouble = str(error) or type(error).__name__
