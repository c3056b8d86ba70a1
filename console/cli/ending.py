"""Being told to end, by ctrl+c, `kill` or a terminal that goes away; and tidying up before."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
_PATIENCE_S = 10.0
_LEAVING_S = 30
"""How long tidying up may take; a console whose terminal takes nothing more waits for ever."""


def listened() -> threading.Event:
    """Return what is set as soon as this process is told to end, by ctrl+c or `burnline stop`."""
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    return ending


def end_as_by_key() -> None:
    """From now on, end as ctrl+q does when told to: what is throw-away is thrown away."""
    for number in _SIGNALS:
        signal.signal(number, _leave)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hear only after the block that the program is to end: what is started can then be ended."""
    told: list[int] = []

    def wait(number: int, _: object) -> None:
        told.append(number)

    before: dict[signal.Signals, Any] = {number: signal.signal(number, wait) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if told:
            signal.raise_signal(told[0])


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here; it finishes what it is writing."""
    process.terminate()
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _leave(number: int, _: object) -> None:
    """Leave, once: a closed terminal says so twice, and who is impatient presses ctrl+c again."""
    signal.alarm(_LEAVING_S)
    for other in _SIGNALS:
        signal.signal(other, lambda *_: None)
    raise SystemExit(128 + number)
