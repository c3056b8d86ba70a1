"""Being told to end: once, never between starting something and knowing of it, and in silence."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

import console.tui
from console.cli import ending
from console.collector import detached

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.shell import Shell

SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
STAYS = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(); time.sleep(60)"
)


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    signal.alarm(0)
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_whoever_is_told_to_end_twice_tidies_up_undisturbed(number: signal.Signals) -> None:
    ending.end_as_by_key()
    with pytest.raises(SystemExit) as left:
        signal.raise_signal(number)
    assert left.value.code == 128 + number
    for again in SIGNALS:
        signal.raise_signal(again)


def test_whoever_is_told_to_end_ends_also_where_tidying_up_never_does() -> None:
    ending.end_as_by_key()
    with pytest.raises(SystemExit):
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    assert signal.alarm(0) > 0


def test_what_is_started_undisturbed_is_started_before_the_end() -> None:
    ending.end_as_by_key()
    done = []

    def start() -> None:
        with ending.undisturbed():
            signal.raise_signal(signal.SIGTERM)
            done.append("started")

    with pytest.raises(SystemExit):
        start()
    assert done == ["started"]


def test_a_process_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "_PATIENCE_S", 0.0)
    process = subprocess.Popen([sys.executable, "-c", STAYS], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    ending.end(process)
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL


def test_a_demo_that_is_told_to_end_while_it_starts_leaves_nothing_behind(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place, started = tmp_path / "throw-away", list[subprocess.Popen[bytes]]()
    place.mkdir()

    def start(*_: object) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(["sleep", "60"]))
        signal.raise_signal(signal.SIGHUP)
        return started[0]

    monkeypatch.setattr(tempfile, "tempdir", str(place))
    monkeypatch.setattr(detached, "start", start)
    with pytest.raises(SystemExit):
        shell("demo")
    assert [process.poll() for process in started] == [-signal.SIGTERM]
    assert not list(place.iterdir())


def test_a_console_that_is_told_to_end_leaves_and_gives_the_terminal_back(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back = []

    def run(*_: object, **__: object) -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            given_back.append(True)

    monkeypatch.setattr(console.tui, "run", run)
    with pytest.raises(SystemExit):
        shell("--read-only", "watch")
    assert given_back


def test_a_command_that_is_interrupted_while_it_loads_ends_in_silence(shell: Shell) -> None:
    told = (
        "import sys\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'console.cli.app':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "from console.cli import main\n"
        "main()\n"
    )
    with shell.started("-c", told, "status") as process:
        assert not process.communicate(timeout=60)[0]
    assert process.returncode == 130
