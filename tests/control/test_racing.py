"""Many writers and readers at once: one winner a generation, and never half a file."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from console.agent.document import parse
from console.control import lock
from console.control.directives import Conflict
from console.control.file import ControlFile
from console.model import Directive, DirectiveKind
from console.operate import Operator
from tests.control.stage import NOON_US, SETTINGS, Stage, order

REPOSITORY = Path(__file__).parents[2]
RACER = """
import sys
from pathlib import Path
from console.control.file import Conflict, ControlFile
file = ControlFile(Path(sys.argv[1]))
document = file.latest()
print("ready", flush=True)
sys.stdin.readline()
try:
    file.publish(document, by=sys.argv[2], now_us=1_772_452_800_000_000)
    print("won")
except Conflict:
    print("lost")
"""


@contextmanager
def reading(path: Path) -> Iterator[list[int]]:
    """Read the control file all the time, as agents do; yield the generations seen."""
    seen: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(parse(path.read_bytes()).generation)

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(read)
        try:
            yield seen
        finally:
            done.set()
        reader.result()


@pytest.mark.parametrize("write", ["publish", "complete", "refresh"])
def test_while_one_puts_a_generation_in_place_no_other_can(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    rename, locked = os.rename, list[bool]()

    def renamed(*args: Any, **kwargs: Any) -> None:
        locked.append(is_locked(stage.path.parent))
        rename(*args, **kwargs)

    document = stage.raw()
    stage.path.unlink()
    monkeypatch.setattr(os, "rename", renamed)
    if write == "publish":
        stage.file.publish(document, by="dana", now_us=NOON_US)
    elif write == "complete":
        stage.file.complete()
    else:
        stage.file.refresh(NOON_US)
    assert locked
    assert all(locked)
    assert not is_locked(stage.path.parent)


@pytest.mark.parametrize("write", ["publish", "complete", "refresh", "derive"])
def test_who_keeps_the_lock_for_good_holds_no_order_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    monkeypatch.setattr(lock, "_PATIENCE_S", 0.0)
    document = stage.raw()
    stage.path.unlink()
    descriptor = os.open(stage.path.parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if write == "publish":
            stage.file.publish(document, by="dana", now_us=NOON_US)
        elif write == "complete":
            stage.file.complete()
        elif write == "refresh":
            stage.file.refresh(NOON_US)
        else:
            stage.file.derive()
    finally:
        os.close(descriptor)
    assert write == "derive" or stage.raw()["generation"] == stage.file.newest_generation()


def is_locked(folder: Path) -> bool:
    """Say whether somebody holds the lock of the control directory."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def race(path: Path, document: dict[str, object], gate: threading.Barrier, name: str) -> str:
    """Publish at the same moment as all others; return the name of a winner."""
    file = ControlFile(path)
    gate.wait()
    try:
        file.publish(document, by=name, now_us=NOON_US)
    except Conflict:
        return ""
    return name


def test_of_forty_racers_exactly_one_wins_each_generation(stage: Stage) -> None:
    names = [f"operator-{number}" for number in range(40)]
    with reading(stage.path) as seen, ThreadPoolExecutor(len(names)) as pool:
        for generation in range(2, 6):
            document = stage.file.latest()
            assert document is not None
            gate = threading.Barrier(len(names))
            racers = [pool.submit(race, stage.path, document, gate, name) for name in names]
            won = [winner for racer in racers if (winner := racer.result())]
            assert len(won) == 1
            assert (stage.read().generation, stage.raw()["issued_by"]) == (generation, won[0])
    assert seen == sorted(seen)


def test_of_racing_processes_exactly_one_wins(stage: Stage) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(stage.path), f"process-{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        for number in range(6)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    said = [racer.communicate()[0].strip() for racer in racers]
    assert sorted(said) == ["lost"] * 5 + ["won"]
    assert stage.raw()["issued_by"] == f"process-{said.index('won')}"


def test_operators_at_once_get_a_generation_each_or_a_conflict(
    stage: Stage, enter: Callable[..., Stage]
) -> None:
    operators, each = 6, 4
    store = stage.writer.path

    def act(number: int) -> list[Directive]:
        operator = Operator(SETTINGS, store, stage.path)
        given = []
        try:
            for time in range(each):
                freeze = order(DirectiveKind.FREEZE, changes=(f"kind-{number}-{time}",))
                try:
                    given.append(operator.give(freeze, NOON_US))
                except Conflict:
                    continue
        finally:
            operator.close()
        return given

    with reading(stage.path) as seen, ThreadPoolExecutor(operators) as pool:
        given = [directive for found in pool.map(act, range(operators)) for directive in found]
    assert len(given) >= each
    assert sorted(item.generation for item in given) == list(range(2, len(given) + 2))
    assert seen == sorted(seen)
    late = enter()
    late.desk.reconcile(NOON_US)
    assert sorted(late.standing()) == sorted(item.id for item in given)
    late.assert_agreement()
