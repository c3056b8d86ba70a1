"""The n-th call fails, or is the last one of its process: for machines without strace.

`python -m tests.faults.shim CALLS HOW N -- ARGUMENTS...` runs the command line with the n-th of
those calls struck. The calls are those of `os` through which files are written, and for SQLite,
which makes its own, the statements that write.
"""

from __future__ import annotations

import atexit
import errno
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

try:
    from pysqlite3 import dbapi2 as sqlite3
except ImportError:
    import sqlite3

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS = {
    "write": ("write", "pwrite"),
    "fsync": ("fsync", "fdatasync"),
    "rename": ("rename", "replace"),
    "link": ("link", "unlink"),
}
_WRITING = ("insert", "update", "delete", "create", "alter", "commit", "begin", "pragma user")
KILL = "KILL"


class Strike:
    """Counts calls and strikes at the n-th; `mark` holds which it was, or how many there were."""

    def __init__(self, how: str, number: int, mark: Path) -> None:
        self._how, self._number, self._mark = how, number, mark
        self._count = 0
        atexit.register(self._end)

    def reached(self, name: str) -> bool:
        """Count a call; say whether it is the one."""
        self._count += 1
        if self._count != self._number:
            return False
        self._mark.write_text(name)
        if self._how == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        return True

    def _end(self) -> None:
        if self._count < self._number or not self._number:
            self._mark.write_text(str(self._count))

    def refuse(self) -> NoReturn:
        """Fail as the system does."""
        code = getattr(errno, self._how)
        raise OSError(code, os.strerror(code))

    def fail(self) -> NoReturn:
        """Fail as SQLite does."""
        full = self._how == "ENOSPC"
        raise sqlite3.OperationalError("database or disk is full" if full else "disk I/O error")


def install(calls: str, strike: Strike) -> None:
    """Wrap the calls."""
    for name in CALLS[calls]:
        setattr(os, name, _wrapped(name, getattr(os, name), strike))
    if calls != "write":
        return

    class Struck(sqlite3.Connection):  # type: ignore[misc, unused-ignore]
        def execute(self, statement: str, *values: Any) -> Any:
            if statement.lstrip().lower().startswith(_WRITING) and strike.reached(statement[:40]):
                strike.fail()
            return super().execute(statement, *values)

    connect = sqlite3.connect
    sqlite3.connect = lambda *args, **options: connect(*args, factory=Struck, **options)


def _wrapped(name: str, call: Callable[..., Any], strike: Strike) -> Callable[..., Any]:
    def struck(*args: Any, **options: Any) -> Any:
        if strike.reached(name):
            strike.refuse()
        return call(*args, **options)

    return struck


def main(arguments: list[str]) -> int:
    """Run the command line with one call struck."""
    calls, how, number, mark, _, *rest = arguments
    install(calls, Strike(how, int(number), Path(mark)))
    from console.cli.app import run

    return run(rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
