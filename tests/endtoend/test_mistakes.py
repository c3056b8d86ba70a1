"""Every mistake of the list is noticed by the histories of `test_stateful`, within their budget."""

from __future__ import annotations

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.endtoend.exploring import FEW, budget, small_turns
from tests.endtoend.machine import Histories
from tests.endtoend.mistakes import MISTAKES, Mistake, Unfit, make

CAUGHT = (AssertionError, ExceptionGroup)


IN_BACKLOG = "a deadline fires from the wall clock during backlog"
"""Shows only while there is a backlog: `test_backlog` notices it."""
WAITING = "waiting for a grant runs on the clock"
"""Shows in one history of many hundreds: a rule of `test_rules_latency` notices it."""


@pytest.mark.parametrize("name", [name for name in MISTAKES if name not in {IN_BACKLOG, WAITING}])
def test_a_mistake_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    small_turns(monkeypatch)
    make(MISTAKES[name], monkeypatch)
    with pytest.raises(CAUGHT):
        run_state_machine_as_test(Histories, settings=budget(5 * FEW))


def test_a_mistake_that_fits_nowhere_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unfit, match="has not once"):
        make(Mistake("console.ledger.runs:_state", "no such line", ""), monkeypatch)


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_still_fits_the_program(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make(MISTAKES[name], monkeypatch)
