"""What a command costs: CPU seconds of its whole process tree, and peak memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LAUNCHER = Path(__file__).with_name("launcher.py")
_TOLD_BYTES = 2_000
ROOT = Path(__file__).resolve().parents[2]


class Failed(Exception):  # noqa: N818 - a fact about the command, said in a sentence
    """A measured command did not do its job."""


class Cost(NamedTuple):
    """CPU seconds (user and system, of the process and all its descendants), wall seconds, and the
    peak resident memory of the largest process among them, in MB (10**6 bytes)."""

    cpu_s: float
    wall_s: float
    peak_mb: float


class Done(NamedTuple):
    """A command that ended: what it cost, and what it wrote to its output."""

    cost: Cost
    output: bytes


def measure(
    command: Sequence[str | os.PathLike[str]],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    codes: Sequence[int] = (0,),
) -> Done:
    """Run a command to its end and measure it.

    Raises:
        Failed: it cannot be started, or its exit code is none of `codes`; what it said is in it.
    """
    output, said, report = _launch(command, cwd, {**os.environ, **(env or {})})
    code, cpu_s, wall_s, peak_kib = report.split()
    if int(code) not in codes:
        reason = said[-_TOLD_BYTES:].decode(errors="replace").strip() or "no reason"
        raise Failed(f"{Path(command[0]).name} ended with exit code {code}: {reason}")
    return Done(Cost(float(cpu_s), float(wall_s), int(peak_kib) * 1024 / 1e6), output)


def _launch(
    command: Sequence[str | os.PathLike[str]], cwd: Path | None, env: Mapping[str, str]
) -> tuple[bytes, bytes, str]:
    """Run a command by the launcher; return its output, its errors, and the launcher's report."""
    read, write = os.pipe()
    with os.fdopen(read, encoding="ascii") as told:
        with subprocess.Popen(
            [sys.executable, "-I", "-S", _LAUNCHER, str(write), *command],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(write,),
            start_new_session=True,
        ) as launched:
            os.close(write)
            try:
                output, said = launched.communicate()
            except BaseException:
                os.killpg(launched.pid, signal.SIGKILL)  # who stops us stops what we started
                raise
        return output, said, told.read()


_PYTHON = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""}


def python(module: str, *arguments: object) -> list[str]:
    """Return the command that runs a module of this project in this interpreter."""
    return [sys.executable, "-m", module, *(str(argument) for argument in arguments)]


def surroundings(folder: Path) -> dict[str, str]:
    """Return environment variables that keep a command out of the user's own files.

    Modules are compiled once and kept, as they are where the program was installed.
    """
    names = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return {**dict.fromkeys(names, str(home)), **_PYTHON, "TZ": "UTC"}


def cpu_of(pid: int) -> float:
    """Return the CPU seconds that a running process and its descendants used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children")
    living = sum(cpu_of(int(child)) for child in children.read_text().split())
    return living + sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
