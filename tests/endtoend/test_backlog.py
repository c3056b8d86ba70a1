"""A collector that starts after a long stop invents no misses for lines it has not read yet."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.collector.running import DAY, HOUR, MINUTE, event
from tests.endtoend import mistakes, naive
from tests.endtoend.exploring import small_turns
from tests.endtoend.naive import History
from tests.endtoend.playing import Play, minutes
from tests.endtoend.test_mistakes import IN_BACKLOG

if TYPE_CHECKING:
    from pathlib import Path

MISTAKE = mistakes.MISTAKES[IN_BACKLOG]


def backlog(seed: int) -> list[bytes]:
    """Return an hour of runs that start, doubt and end in any order, by time."""
    chance = random.Random(seed)
    lines = []
    for number in range(60):
        at_s = chance.randrange(HOUR)
        lines.append((at_s, event("run.started", f"r{number}", at_s)))
        if chance.random() < 0.5:
            lines.append((at_s + 30, event("uncertain", f"r{number}", at_s + 30)))
            ends_s = at_s + 30 + chance.randrange(10 * MINUTE)
            lines.append((ends_s, event("certain", f"r{number}", ends_s)))
        ends_s = at_s + chance.randrange(12 * MINUTE)
        lines.append((ends_s, event("run.delivered", f"r{number}", ends_s)))
    return [line for _, line in sorted(lines)]


def read_little_by_little(folder: Path, seed: int) -> int:
    """Read a backlog turn by turn; no turn tells a miss that the whole history does not have."""
    play = Play(folder, sla_us=minutes(10), escalate_within_us=minutes(5))
    lines = backlog(seed)
    play.say(*lines[::2], name="a.jsonl").say(*lines[1::2], name="b.jsonl").at(DAY)
    measured = {"refunds": [(0, play.settings.route("refunds").measured)]}
    found = naive.account(History(lines, play.now_us, measured, []))
    wanted = {(run, name) for (_, run), verdict in found.items() for name in verdict.misses}
    turns, told = 0, set[tuple[str, str]]()
    while play.collector.step():
        turns += 1
        told = {(miss["run"], miss["class"]) for miss in play.misses()}
        assert told <= wanted
    play.read()
    assert {(miss["run"], miss["class"]) for miss in play.misses()} == wanted
    play.close()
    return turns if told else 0


@pytest.mark.parametrize("seed", range(3))
def test_no_turn_tells_a_miss_that_the_whole_history_does_not_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    small_turns(monkeypatch)
    assert read_little_by_little(tmp_path, seed) > 5


def test_firing_deadlines_from_the_wall_clock_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_turns(monkeypatch)
    mistakes.make(MISTAKE, monkeypatch)
    with pytest.raises(AssertionError):
        read_little_by_little(tmp_path, 0)
