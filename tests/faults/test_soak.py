"""Everything at once for a moment; `python -m tests.faults.soak --minutes 60` for an hour."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults import soak
from tests.faults.writers import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = float(os.environ.get("BURNLINE_SOAK_S", "15"))
SEED = int(os.environ.get("BURNLINE_SOAK_SEED", "7"))


def test_the_ledger_equals_the_books_of_fifty_agents(tmp_path: Path) -> None:
    ending = soak.Soak(tmp_path, SEED, pace_s=0.02).run(SECONDS)
    assert ending.wrong == [], f"seed {SEED}: {ending.words}"
    assert not ending.words.startswith("0 events")


def spoiled_book(folder: Path) -> None:
    book = min((folder / "books").iterdir())
    with book.open("a") as file:
        file.write("+ w-0-999999 run.delivered\n")


def spoiled_log(folder: Path) -> None:
    for log in sorted((folder / "logs").rglob("w-0.jsonl*"))[:1]:
        log.unlink()


def doubled_run(folder: Path) -> None:
    log = min((folder / "logs").rglob("w-1.jsonl"))
    line = log.read_bytes().splitlines(keepends=True)[-1]
    log.write_bytes(log.read_bytes() + line.replace(b'"run": "w-1-', b'"run": "w-1-again-'))


@pytest.mark.parametrize("spoil", [spoiled_book, spoiled_log, doubled_run])
def test_a_difference_of_one_event_is_seen(spoil: Callable[[Path], None], tmp_path: Path) -> None:
    one = soak.Soak(tmp_path, 1, pace_s=0.0)
    one._place.must("burnline init logs --yes")
    for number in range(2):
        writer = Writer(tmp_path, number, random.Random(number))
        writer._styles = []
        for _ in range(5):
            writer.work()
    assert one.compared().wrong == []
    spoil(tmp_path)
    (tmp_path / "burnline.db").unlink()
    assert one.compared().wrong != []


def test_an_event_that_a_kill_left_open_is_found_at_the_end_of_the_log(tmp_path: Path) -> None:
    (tmp_path / "books").mkdir()
    (tmp_path / "control").mkdir()
    writer = Writer(tmp_path, 0, random.Random(0))
    writer._write("?", "run.started", "w-0-0")
    writer._log.emit("run.started", "w-0-0")
    Writer(tmp_path, 0, random.Random(0))
    writer._write("?", "run.delivered", "w-0-0")
    Writer(tmp_path, 0, random.Random(0))
    assert soak.booked(tmp_path / "books") == ({"w-0-0": "open"}, 1)
