"""`service`: the unit that systemd is given, and what becomes of what it answers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from console.collector.unit import render
from tests.cli.shell import Shell
from tests.collector.running import good

STRANGE = 'a "b" %h $HOME \\t c'
"""Quotes, a specifier, a variable and an escape, as a folder's name."""


def answering(shell: Shell, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """Put a systemctl on the path that notes what it is asked; return where it does."""
    folder = shell.folder / "bin"
    folder.mkdir()
    program, asked = folder / "systemctl", shell.folder / "asked"
    program.write_text(f'#!/bin/sh\necho "$@" >> "{asked}"\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return asked


def unit(shell: Shell) -> Path:
    return Path(shell.environment["XDG_CONFIG_HOME"]) / "systemd" / "user" / "burnline.service"


def test_install_writes_the_unit_enables_it_and_starts_it(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(shell, monkeypatch, "exit 0")
    shell.write("a.jsonl", good("r1"))
    assert shell("service", "install", "logs").code == 0
    words = [sys.executable, "-m", "console", "--store", str(shell.store)]
    words += ["--control", str(shell.control), "collect", str(shell.logs)]
    command = " ".join(f'"{word}"' for word in words)
    assert f"\nExecStart=/usr/bin/env {command}\n" in unit(shell).read_text()
    assert f"\nWorkingDirectory={shell.folder}\n" in unit(shell).read_text()
    assert asked.read_text().splitlines() == [
        "--user --no-pager daemon-reload",
        "--user --no-pager enable burnline.service",
        "--user --no-pager restart burnline.service",
    ]


def test_a_unit_that_says_something_else_is_replaced_only_when_told_so(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(shell, monkeypatch, "exit 0")
    shell.write("a.jsonl", good("r1"))
    unit(shell).parent.mkdir(parents=True)
    unit(shell).write_text("[Unit]\n")
    done = shell("service", "install", "logs")
    assert (done.code, unit(shell).read_text()) == (1, "[Unit]\n")
    assert "--yes replaces it" in done.err
    assert shell("service", "install", "logs", "--yes").code == 0
    assert "ExecStart=" in unit(shell).read_text()


def test_what_systemd_refuses_is_said_in_its_words(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(shell, monkeypatch, "echo 'Failed to connect to bus' >&2; exit 1")
    shell.write("a.jsonl", good("r1"))
    done = shell("service", "install", "logs")
    assert done.code == 1
    assert "Failed to connect to bus" in done.err
    assert unit(shell).is_file()
    assert "Failed to connect to bus" in shell("service", "status").out


def test_install_without_logs_writes_nothing(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(shell, monkeypatch, "exit 0")
    assert shell("service", "install").code == 1
    assert not unit(shell).exists()
    assert not asked.exists()


def test_read_only_installs_nothing(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(shell, monkeypatch, "exit 0")
    shell.write("a.jsonl", good("r1"))
    assert shell("--read-only", "service", "install", "logs").code == 1
    assert not unit(shell).exists()


def test_status_says_what_systemd_and_the_collector_do(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(shell, monkeypatch, "echo ActiveState=active; echo NRestarts=2")
    none = shell("service", "status")
    assert none.code == 0
    assert "unit: none" in none.out
    assert f"collector of {shell.store}: none runs" in none.out
    unit(shell).parent.mkdir(parents=True)
    unit(shell).write_text("[Unit]\n")
    assert "systemd: ActiveState=active, NRestarts=2\n" in shell("service", "status").out


@pytest.mark.parametrize(
    ("program", "folder"), [("/bin/true", "/a\nExecStart=/bin/false"), ("/bin/a=b", "/a")]
)
def test_a_path_that_a_unit_cannot_hold_is_refused(program: str, folder: str) -> None:
    with pytest.raises(ValueError, match="rename it"):
        render([program], folder=Path(folder), store=Path("/b"))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_reads_the_unit_as_it_was_meant(tmp_path: Path) -> None:
    folder = tmp_path / STRANGE
    folder.mkdir()
    program = folder / "python"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    path = tmp_path / "burnline.service"
    path.write_text(render([str(program), STRANGE], folder=folder, store=folder / "b.db"))
    command = ["systemd-analyze", "--user", "--man=no", "verify", str(path)]
    surroundings = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=surroundings, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
