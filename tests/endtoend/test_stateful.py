"""Random histories on disk, through the real collector, against the account of everything at once.

Events on random routes and runs, split over files in any way, late, twice, in any order; logs that
are renamed, copied, cut off, deleted and linked; a collector that is restarted, or cut off in the
middle of a transaction; orders, rescues, corrections and new settings between; and a clock that
moves on. Whenever everything is read, `status` and `misses` say what the whole history says.

`BURNLINE_EXAMPLES=5000` tries so many histories, each time others; by default it is a few that are
always the same. `BURNLINE_STEPS=100` makes each of them longer.
"""

from __future__ import annotations

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.endtoend.exploring import budget, small_turns
from tests.endtoend.machine import Histories


def test_the_ledger_is_what_the_whole_history_says(monkeypatch: pytest.MonkeyPatch) -> None:
    small_turns(monkeypatch)
    run_state_machine_as_test(Histories, settings=budget())
