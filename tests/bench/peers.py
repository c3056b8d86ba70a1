"""Where the programs are that we are compared with. Nothing is installed; what is there is used."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

INSTALL = """\
Peers are found on the PATH and in the places that --peers names (virtual environments, npm
prefixes, directories of programs). How to get them, outside this project's environment:
  apt-get install lnav mtail jq sqlite3
  python3 -m venv PEERS && PEERS/bin/pip install duckdb polars sqlite-utils toolong claude-monitor
  npm install --prefix PEERS-JS ccusage
and then: python -m tests.bench --peers PEERS PEERS-JS
What is not found is left out, and said.
"""


class Peers:
    """Programs by name, and interpreters by the library that they have.

    Args:
        places: directories to look into before the PATH; a place may be a virtual environment, an
            npm prefix or a directory of programs.
    """

    def __init__(self, places: Sequence[Path] = ()) -> None:
        folders = [
            folder
            for place in places
            for folder in (place / "bin", place / "node_modules" / ".bin", place)
            if folder.is_dir()
        ]
        self._folders = [str(folder.absolute()) for folder in folders]
        self.missing: dict[str, str] = {}
        self.versions: dict[str, str] = {}

    def program(self, name: str, asked: str = "--version") -> str | None:
        """Return the path of a program; None, and noted as missing, where there is none."""
        found = next(filter(None, (shutil.which(name, path=one) for one in self._folders)), None)
        found = found or shutil.which(name)
        if found is None:
            self.missing[name] = "not found; see --help"
        elif name not in self.versions:
            self.versions[name] = _version((found, asked))
        return found

    def python(self, library: str) -> str | None:
        """Return an interpreter that can import a library; None, noted, where there is none."""
        for folder in self._folders:
            interpreter = shutil.which("python", path=folder)
            if interpreter and (version := _library(interpreter, library)):
                self.versions[library] = version
                return interpreter
        self.missing[library] = "not found; see --help"
        return None

    def named(self, name: str) -> str:
        """Return a peer's name with its version."""
        return f"{name} {self.versions.get(name, '')}".strip()


@functools.cache
def _version(command: tuple[str, ...]) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60
    )
    found = re.search(r"\d+(?:\.\d+)+", done.stdout + done.stderr)
    return found[0] if found else ""


@functools.cache
def _library(interpreter: str, library: str) -> str:
    code = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"
    done = subprocess.run(
        (interpreter, "-c", code, library), capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
