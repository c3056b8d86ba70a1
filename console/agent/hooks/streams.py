"""What the tool asks, and the answer to it, on streams that may be closed or full.

The tools take a hook that fails for a yes, so a refusal that cannot be said is exit code 2.
"""

from __future__ import annotations

import os
import sys
from typing import TextIO

from .dialects import NO, Answer


def asked() -> bytes:
    """Return what the tool asks; nothing where the input is closed or cannot be read."""
    try:
        return b"" if sys.stdin is None else sys.stdin.buffer.read()
    except OSError:
        return b""


def tell(said: Answer) -> int:
    """Say an answer; return the exit code."""
    told = [_write(sys.stderr, said.stderr), _write(sys.stdout, said.stdout)]
    return said.code if all(told) else NO


def _write(stream: TextIO | None, text: str) -> bool:
    """Write a text, if there is any; say whether it went out."""
    if not text:
        return True
    if stream is None:
        return False
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError):  # full or gone; closed, or without such letters
        # What is left in the stream would fail again at the end, and change the exit code.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return False
    return True
