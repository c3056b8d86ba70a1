"""Every row of the fault matrix: what is lost was destroyed, is said, and nothing counts twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.place import Place
from tests.faults.rows import BARRED, ROWS, SCENARIOS
from tests.faults.scenario import Outcome, Scenario, missing, wrong


@pytest.mark.parametrize("played", SCENARIOS, ids=lambda item: item.name.replace(" ", "-"))
def test_only_what_was_destroyed_is_lost_and_that_is_said(played: Scenario, tmp_path: Path) -> None:
    lacking = [need for need in played.needs if missing(need)]
    if lacking:
        pytest.skip(f"{', '.join(lacking)} cannot be used on this machine")
    place = Place(tmp_path, played.command)
    try:
        outcome = played.play(place)
    finally:
        place.close()
    assert wrong(outcome) == "", outcome


def test_every_row_is_played_or_says_why_not() -> None:
    played, said = {item.row for item in SCENARIOS}, {item.row for item in BARRED}
    assert played | said == set(ROWS)
    assert not played & said
    assert all(len(item.reason) > 20 for item in BARRED)


def test_no_two_scenarios_have_one_name() -> None:
    assert len({item.name for item in SCENARIOS}) == len(SCENARIOS)


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (Outcome("", 10, twice=1), "1 lines are counted twice"),
        (Outcome("", 10, lost=3, destroyed=2, said=3), "1 lines are lost that could be read"),
        (Outcome("", 10, lost=3, destroyed=3, said=2), "3 lines are lost, and 2 are said to be"),
        (Outcome("", 10, lost=0, said=1), "0 lines are lost, and 1 are said to be"),
        (Outcome("", 0), "nothing was at stake"),
        (Outcome("", 10, lost=3, destroyed=3, said=3), ""),
    ],
)
def test_the_rule_by_which_they_are_judged_has_teeth(outcome: Outcome, sentence: str) -> None:
    assert wrong(outcome) == sentence
