"""The command line: parse, call, print, exit code. Everything the console does has a twin here."""

from __future__ import annotations

import gc
import sys

_LEAST_NEW = 100_000


def main() -> None:
    """Run `burnline`; the exit codes common to all commands are decided here.

    64 wrong usage, 70 internal error, 74 output lost, 78 settings invalid; others as each command
    says.
    """
    rarely_look_for_garbage()
    try:
        from console.cli import streams

        streams.prepare()
        from console.cli.app import run

        code = streams.finish(run(sys.argv[1:]))
    except KeyboardInterrupt:  # while it loads, or says its last words
        code = 130
    sys.exit(code)


def rarely_look_for_garbage() -> None:
    """Let Python look for circles of garbage once so many more objects are there.

    An import, a snapshot or a turn of reading makes so many at once, and none of them is in one.
    """
    gc.set_threshold(_LEAST_NEW)
