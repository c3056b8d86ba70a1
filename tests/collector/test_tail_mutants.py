"""Seeded mistakes in the tailing of files: each has to be caught by the model of file histories.

A test that cannot fail proves nothing. Each mutant below is the tailer with one decision wrong;
the histories of `test_model` are run on it until one notices, or the named test that holds the
decision where no count of lines can show it.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from console.collector.loop import Collector
from console.intake import blocks, descriptors, tail
from console.intake.descriptors import OpenFiles
from console.intake.position import Position
from console.intake.unpacking import Unpacked
from console.store import intake as kept
from tests.collector.test_model import little_by_little, live
from tests.intake import test_end_of_life, test_tail
from tests.intake.watching import Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

HISTORIES = 60


def _no_marker(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Position, "recalls", lambda _self, _before: True)
    patch.setattr("console.intake.access.generation", lambda _: None)


def _no_incarnation(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tail.Tailer, "_incarnation", lambda _self, _found: 0)


def _offset_stored_before_what_the_lines_caused(patch: pytest.MonkeyPatch) -> None:
    original = Collector._load

    def load(self: Collector) -> None:
        original(self)
        as_it_was = self._intake.turn

        def turn(waiting: Iterable[Position], now_us: int) -> int:
            read = as_it_was(waiting, now_us)
            with self.writer.transaction():
                files = [self._tailer.files[number] for number in sorted(self._tailer.changed)]
                kept.save_files(self.writer.connection, files, now_us)
            return read

        self._intake.turn = turn  # type: ignore[method-assign]

    patch.setattr(Collector, "_load", load)


def _a_failed_turn_is_not_read_again(patch: pytest.MonkeyPatch) -> None:
    def step(self: Collector, changed: Collection[bytes] | None = None) -> int:
        return self._turn(self._now(), changed)

    patch.setattr(Collector, "step", step)


def _a_partial_line_is_taken(patch: pytest.MonkeyPatch) -> None:
    original = blocks._unterminated

    def unterminated(data: bytes, start: int, file: Position, *, last: bool) -> Any:
        return original(data, start, file, last=True)

    patch.setattr(blocks, "_unterminated", unterminated)


def _a_file_that_shrank_is_read_on(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tail.Tailer, "_replaced", lambda _self, _file, _found: False)
    patch.setattr(Position, "recalls", lambda _self, _before: True)


def _a_compressed_file_ends_with_its_first_member(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Unpacked, "_next_member", lambda _self: False)
    patch.setattr(Unpacked, "complete", property(lambda self: self._inflate.eof))


def _any_open_file_is_given_up(patch: pytest.MonkeyPatch) -> None:
    def dispensable(self: OpenFiles) -> int | None:
        return next(iter((*self._leaving, *self._placed)), None)

    patch.setattr(OpenFiles, "_dispensable", dispensable)


MUTANTS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    name.removeprefix("_"): mutant
    for name, mutant in list(globals().items())
    if name.startswith("_") and getattr(mutant, "__module__", "") == __name__
}


def test_the_list_of_mutants_is_not_empty() -> None:
    assert len(MUTANTS) == 8


HELD_BY: dict[str, Callable[[Watched], None]] = {
    "no_incarnation": (test_tail.test_files_stay_told_apart_over_rotations_that_use_inodes_again),
    "any_open_file_is_given_up": (
        test_end_of_life.test_f19_files_that_are_read_are_closed_before_those_that_are_leaving
    ),
}
"""The tests that catch what the model, which may lose what was destroyed, does not see."""


@pytest.mark.parametrize("name", HELD_BY)
def test_a_seeded_mistake_is_caught_by_the_named_test(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descriptors, "open_limit", lambda: 4)
    MUTANTS[name](monkeypatch)
    with pytest.raises(AssertionError):
        HELD_BY[name](Watched(tmp_path))


@pytest.mark.parametrize("name", sorted(set(MUTANTS) - set(HELD_BY)))
def test_a_seeded_mistake_is_caught(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    little_by_little(monkeypatch)
    MUTANTS[name](monkeypatch)
    with pytest.raises(AssertionError):
        _live_again_and_again(tmp_path)


def _live_again_and_again(folder: Path) -> None:
    for seed in range(HISTORIES):
        one = folder / f"{seed}"
        one.mkdir()
        live(seed, one)
        shutil.rmtree(one)
