"""The incremental ledger equals a recomputation of the whole history, in whatever order it came."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledger.playing import Player, sound
from tests.ledger.reference import recompute
from tests.ledger.strategies import History, batches, clocks, histories


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=histories(), data=st.data())
def test_any_order_any_batches_any_restarts_give_the_recomputed_ledger(
    history: History, data: st.DataObject
) -> None:
    wanted = recompute(*history)
    shuffled = data.draw(st.permutations(history.events))
    parts = data.draw(batches(shuffled))
    times = data.draw(clocks(max(1, len(parts)), history.clock))
    player = Player(history.measured, history.directives)
    for part, clock in zip(parts or [[]], times, strict=True):
        player.play(part, clock, history.now_us)
        assert sound(player.shelf.cells)
        if data.draw(st.booleans()):
            player.restart()
    player.play([], history.clock, history.now_us)
    found = player.result()
    assert found.runs == wanted.runs
    assert found.cells == wanted.cells
