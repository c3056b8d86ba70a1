"""The systemd user unit that keeps a collector running.

What is escaped, and how, follows systemd.syntax(7), systemd.service(5) and systemd.unit(5):
a word in double quotes, `%` and in commands `$` doubled. The program is started through env, since
systemd takes no quotes, dollars or backslashes in a program's own path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAME = "burnline.service"
_UNIT = """\
# Written by `burnline service install`, which writes it anew.
[Unit]
Description=burnline collector into {store}

[Service]
Type=exec
WorkingDirectory={folder}
ExecStart=/usr/bin/env {command}
# A collector that holds the store already ends some day: this one then takes over.
Restart=on-failure
RestartSec=5
# Wrong options (64) and invalid settings (78) are not mended by trying again.
RestartPreventExitStatus=64 78
UMask=0077
NoNewPrivileges=yes

[Install]
WantedBy=default.target
"""


def render(command: Sequence[str], *, folder: Path, store: Path) -> str:
    """Return the text of the unit.

    Args:
        command: what is run, the absolute path of the program first.
        folder: the absolute path of the directory in which it is run.
        store: what it reads into, for its description.

    Raises:
        ValueError: a word holds a line break or another control character, or is not UTF-8; or the
            program's path holds an equals sign.
    """
    if "=" in command[0]:
        raise ValueError(f"{command[0]!r} cannot be started by env: rename it")
    return _UNIT.format(
        store=_specifiers(_printable(str(store))),
        folder=_specifiers(_printable(str(folder))),
        command=" ".join(map(_word, command)),
    )


def _word(text: str) -> str:
    quoted = _printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _specifiers(quoted).replace("$", "$$") + '"'


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError(f"{text!r} cannot stand in a systemd unit: rename it")
    return text
