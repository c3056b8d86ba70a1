"""What is ordered, and what a program has to do then: the table that the README shows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.real.programs import PROGRAMS, ROUTE, Did, Program, run

ROOT = Path(__file__).resolve().parents[2]
YES, NO = True, False


class Case(NamedTuple):
    """One situation: the command that brings it about, and what has to happen.

    `asked`: the prompt may be worked on. `ran`: the shell may be used.
    """

    name: str
    order: tuple[str, ...]
    asked: bool
    ran: bool


CASES = (
    Case("open", (), YES, YES),
    Case("frozen", ("freeze", ROUTE, "--change", "prompt"), YES, YES),
    Case("tightened", ("tighten", ROUTE, "--action", "SHELL"), YES, NO),
    Case("reduced", ("reduce", ROUTE, "--allow", "lookup"), YES, NO),
    Case("paused", ("pause", ROUTE), NO, NO),
    Case("control file deleted", ("delete",), NO, NO),
    Case("hook broken", ("break",), NO, NO),
)


class Stage:
    """A home directory with a store and a control file; the agent's shell is called `shell`."""

    def __init__(self, place: Path, shell: str) -> None:
        self.place = place
        self.shell = shell
        self.control = place / "control" / "control.json"
        self.logs = place / "receipts"
        (place / ROUTE).mkdir()
        self.burnline("init", str(self.logs), "--yes")

    def burnline(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a burnline command on this stage's store and control file."""
        paths = ["--store", str(self.place / "burnline.db"), "--control", str(self.control)]
        return subprocess.run(
            [sys.executable, "-m", "console", *paths, *arguments],
            cwd=self.place,
            env={"PYTHONPATH": str(ROOT), "HOME": str(self.place)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def bring_about(self, case: Case) -> None:
        """Give the order of a case, or do the harm."""
        if case.order == ("delete",):
            self.control.unlink()
        elif case.order == ("break",):
            self._break()
        elif case.order:
            words = [self.shell if word == "SHELL" else word for word in case.order]
            done = self.burnline(*words, "--reason", "a trial", "--yes")
            assert done.returncode == 0, done.stderr

    def _break(self) -> None:
        """Make the installed hook a program that crashes."""
        for path in self.place.glob(".*/*.json"):
            path.write_text(path.read_text().replace("-m console.agent.hooks", "-m no.such.hook"))


class ProgramStage(Stage):
    """A stage on which one of the real programs has our hook in it."""

    def __init__(self, place: Path, tool: str) -> None:
        self.program: Program = PROGRAMS[tool]
        super().__init__(place, self.program.shell)
        self.burnline("hook", "install", tool, "--user", "--log", str(self.logs))

    def act(self, *, trusted: bool = True) -> Did:
        """Give the program its prompt."""
        return run(self.program, self.place, trusted=trusted)
