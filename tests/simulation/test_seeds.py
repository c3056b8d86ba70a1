"""A month of 50 routes, twenty times: no missed page, no double page, no false resolve.

A seed that fails plays alone with `python -m tests.simulation --seed N --verbose`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.night import night
from tests.simulation.play import play
from tests.simulation.world import build

SEEDS = range(20)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_month_of_fifty_routes_pages_once_and_for_the_right_reason(seed: int) -> None:
    played = play(seed)
    assert [str(each) for each in played.violations] == []
    assert played.pages > 50
    assert played.tickets > 50


@pytest.mark.parametrize("seed", SEEDS)
def test_a_night_of_kills_and_failing_answers_tells_all_of_it_once(
    seed: int, tmp_path: Path
) -> None:
    dark = night(seed, tmp_path)
    assert [str(each) for each in dark.violations] == []
    # A night with few notices takes few steps at which a process can end.
    assert sum(dark.killed.values()) > 10


def test_the_nights_end_processes_at_every_step(tmp_path: Path) -> None:
    killed = {name for seed in range(3) for name in night(seed, tmp_path).killed}
    assert {
        "after evaluate",
        "after save_all",
        "after post",
        "before commit",
        "after commit",
    } <= killed
    assert killed & {"after begin", "after sent", "after failed"}


def test_a_seed_is_the_same_world_each_time() -> None:
    assert build(7, routes=5) == build(7, routes=5)
    assert build(7, routes=5) != build(8, routes=5)
