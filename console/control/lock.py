"""The lock under which a generation takes effect: one operator's process at a time.

It only keeps renames in the order of their generations, which the next look mends as well. Who may
read the directory can take it too, and keep it: so nobody is waited for longer than an honest
holder ever takes, and an order to pause is not held up by a process that hangs, or wants it to.
"""

from __future__ import annotations

import fcntl
import time

_PATIENCE_S = 2.0
_LOOK_S = 0.01


def take(directory: int) -> None:
    """Take the lock of an open directory, or go on without it where somebody keeps it for long.

    It is given back with the descriptor.
    """
    until_s = time.monotonic() + _PATIENCE_S
    while True:
        try:
            fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until_s:
                return
            time.sleep(_LOOK_S)
        else:
            return
