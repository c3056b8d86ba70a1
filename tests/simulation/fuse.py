"""Where a process may end: each step of an evaluation and of a delivery, in the program itself.

A fuse is armed with the name of a step, and with how many times it may be taken: the last time ends
the process. Steps are the program's own functions, wrapped while a fuse is laid: the evaluation of
a route, the writing of alerts and of notices, both sides of a commit, and a delivery before and
after it.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from console.burn import evaluation
from console.store import alerts, outbox
from console.store.writer import Writer

STEPS = (
    (evaluation, "evaluate"),
    (alerts, "save_all"),
    (outbox, "post"),
    (outbox, "begin"),
    (outbox, "sent"),
    (outbox, "failed"),
)


OFTEN = {"after evaluate": 60, "before commit": 100, "after commit": 100}
"""Steps that are taken in most minutes, and how many of them a process outlives at most."""
NAMES = (*OFTEN, *(f"after {name}" for _, name in STEPS if name != "evaluate"))


class Killed(BaseException):
    """The process ends here."""


class Fuse:
    """Counts steps of one name; `burnt` are those at which processes ended."""

    def __init__(self) -> None:
        self._name, self._left = "", 0
        self.burnt: Counter[str] = Counter()

    def arm(self, name: str, left: int) -> None:
        """Let the process end the `left`-th time that it takes a step: any, where `name` is ""."""
        self._name, self._left = name, left

    def step(self, name: str) -> None:
        """Take a step, and end there where it is the last."""
        if self._name not in {"", name}:
            return
        self._left -= 1
        if self._left == 0:
            self.burnt[name] += 1
            raise Killed(name)

    @contextlib.contextmanager
    def laid(self) -> Iterator[None]:
        """Let every step of the program count while the block runs."""
        with contextlib.ExitStack() as stack:
            for module, name in STEPS:
                whole = getattr(module, name)
                setattr(module, name, self._after(whole, name))
                stack.callback(setattr, module, name, whole)
            yield

    def _after(self, work: Callable[..., Any], name: str) -> Callable[..., Any]:
        def counted(*args: Any, **fields: Any) -> Any:
            found = work(*args, **fields)
            self.step(f"after {name}")
            return found

        return counted


class FusedWriter(Writer):
    """A store that a process may end at, before and after each commit."""

    fuse: Fuse | None = None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit as the program does, unless the process ends first."""
        with super().transaction():
            yield
            if self.fuse is not None:
                self.fuse.step("before commit")
        if self.fuse is not None:
            self.fuse.step("after commit")
