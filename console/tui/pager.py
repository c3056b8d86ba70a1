"""A log file opened at a line in the operator's pager, over the console that waits meanwhile.

The pager is that of the environment: `$PAGER`, else `less`. It reads; no editor is started, since
a log that the console counts is evidence. The file's name never passes through a shell.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App

_USUAL = "less"
_JUMPS = frozenset({"less", "more", "most", "view", "vim", "nvim", "vi", "nano", "emacs"})
"""Programs that take `+LINE` before the name of a file."""


def command(path: str, line_number: int, environment: Mapping[str, str]) -> list[str]:
    """Return the command that shows a file at a line, as a list of arguments.

    Raises:
        ValueError: `$PAGER` has an open quote.
    """
    words = shlex.split(environment.get("PAGER", "")) or [_USUAL]
    program = Path(words[0]).name
    jump = [f"+{line_number}"] if program in _JUMPS and line_number > 0 else []
    # What agents logged may hold escapes: less shows them as text, whatever $LESS says.
    plain = ["-+R", "-+r", "--"] if program == _USUAL else []
    return [*words, *jump, *plain, path]


def open_at(app: App[None], path: str, line_number: int) -> str:
    """Show a file at a line while the console waits; return why it could not be, "" if it was."""
    if not Path(path).is_file():
        return "The file is not there any more, or not readable from here."
    try:
        wanted = command(path, line_number, os.environ)
    except ValueError as error:
        return f"$PAGER cannot be read: {error}."
    if shutil.which(wanted[0]) is None:
        return f"There is no {wanted[0]} on this machine: set $PAGER."
    try:
        with app.suspend():
            subprocess.run(wanted, check=False)
    except SuspendNotSupported:
        return "This terminal cannot be lent to a pager."
    except OSError as error:
        return f"{wanted[0]} did not start: {error.strerror}."
    return ""
