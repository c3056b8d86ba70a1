"""`simulate --live`: logs that somebody goes on writing."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from tests.cli.shell import Shell, eventually


def sizes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.jsonl"))


def test_sample_agents_go_on_in_the_logs_until_they_are_told_to_end(shell: Shell) -> None:
    out = shell.folder / "logs"
    few = ["--routes", "2", "--days", "1", "--lines", "200"]
    command = shell.command("simulate", out, *few, "--live")
    with shell.started("-u", "-m", "console", *command) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        assert any("go on in it" in line for line in lines)
        before = sizes(out)
        eventually(lambda: sizes(out) > before, "an agent has written a line")
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)
        assert process.wait(60) == 0


def test_logs_that_go_on_have_no_end(shell: Shell) -> None:
    done = shell("simulate", "out", "--live", "--end", "2026-03-02T12:00:00Z")
    assert (done.code, (shell.folder / "out").exists()) == (64, False)


def test_an_earlier_simulation_is_not_replaced_in_silence(shell: Shell) -> None:
    few = ["--days", "1", "--lines", "100"]
    assert shell("simulate", "out", "--routes", "2", *few).err == ""
    done = shell("simulate", "out", "--routes", "1", *few)
    assert (done.code, done.err) == (
        0,
        "burnline: out: an earlier simulation of 2 routes is replaced\n",
    )
