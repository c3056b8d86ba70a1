"""A collector that is killed at any moment loses nothing and counts nothing twice.

`BURNLINE_KILL_POINTS=500` tries so many moments instead of a few; `all` tries every one.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from console.cli import documents
from console.intake.times import instant_us
from console.model import DAY_US
from console.settings import load
from console.simulate import simulate
from console.snapshot import take, with_lines
from console.store import reader
from console.store.connect import StoreError, attach

try:
    from pysqlite3 import OperationalError
except ImportError:
    from sqlite3 import OperationalError

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
POINTS = os.environ.get("BURNLINE_KILL_POINTS", "8")
PATIENCE_S = 60.0
COLLECT = """
import sys
from console.collector import intake
from console.intake import blocks
intake.TURN_BYTES, blocks.BLOCK_BYTES = 30_000, 5_000
from console.cli import main
main()
"""
"""The command line, reading little by little so that there are many moments to be killed in."""

needs_strace = pytest.mark.skipif(
    subprocess.call(["sh", "-c", "strace -o /dev/null true 2>/dev/null"]) != 0,
    reason="strace cannot be used here to kill at a chosen system call",
)


class Place:
    """Logs shared by all tests, and a store of one test's own."""

    def __init__(self, folder: Path, logs: Path, until_us: int) -> None:
        self.folder = folder
        self.logs = logs
        self.until_us = until_us
        self.store = folder / "burnline.db"
        self.control = folder / "control" / "control.json"
        folder.mkdir(exist_ok=True)

    def command(self, *before: str) -> list[str]:
        paths = ["--store", str(self.store), "--control", str(self.control)]
        options = [*paths, "collect", "--once", str(self.logs)]
        return [*before, sys.executable, "-c", COLLECT, *options]

    def start(self, *before: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command(*before),
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(self.folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def finish(self) -> dict[str, Any]:
        """Read everything to its end undisturbed; return what is then known."""
        process = self.start()
        _, errors = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, errors.decode()
        return self.known()

    def known(self) -> dict[str, Any]:
        """Return the documents of `status --json` and `misses --json`, without our paths."""
        connection = attach(self.store)
        snapshot = take(
            connection, load(None), store=self.store, control=self.control,
            now_us=self.until_us, as_of=True, window="all",
        )  # fmt: skip
        misses = documents.misses(with_lines(connection, reader.misses(connection)))
        connection.close()
        status = documents.status(snapshot, None, "all")
        store = {**status["store"], "path": "", "control": ""}
        return {**status, "store": store, **misses}

    def committed(self) -> int:
        """Return how many bytes are committed as read; 0 while there is no store."""
        try:
            connection = attach(self.store)
        except StoreError:
            return 0
        try:
            row = connection.execute("select coalesce(sum(offset), 0) from file").fetchone()
        except OperationalError:
            return 0
        finally:
            connection.close()
        return int(row[0])


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """Some days of four routes' logs, and an instant after their end."""
    out = tmp_path_factory.mktemp("simulated") / "logs"
    end_us = instant_us("2026-10-01T00:00:00Z")
    simulate(out, routes=4, days=5, lines=3_000, seed=3, end_us=end_us)
    return out, end_us + DAY_US


@pytest.fixture(scope="module")
def undisturbed(logs: tuple[Path, int], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    found = Place(tmp_path_factory.mktemp("undisturbed"), *logs).finish()
    assert found["store"]["events"] > 2_000
    assert len(found["misses"]) > 10
    return found


@pytest.fixture
def place(logs: tuple[Path, int], tmp_path: Path) -> Place:
    return Place(tmp_path, *logs)


def test_killed_again_and_again_while_it_reads(place: Place, undisturbed: dict[str, Any]) -> None:
    kills, ended = 0, False
    while not ended:
        enough, process = place.committed() + 10_000 * kills, place.start()
        until = time.monotonic() + PATIENCE_S
        while not ended and place.committed() <= enough:
            assert time.monotonic() < until, "the collector neither reads nor ends"
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.002)
                ended = True
        process.kill()
        process.communicate()
        kills += 1
    assert kills > 3
    assert place.finish() == undisturbed


def calls(place: Place) -> dict[str, int]:
    """Return how often an undisturbed collector writes and syncs."""
    trace = place.folder / "trace"
    traced = Place(place.folder / "traced", place.logs, place.until_us)
    strace = ("strace", "-f", "-o", str(trace), "-e", "trace=pwrite64,fsync,fdatasync")
    traced.start(*strace).communicate(timeout=PATIENCE_S)
    told = trace.read_text()
    return {name: told.count(f" {name}(") for name in ("pwrite64", "fsync", "fdatasync")}


def moments(place: Place) -> Iterator[tuple[str, int]]:
    """Yield (system call, its number) to be killed at: spread evenly, the first ones too."""
    for name, count in calls(place).items():
        wanted = (
            count if POINTS == "all" else min(count, int(POINTS) // (1 if name[0] == "p" else 4))
        )
        for each in range(wanted):
            yield name, 1 + each * count // wanted


@needs_strace
def test_killed_at_any_write_or_sync(place: Place, undisturbed: dict[str, Any]) -> None:
    for name, number in moments(place):
        moment = f"{name}-{number}"
        one = Place(place.folder / moment, place.logs, place.until_us)
        process = one.start(
            "strace", "-f", "-o", "/dev/null", "-e", f"inject={name}:signal=KILL:when={number}"
        )
        process.communicate(timeout=PATIENCE_S)
        assert process.returncode in {-signal.SIGKILL, 128 + signal.SIGKILL}, moment
        assert one.finish() == undisturbed, moment
        shutil.rmtree(one.folder)


@needs_strace
@pytest.mark.parametrize(("error", "number"), [("EIO", 120), ("ENOSPC", 20)])
def test_a_write_that_fails_ends_or_is_tried_again_and_nothing_is_lost(
    place: Place, undisturbed: dict[str, Any], error: str, number: int
) -> None:
    process = place.start(
        "strace", "-f", "-o", "/dev/null", "-e", f"inject=pwrite64:error={error}:when={number}"
    )
    process.communicate(timeout=PATIENCE_S)
    assert place.finish() == undisturbed
