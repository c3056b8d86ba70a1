"""The command line as a script uses it: arguments in; exit code, stdout and stderr out."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from console.cli.app import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0


class Done(NamedTuple):
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Return the one JSON document that stdout is."""
        return json.loads(self.out)


class Shell:
    """A folder to work in, with a store and a control file that every command is told of."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.store = folder / "burnline.db"
        self.control = folder / "control" / "control.json"
        homes = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
        self.environment = {name: str(folder / name.lower()) for name in homes}

    def command(self, *arguments: str | Path) -> list[str]:
        paths = ["--store", str(self.store), "--control", str(self.control)]
        return [*paths, *map(str, arguments)]

    def __call__(self, *arguments: str | Path) -> Done:
        """Run a command in this process; nobody is there to be asked."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            patch.chdir(self.folder)
            out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
            patch.setattr(sys, "stdin", io.StringIO())
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = run(self.command(*arguments))
            return Done(code, *map(_text, (out, err)))

    def process(self, *arguments: str | Path) -> Done:
        """Run a command as a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "console", *self.command(*arguments)],
            **self._surroundings(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def redirected(self, how: str, *arguments: str | Path, out: int = subprocess.PIPE) -> Done:
        """Run a command with its streams as a shell leaves them, such as closed by `>&-`."""
        program = [sys.executable, "-m", "console", *self.command(*arguments)]
        done = subprocess.run(
            ["sh", "-c", f'exec "$@" {how}', "sh", *program],
            **self._surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    @contextlib.contextmanager
    def started(self, *command: str | Path) -> Iterator[subprocess.Popen[str]]:
        """Run Python with these arguments beside the test; it is ended with the block."""
        process = subprocess.Popen(
            [sys.executable, *map(str, command)],
            **self._surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE_S)

    def _surroundings(self) -> dict[str, Any]:
        return {
            "cwd": self.folder,
            "env": {**os.environ, **self.environment, "PYTHONPATH": str(ROOT)},
        }

    def write(self, name: str, *lines: bytes) -> Path:
        """Append to a log."""
        path = self.logs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(b"".join(lines))
        return path

    def settings(self, text: str) -> Path:
        """Write burnline.toml where commands look for it."""
        path = self.folder / "burnline.toml"
        path.write_text(text)
        return path


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


def eventually(look: Callable[[], Any], what: str) -> Any:
    """Return what `look` returns once that is true; give up after `PATIENCE_S`."""
    until, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while not (found := look()):
        pause.wait(0.01)
        assert time.monotonic() < until, f"it did not come to it that {what}"
    return found
