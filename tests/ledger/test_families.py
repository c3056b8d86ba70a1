"""Runs that others started are judged with them, however they are gathered, brought and stored."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from console.ledger.book import Ledger
from console.model import SECOND_US, ErrorClass, Event
from tests.ledger.playing import Player
from tests.ledger.strategies import BASE_US

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.ledger.reference import Result

_NOW_US = BASE_US + 3_600 * SECOND_US


def event(kind: str, run: str, second: int, **more: Any) -> Event:
    """Return an event of a run of one route."""
    return Event(
        ts_us=BASE_US + second * SECOND_US, route="refunds", event=kind, run=run, agent="w1", **more
    )


_RUNS = {
    "root": [event("run.started", "root", 0), event("run.delivered", "root", 50)],
    "child": [
        event("run.started", "child", 10, parent="root"),
        event("action.denied", "child", 20, parent="root", rule="limit"),
        event("run.delivered", "child", 30, parent="root"),
    ],
    "grandchild": [
        event("run.started", "grandchild", 12, parent="child"),
        event("check.failed", "grandchild", 15, check="qa"),
        event("run.delivered", "grandchild", 16),
    ],
}


def played(batches: Sequence[Sequence[Event]], *, gathered: bool, restarts: bool = False) -> Result:
    """Return what a ledger makes of some batches, one by one or run by run."""
    player = Player({}, ())
    for batch in batches:
        player.play(batch, _NOW_US, _NOW_US, gathered=gathered)
        if restarts:
            player.restart()
    return player.result()


_WANTED = played([[told for run in _RUNS.values() for told in run]], gathered=False)


def test_a_family_is_one_run_with_the_misses_of_all() -> None:
    assert {key[1] for key in _WANTED.runs} == {"root"}
    assert set(_WANTED.runs["refunds", "root"].misses) == {ErrorClass.PERMISSION, ErrorClass.TRUST}


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("order", list(permutations(_RUNS)), ids="-".join)
def test_in_whatever_order_its_runs_are_gathered_they_are_judged_together(
    order: tuple[str, ...], restarts: bool
) -> None:
    runs = [_RUNS[name] for name in order]
    together = [told for run in runs for told in run]
    for batches in ([together], runs, [runs[0], together[len(runs[0]) :]]):
        assert played(batches, gathered=True, restarts=restarts) == _WANTED


def test_what_comes_again_is_the_same_family() -> None:
    together = [told for run in _RUNS.values() for told in run]
    assert played([together, together, list(reversed(together))], gathered=True) == _WANTED


def test_a_run_that_ended_well_before_its_child_was_met_is_judged_with_it() -> None:
    late = [event("action.denied", "late", 40, parent="root", rule="limit")]
    found = played([_RUNS["root"], late], gathered=True)
    assert found == played([[*_RUNS["root"], *late]], gathered=False)
    assert found.runs["refunds", "root"].misses.keys() == {ErrorClass.PERMISSION}


@pytest.mark.parametrize("gathered", [False, True])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_runs_that_name_each_other_and_then_another_are_one_family(
    order: tuple[int, ...], gathered: bool
) -> None:
    named = [("b", "c"), ("c", "b"), ("b", "a")]
    told = [event("rescued", run, n, parent=parent) for n, (run, parent) in enumerate(named)]
    found = [told[place] for place in order]
    for batches in ([found], [[one] for one in found], [found[:2], found[2:]]):
        player = Player({}, ())
        for batch in batches:
            player.play(batch, _NOW_US, _NOW_US, gathered=gathered)
        assert player.rescues() == {"refunds": 3}
        assert {run for (_, run), row in player.shelf.rows.items() if row[2].state} <= {"a"}


@pytest.mark.parametrize("gathered", [False, True])
@pytest.mark.parametrize("order", list(permutations("xyz")), ids="".join)
def test_of_runs_that_lead_in_a_circle_each_is_one_of_its_own(
    order: tuple[str, ...], gathered: bool
) -> None:
    parents = {"x": "y", "y": "z", "z": "x"}
    player = Player({}, ())
    for run in order:
        told = event("rescued", run, 5, parent=parents[run])
        player.play([told], _NOW_US, _NOW_US, gathered=gathered)
    assert player.rescues() == {"refunds": 3}
    assert {run for (_, run), row in player.shelf.rows.items() if row[2].rescues} == set(parents)


@pytest.mark.parametrize("gathered", [False, True])
@pytest.mark.parametrize("parents", list(permutations(("p", "q", "s"))), ids="".join)
def test_of_several_parents_the_smallest_counts_and_a_child_counts_once(
    parents: tuple[str, ...], gathered: bool
) -> None:
    told = [event("rescued", "child", n, parent=parent) for n, parent in enumerate(parents)]
    told.append(event("rescued", "grandchild", 9, parent="child"))
    player = Player({}, ())
    player.play(told, _NOW_US, _NOW_US, gathered=gathered)
    assert player.rescues() == {"refunds": 4}
    assert {run for (_, run) in player.shelf.rows} == {"p", "child", "grandchild"}


@pytest.mark.parametrize("gathered", [False, True])
def test_a_rescue_counts_for_a_parent_that_nothing_else_is_known_of(*, gathered: bool) -> None:
    cancelled = event("run.cancelled", "child", 1, parent="elsewhere", by="requester")
    player = Player({}, ())
    for told in (cancelled, event("rescued", "child", 0)):
        player.play([told], _NOW_US, _NOW_US, gathered=gathered)
        player.restart()
    assert player.rescues() == {"refunds": 1}


def test_families_that_are_met_too_late_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    bring, meet = Ledger.bring, Ledger._meet_families

    def late(self: Ledger, read: dict[tuple[str, str], list[object]]) -> None:
        bring(self, read)  # type: ignore[arg-type]
        meet(self, read)  # type: ignore[arg-type]

    monkeypatch.setattr(Ledger, "_meet_families", lambda _self, _read: None)
    monkeypatch.setattr(Ledger, "bring", late)
    together = [told for run in _RUNS.values() for told in run]
    assert played([together], gathered=True) != _WANTED
