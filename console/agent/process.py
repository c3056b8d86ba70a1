"""Who this process is: its boot, its running numbers, and what a fork changes about them.

All logs and guards of one process share one boot, so that an agent's receipts and its events are
seen to come from the same start. A forked child is a start of its own.
"""

from __future__ import annotations

import itertools
import os
import sys
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Forkable(Protocol):
    """Something that holds locks, threads or numbers that a forked child must not share."""

    def after_fork(self) -> None:
        """Make this object the child's own."""


def new_id() -> str:
    """Return a random id of 16 hex digits."""
    return os.urandom(8).hex()


def boot() -> str:
    """Return the id of this process start."""
    return _process.boot


def numbers(boot_id: str, agent: str, route: str) -> Iterator[int]:
    """Return the running numbers (1, 2, 3, ...) of one agent's events on one route since `boot_id`.

    Two logs of the same agent and route share them: a number given twice would hide a lost line.
    """
    return _process.numbers.setdefault((boot_id, agent, route), itertools.count(1))


def watch_fork(one: Forkable) -> None:
    """Have `one.after_fork()` called in every forked child, for as long as `one` lives."""
    _process.forkables.add(one)


def default_agent() -> str:
    """Return `<host>-<program>`, a name that is the same after a restart."""
    program = Path(sys.argv[0]).stem if getattr(sys, "argv", None) else ""
    return f"{os.uname().nodename}-{program or 'python'}"


class _Process:
    def __init__(self) -> None:
        self.boot = new_id()
        self.numbers: dict[tuple[str, str, str], Iterator[int]] = {}
        self.forkables: weakref.WeakSet[Forkable] = weakref.WeakSet()

    def after_fork(self) -> None:
        self.boot = new_id()
        self.numbers.clear()
        for one in list(self.forkables):
            one.after_fork()


_process = _Process()
os.register_at_fork(after_in_child=_process.after_fork)
