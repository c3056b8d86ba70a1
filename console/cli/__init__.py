"""The command line: parse, call, print, exit code. Everything the console does has a twin here."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `burnline`; the exit codes common to all commands are decided here.

    64 wrong usage, 70 internal error, 78 settings invalid; others as each command says.
    """
    from console.cli.app import run

    sys.exit(run(sys.argv[1:]))
