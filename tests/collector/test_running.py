"""A collector that runs on: what it notices by itself, and what it survives."""

from __future__ import annotations

import itertools
import shutil
import threading
from typing import TYPE_CHECKING, Any

import pytest

from console.collector import runloop
from console.store import reader
from console.store.connect import StoreError, attach
from tests.cli.shell import Shell, eventually
from tests.collector.running import Station, good

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path
    from subprocess import Popen


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def events(shell: Shell) -> int:
    """Return how many events were read; 0 while there is no store."""
    try:
        connection = attach(shell.store)
    except StoreError:
        return 0
    found = reader.totals(connection)[0]
    connection.close()
    return found


def collecting(shell: Shell, *sources: str) -> Any:
    return shell.started("-m", "console", *shell.command("collect", *sources))


def test_new_lines_are_noticed_whatever_becomes_of_files_and_folders(shell: Shell) -> None:
    number = itertools.count(1)

    def write(name: str) -> None:
        shell.write(name, good(f"r{next(number)}"))

    counts = itertools.count(1)

    def expect(what: str) -> None:
        count = next(counts)
        eventually(lambda: events(shell) == count, what)

    with collecting(shell, "logs", "later"):
        eventually(shell.store.exists, "the collector begins before there are logs")
        write("a.jsonl")
        expect("a source that was missing is read")
        write("a.jsonl")
        expect("a file that grows is read")
        (shell.logs / "a.jsonl").rename(shell.logs / "a.jsonl.1")
        write("a.jsonl")
        expect("the file after a rotation is read")
        write("a.jsonl.1")
        expect("a rotated file that still grows is read")
        write("deep/er/b.jsonl")
        expect("a new folder is read")
        shutil.rmtree(shell.logs)
        write("a.jsonl")
        expect("a folder that was deleted and made anew is read")
        (shell.folder / "later").mkdir()
        (shell.folder / "later" / "c.jsonl").write_bytes(good("c"))
        expect("a second source that appears later is read")


def test_killed_while_agents_write_it_counts_every_line_once(shell: Shell) -> None:
    ending, written = threading.Event(), itertools.count(1)

    def agent(name: str) -> None:
        for number in itertools.count(1):
            shell.write(f"{name}.jsonl", good(f"{name}-{number}"))
            next(written)
            if ending.wait(0.001):
                return

    agents = [threading.Thread(target=agent, args=(name,)) for name in ("a", "b")]
    for each in agents:
        each.start()
    try:
        for _ in range(4):
            before = events(shell)
            with collecting(shell, "logs") as collector:
                reads_and_is_killed(shell, collector, before)
    finally:
        ending.set()
        for each in agents:
            each.join()
    assert shell("collect", "--once", "logs").code == 0
    lines = next(written) - 1
    assert events(shell) == lines
    status = shell("status", "refunds", "--window", "all", "--json").document
    assert status["routes"][0]["total"] == lines


def reads_and_is_killed(shell: Shell, collector: Popen[str], before: int) -> None:
    eventually(lambda: events(shell) > before, "the collector reads on")
    collector.kill()
    collector.wait()


def test_the_loop_beats_after_every_turn_and_ends_when_it_is_told(tmp_path: Path) -> None:
    station = Station(tmp_path)
    station.write("a.jsonl", good("r1"))
    step, turns, beats = station.collector.step, list[object](), list[int]()

    def turn(changed: Collection[bytes] | None = None) -> int:
        turns.append(changed)
        return step(changed)

    def beat() -> None:
        beats.append(station.total())
        if beats[-1] not in beats[:-1]:  # a hint may come late, and wake a turn that finds nothing
            station.write("a.jsonl", good(f"r{beats[-1] + 1}"))

    station.collector.step = turn  # type: ignore[method-assign]
    runloop.run(station.collector, beat, lambda: max(beats, default=0) >= 3, pytest.fail)
    assert list(dict.fromkeys(beats)) == [1, 2, 3]
    assert len(beats) == len(turns)
    station.close()
