"""`service`: a systemd user unit that keeps the collector running."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from console.cli.collecting import (
    NO_SOURCES,
    Directories,
    add_sources,
    check_sources,
    collector_options,
)
from console.cli.session import REFUSED, Session, Stop, confirmed, say, warn
from console.text import clean

_PATIENCE_S = 30.0


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(
        help="A systemd user unit that keeps the collector running.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    app.add_typer(group, name="service")
    group.command()(install)
    group.command()(status)


def install(
    context: typer.Context,
    directories: Directories = None,
    yes: Annotated[bool, typer.Option("--yes", help="Replace another unit unasked.")] = False,
) -> None:
    """Write the unit, enable it and start it: the collector runs from now on."""
    session: Session = context.obj
    session.writable()
    add_sources(session, directories)
    if not session.settings.sources:
        raise Stop(NO_SOURCES, REFUSED)
    check_sources(session)
    from console.collector.unit import NAME, render

    command = [sys.executable, "-m", "console", *collector_options(session, directories)]
    try:
        text = render(command, folder=Path.cwd(), store=session.store)
    except ValueError as error:
        raise Stop(str(error), REFUSED) from error
    path = _path()
    _write(path, text, replaces=yes)
    say(f"wrote {path}")
    for arguments in (["daemon-reload"], ["enable", NAME], ["restart", NAME]):
        _tell_systemd(arguments, path)
    say(f"{NAME} is enabled and started; `burnline service status` shows it")
    say("it ends when you log out, unless lingering is on: loginctl enable-linger")


def status(context: typer.Context) -> None:
    """Say what the unit, and the collector of the store, are doing."""
    session: Session = context.obj
    from console.collector.unit import NAME
    from console.store.holder import alive

    path = _path()
    say(f"unit: {path}" if path.is_file() else "unit: none (burnline service install)")
    if path.is_file():
        wanted = ("ActiveState", "SubState", "UnitFileState", "NRestarts", "ExecMainStatus")
        done = _systemctl("show", NAME, *(f"--property={name}" for name in wanted))
        if done.returncode:
            say(f"systemd: {_reason(done)}")
        else:
            say("systemd: " + ", ".join(done.stdout.split()))
    life = alive(session.store, time.time())
    running = "none runs" if life is None else f"process {life.pid}"
    say(f"collector of {session.store}: {running}")


def _path() -> Path:
    from console.collector.unit import NAME

    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return home / "systemd" / "user" / NAME


def _write(path: Path, text: str, *, replaces: bool) -> None:
    there = path.read_text(encoding="utf-8", errors="replace") if path.exists() else text
    if there != text and not replaces and not confirmed(f"{path} says something else: replace it?"):
        raise Stop(f"{path} says something else and was left as it is; --yes replaces it", REFUSED)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.name + ".new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise Stop(f"{path}: {error.strerror}", REFUSED) from error


def _tell_systemd(arguments: list[str], path: Path) -> None:
    done = _systemctl(*arguments)
    if done.returncode:
        warn(f"burnline: systemctl --user {' '.join(arguments)}: {_reason(done)}")
        raise Stop(f"{path} is written, but systemd did not take it; try that again", REFUSED)


def _systemctl(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemctl")
    if program is None:
        return subprocess.CompletedProcess(arguments, 127, "", "there is no systemctl here")
    try:
        return subprocess.run(
            [program, "--user", "--no-pager", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        silent = f"no answer within {_PATIENCE_S:g} s"
        return subprocess.CompletedProcess(arguments, 124, "", silent)


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    return clean(" ".join(done.stderr.split()), 300) or f"exit code {done.returncode}"
