"""A system and a store that fail, or end the process, at the n-th step of an order."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from console.control.directives import ControlDesk, ControlError
from console.store import desk
from tests.control.stage import Stage

SYSTEM = ("open", "fchmod", "fsync", "link", "unlink", "rename")
"""The calls through which an order reaches the disk."""
STORE = ("save_directive", "set_fact", "audit")
"""The statements through which it reaches the store."""
KILLED = "killed"
Act = Callable[[Stage, ControlDesk], object]


class Killed(BaseException):
    """The process ends here."""


class Faults:
    """Strikes at the n-th call: `before` and `after` end the process, `refused` fails the call.

    A process that has ended makes no call any more: every later one raises as well.
    """

    def __init__(self, patch: pytest.MonkeyPatch, n: int, how: str) -> None:
        self._n = n
        self._refuses = how == "refused"
        self._does_it = how == "after"
        self._calls = 0
        self.struck = False
        for name in SYSTEM:
            patch.setattr(os, name, self._wrapped(getattr(os, name)))
        for name in () if self._refuses else STORE:
            patch.setattr(desk, name, self._wrapped(getattr(desk, name)))

    def _wrapped(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            self._calls += 1
            if self.struck and not self._refuses:
                raise Killed
            if self._calls != self._n:
                return call(*args, **kwargs)
            self.struck = True
            if self._refuses:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if self._does_it:
                call(*args, **kwargs)
            raise Killed

        return step


def cut_off(begun: Path, folder: Path, act: Act, how: str) -> Iterator[tuple[Stage, str]]:
    """Cut `act` off at one step after another; yield a new process on what is left, each time.

    Args:
        begun: a folder in which a stage was left in good order; each time begins with a copy.
        folder: where the copies are made.
        act: what is cut off.
        how: as in `Faults`.

    Yields:
        The stage, and what the operator was told: "" for success, `KILLED`, or the error.
    """
    for n in itertools.count(1):
        here = folder / str(n)
        shutil.copytree(begun, here)
        first = Stage(here)
        control, told = first.desk, ""
        with pytest.MonkeyPatch.context() as patch:
            faults = Faults(patch, n, how)
            try:
                act(first, control)
            except Killed:
                told = KILLED
            except ControlError as error:
                told = str(error)
        first.close()
        if not faults.struck:
            assert n > 5, "the act went by without the calls that are to fail"
            return
        second = Stage(here)
        yield second, told
        second.close()
