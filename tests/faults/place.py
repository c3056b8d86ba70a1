"""A folder in which one scenario is played: logs, a store, a control file, and the writers' books.

The books say which lines were written whole; the store is compared with them and with nothing that
the program says of itself, but for how many lines it says are lost.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shlex
import signal
import subprocess
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from console.store.connect import StoreError, attach
from tests.cli.shell import PATIENCE_S, Shell, eventually
from tests.collector.running import Station, event, route
from tests.faults.scenario import ROOT, Outcome

try:
    from pysqlite3 import OperationalError
except ImportError:
    from sqlite3 import OperationalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BURNLINE = """#!/bin/sh
exec "{python}" -m console --store "{store}" --control "{control}" "$@"
"""


class Done(NamedTuple):
    """A command that has ended."""

    code: int
    out: str
    err: str


class Agent:
    """Writes runs that end well, one numbered line each, and books those that it wrote whole."""

    def __init__(self, place: Place, name: str, route_name: str = "refunds") -> None:
        self.path = place.logs / name
        self._books = place.written
        self._name = name.partition(".")[0]
        self._route = route_name
        self._numbers = itertools.count(1)

    def lines(self, count: int, **fields: object) -> list[bytes]:
        """Return the next lines, which are in the books from now on."""
        found = []
        for number in itertools.islice(self._numbers, count):
            run = f"{self._name}-{number}"
            self._books.add(run)
            numbered = {"agent": self._name, "boot": "b", "seq": number, "route": self._route}
            found.append(event("run.delivered", run, number % 60, **numbered, **fields))
        return found

    def deliver(self, count: int, **fields: object) -> None:
        """Append lines to the log, as a process does that opens it for each of them."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write(b"".join(self.lines(count, **fields)))

    def piece(self, name: str, count: int) -> Path:
        """Write the next lines to a file beside the logs, for the command to move about."""
        path = self.path.parent.parent / name
        path.write_bytes(b"".join(self.lines(count)))
        return path


class Place:
    """Where one scenario is played.

    Args:
        folder: an empty folder.
        command: what the shell is given to produce the fault.
        full: the size of the table in the README instead of that of the tests.
    """

    def __init__(self, folder: Path, command: str, *, full: bool = False) -> None:
        self.folder = folder
        self.command = command
        self.full = full
        self.logs = folder / "logs"
        self.store = folder / "burnline.db"
        self.control = folder / "control" / "control.json"
        self.written: set[str] = set()
        self._ending = contextlib.ExitStack()
        self.logs.mkdir()
        (folder / "bin").mkdir()
        self._write_program()

    def settle_in(self, disk: Path) -> None:
        """Have store and control file lie on another disk."""
        self.store = disk / "burnline.db"
        self.control = disk / "control" / "control.json"
        self._write_program()

    def _write_program(self) -> None:
        program = self.folder / "bin" / "burnline"
        program.write_text(
            _BURNLINE.format(python=sys.executable, store=self.store, control=self.control)
        )
        program.chmod(0o755)

    @cached_property
    def station(self) -> Station:
        """Return a collector in this process, with a clock that stands where it is put."""
        station = Station(self.folder, route())
        self._ending.callback(station.close)
        return station

    def close(self) -> None:
        """End what was begun."""
        self._ending.close()

    def later(self, command: str) -> None:
        """Run a command when the scenario is over, whatever became of it."""
        self._ending.callback(self.run, command)

    def agent(self, name: str = "a.jsonl", route_name: str = "refunds") -> Agent:
        """Return a new writer."""
        return Agent(self, name, route_name)

    def environment(self) -> dict[str, str]:
        """Return what commands run in: `burnline` is this program on this place's store."""
        homes = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
        own = {name: str(self.folder / name.lower()) for name in homes}
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return {
            **os.environ,
            **own,
            "PATH": path,
            "PYTHONPATH": str(ROOT),
            "python": sys.executable,
        }

    def run(self, command: str) -> Done:
        """Run a command: our own in this process where that is the same, else by a shell."""
        first, *words = shlex.split(command)
        plain = first == "burnline" and not set(command) & set("|&;<>$`*~#\n")
        if plain:
            shell = Shell(self.folder)
            shell.store, shell.control = self.store, self.control
            return Done(*shell(*words))
        return self.by_shell(command)

    def by_shell(self, command: str) -> Done:
        """Run a command by the shell in the folder."""
        done = subprocess.run(
            ["sh", "-c", command], cwd=self.folder, env=self.environment(),
            stdin=subprocess.DEVNULL, capture_output=True, timeout=4 * PATIENCE_S, check=False,
        )  # fmt: skip
        texts = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
        return Done(done.returncode, *texts)

    def fault(self) -> Done:
        """Produce the fault."""
        return self.by_shell(self.command)

    def must(self, command: str) -> str:
        """Run a command that has to succeed; return what it said."""
        done = self.run(command)
        assert done.code == 0, f"{command}: {done.code}: {done.err}{done.out}"
        return done.out

    @contextlib.contextmanager
    def beside(self, command: str, number: int = signal.SIGKILL) -> Iterator[subprocess.Popen[str]]:
        """Run a command beside the scenario; it is ended, with what it started, by a signal."""
        with (self.folder / "beside.txt").open("a") as told:
            process = subprocess.Popen(
                ["sh", "-c", f"exec {command}"], cwd=self.folder, env=self.environment(),
                stdin=subprocess.DEVNULL, stdout=told, stderr=told, text=True,
                start_new_session=True,
            )  # fmt: skip
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            process.wait(timeout=PATIENCE_S)

    def read(self) -> Place:
        """Let the collector in this process read everything to its end, and evaluate."""
        self.station.read()
        return self

    def collect(self, command: str = "burnline collect --once logs") -> str:
        """Let a collector of its own read everything to its end."""
        return self.must(command)

    def status(self, options: str = "--window all") -> dict[str, Any]:
        """Return the document of `status --json`."""
        found: dict[str, Any] = json.loads(self.run(f"burnline status {options} --json").out)
        return found

    def doctor(self) -> str:
        """Return what `doctor` says is wrong, a line each."""
        said = self.run("burnline doctor").out.splitlines()
        return "\n".join(line for line in said if line.startswith("BAD"))

    def rows(self, statement: str) -> list[Any]:
        """Return what the store answers; nothing while there is no store to be asked."""
        try:
            connection = attach(self.store)
        except StoreError:
            return []
        try:
            found: list[Any] = connection.execute(statement).fetchall()
        except OperationalError:
            return []
        finally:
            connection.close()
        return found

    def counted(self) -> set[str]:
        """Return the runs in the store."""
        return {row[0] for row in self.rows("select run from run")}

    def until_counted(self, what: str) -> None:
        """Wait until everything in the books is counted."""
        eventually(lambda: self.counted() >= self.written, what)

    def outcome(self, happened: str, destroyed: int = 0) -> Outcome:
        """Compare the store with the books."""
        counted = self.counted()
        assert counted <= self.written, f"nobody wrote {sorted(counted - self.written)[:3]}"
        totals = {
            table: self.rows(f"select coalesce(sum(total), 0) from {table}")[0][0]
            for table in ("minute", "hour", "day")
        }
        assert len(set(totals.values())) == 1, totals
        said = sum(row[0] for row in self.rows("select missing from sequence"))
        return Outcome(
            happened=happened,
            written=len(self.written),
            lost=len(self.written - counted),
            twice=totals["minute"] - len(counted),
            destroyed=destroyed,
            said=said,
        )
