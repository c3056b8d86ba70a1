"""Streams that are closed, full or gone: a command does what it is to do, and ends as it says."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from console.cli.session import warn
from tests.collector.running import event

if TYPE_CHECKING:
    from tests.cli.shell import Shell


@pytest.mark.parametrize("how", [">&-", "<&-", "2>&-", "2>/dev/full"])
def test_an_order_is_given_whatever_stream_is_closed(shell: Shell, how: str) -> None:
    shell("init", "--yes")
    done = shell.redirected(how, "pause", "refunds", "--reason", "x")
    assert done.code == 0
    assert "internal error" not in done.err
    assert '"pause"' in shell.control.read_text()


def test_output_that_cannot_be_written_is_told_by_the_exit_code(shell: Shell) -> None:
    done = shell.redirected(">/dev/full", "keys")
    assert done.code == 74
    assert done.err.splitlines() == [
        "burnline: stdout cannot be written: No space left on device; what was to be done is done"
    ]


def test_whoever_has_read_enough_is_no_failure(shell: Shell) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = shell.redirected("", "keys", out=writer)
    os.close(writer)
    assert (done.code, done.err) == (0, "")


def test_letters_that_the_terminal_does_not_have_are_marked(shell: Shell) -> None:
    shell.environment |= {"PYTHONIOENCODING": "ascii"}
    shell.write("a.jsonl", event("run.failed", "r1", reason="ü" * 9))
    shell("collect", "--once", "logs")
    done = shell.redirected("", "misses")
    assert (done.code, done.err) == (0, "")
    assert "?????????" in done.out


@pytest.mark.parametrize("error", [BrokenPipeError, OSError])
def test_a_diagnostic_that_nobody_can_be_told_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, error: type[OSError]
) -> None:
    class Gone:
        def write(self, _: str) -> None:
            raise error

    monkeypatch.setattr(sys, "stderr", Gone())
    warn("burnline: mind")


@pytest.mark.parametrize("typed", ["", "ab"])
def test_a_console_without_a_keyboard_waits_for_keys_that_never_come(typed: str) -> None:
    told = (
        "import os, select\n"
        "from console.cli.streams import outlive_stdin\n"
        "outlive_stdin()\n"
        f"print(os.read(0, 9) if {typed!r} else b'')\n"
        "print(select.select([0], [], [], 0)[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", told], input=typed.encode(), capture_output=True, check=True
    )
    assert done.stdout == f"{typed.encode()!r}\n[]\n".encode()
