"""What becomes known of a run after a restart counts for all that started beside it."""

from __future__ import annotations

from typing import Any

import pytest

from console.model import HOUR_US, Directive, DirectiveKind, Event
from console.settings.types import Measured
from tests.ledger.playing import Player
from tests.ledger.reference import recompute
from tests.ledger.strategies import BASE_US, ROUTES

ROUTE = ROUTES[0]
NOW_US = BASE_US + 24 * HOUR_US
MEASURED = {ROUTE: Measured(receipt_within_us=0)}
ONE_AT_ONCE = Directive(
    id="d1", route=ROUTE, kind=DirectiveKind.REDUCE, by="ann", reason="burn",
    issued_us=BASE_US, generation=2, max_runs=1,
)  # fmt: skip


def told(run: str, what: str, hour: int, **fields: Any) -> Event:
    return Event(ts_us=BASE_US + hour * HOUR_US, route=ROUTE, run=run, event=what, **fields)


def missed(player: Player) -> list[str]:
    return [run for (_, run), found in player.result().runs.items() if found.misses]


BESIDE = (told("x", "certain", 1), told("y", "run.started", 3), told("y", "run.delivered", 4))
LONG = (*BESIDE, told("x", "certain", 12))
LATE = {
    "its_end_and_that_another_run_started_it": [
        LONG,
        (told("x", "run.delivered", 2, parent="p"),),
    ],
    "its_start": [LONG, (told("x", "run.started", 9),)],
    "its_start_when_another_run_had_been_counted": [
        LONG,
        (told("z", "run.started", 11, agent="w2"),),
        (told("x", "run.started", 9),),
    ],
    "its_start_when_it_had_been_silent_for_long": [
        (*BESIDE, told("x", "certain", 5)),
        (told("z", "run.started", 11, agent="w2"),),
        (told("x", "run.started", 9),),
    ],
}


@pytest.mark.parametrize("late", LATE)
def test_what_started_beside_a_run_is_judged_again_by_what_comes_late(late: str) -> None:
    batches = LATE[late]
    player = Player(MEASURED, [ONE_AT_ONCE])
    for number, batch in enumerate(batches):
        player.play(batch, NOW_US, NOW_US)
        if number == 0:
            assert missed(player) == ["y"]
            player.restart()
    events = [event for batch in batches for event in batch]
    assert player.result() == recompute(events, MEASURED, [ONE_AT_ONCE], NOW_US, NOW_US)
    assert "y" not in missed(player)


def test_a_change_that_names_no_run_is_no_run_in_progress() -> None:
    change = {"id": "c1", "change": "prompt"}
    changes = [told("", "change.deployed", hour, **change) for hour in (1, 5)]
    player = Player(MEASURED, [ONE_AT_ONCE])
    player.play([*changes, told("y", "run.started", 3)], NOW_US, NOW_US)
    assert missed(player) == []
