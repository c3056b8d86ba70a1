"""The incremental ledger equals a recomputation of the whole history, in whatever order it came."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from console.model import FUTURE_SLACK_US
from tests.ledger.playing import Player, sound
from tests.ledger.reference import recompute
from tests.ledger.strategies import History, batches, clocks, crowds, histories


def compare(history: History, data: st.DataObject) -> None:
    """Play a history in a drawn order, with drawn batches and restarts, against the oracle."""
    wanted = recompute(*history)
    shuffled = data.draw(st.permutations(history.events))
    parts = data.draw(batches(shuffled)) or [[]]
    times = data.draw(clocks(len(parts), history.clock))
    player = Player(history.measured, history.directives)
    for part, clock in zip(parts, times, strict=True):
        player.play(part, clock, history.now_us, gathered=data.draw(st.booleans()))
        assert sound(player.shelf.cells)
        if data.draw(st.booleans()):
            player.restart()
    player.play([], history.clock, history.now_us)
    found = player.result()
    assert found.runs == wanted.runs
    assert found.cells == wanted.cells
    assert player.rescues() == _rescues(history)


def _rescues(history: History) -> dict[str, int]:
    """Return how many rescues each route needed: every distinct event counts once.

    What only names the run that started it, or is numbered, tells of no other rescue.
    """
    counted: dict[str, int] = {}
    for event in {replace(event, parent="", boot="", seq=None) for event in history.events}:
        if event.event == "rescued" and event.ts_us <= history.now_us + FUTURE_SLACK_US:
            counted[event.route] = counted.get(event.route, 0) + 1
    return counted


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(history=histories(), data=st.data())
def test_any_order_any_batches_any_restarts_give_the_recomputed_ledger(
    history: History, data: st.DataObject
) -> None:
    compare(history, data)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(history=crowds(), data=st.data())
def test_so_does_a_limit_to_the_runs_in_progress(history: History, data: st.DataObject) -> None:
    compare(history, data)
