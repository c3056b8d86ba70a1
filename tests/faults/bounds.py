"""Bounds on what one input may cost: processor time, so that nothing hangs, and memory."""

from __future__ import annotations

import contextlib
import os
import signal
import tracemalloc
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = int(os.environ.get("BURNLINE_FUZZ_EXAMPLES", "15"))
"""Inputs for each target; the README says for how many all was well."""
CPU_S = 20.0
"""Processor time, not time on the wall: a loaded machine makes nothing hang."""
MEMORY = 64_000_000
fuzz = settings(
    max_examples=EXAMPLES,
    suppress_health_check=list(HealthCheck),
)


class Hang(BaseException):
    """An input takes longer than any input of its size may."""


class Hoard(AssertionError):  # noqa: N818 - as Hang
    """An input takes more memory than any input of its size may."""


@contextlib.contextmanager
def bounded(cpu_s: float = CPU_S, memory: int = MEMORY) -> Iterator[None]:
    """End what takes too long, and refuse what takes too much.

    Raises:
        Hang: the block took more than `cpu_s` of processor time.
        Hoard: it held more than `memory` bytes at once.
    """

    def hangs(*_: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGVTALRM, hangs)
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_s)
    tracemalloc.start()
    try:
        yield
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    if held > memory:
        raise Hoard(f"{held:,} bytes")
