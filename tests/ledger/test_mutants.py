"""Seeded mistakes in the ledger: each has to be caught by the comparison with the oracle.

A test that cannot fail proves nothing. Each mutant below is the ledger with one decision wrong; the
comparison of `test_ledger` is run on it until it notices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st

from console.ledger import (
    book,
    case,
    classes,
    concurrency,
    counts,
    facts,
    families,
    limits,
    orders,
    permission,
    runs,
    whole,
)
from console.model import Event, Origin, Piece, RunState
from console.settings import Measured
from tests.ledger import playing
from tests.ledger.strategies import crowds, histories
from tests.ledger.test_ledger import compare

EXAMPLES = 1_500


def _no_retraction(patch: pytest.MonkeyPatch) -> None:
    def move(self: counts.Cells, route: str, before: counts.Entry, after: counts.Entry) -> None:
        if before != after:
            self._add(route, after, 1)

    patch.setattr(counts.Cells, "move", move)


def _no_deduplication(patch: pytest.MonkeyPatch) -> None:
    original = facts.Facts.add
    numbers = iter(range(10**9))

    def add(self: facts.Facts, event: Event, origin: Origin) -> bool:
        import msgspec

        return original(self, msgspec.structs.replace(event, id=f"{next(numbers)}"), origin)

    patch.setattr(facts.Facts, "add", add)


def _open_run_counts_good(patch: pytest.MonkeyPatch) -> None:
    original = runs._state

    def state(found: case.Case, debits: list[Any]) -> tuple[RunState | None, int | None]:
        result = original(found, debits)
        if result[0] is RunState.OPEN:
            return RunState.GOOD, found.marks[0].event.ts_us // 60_000_000
        return result

    patch.setattr(runs, "_state", state)


def _open_run_counts_bad(patch: pytest.MonkeyPatch) -> None:
    original = runs._state

    def state(found: case.Case, debits: list[Any]) -> tuple[RunState | None, int | None]:
        result = original(found, debits)
        if result[0] is RunState.OPEN:
            return RunState.BAD, found.marks[0].event.ts_us // 60_000_000
        return result

    patch.setattr(runs, "_state", state)


def _deadline_fires_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(case.Case, "passed", lambda _self, _deadline_us: True)


def _deadline_never_fires(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(case.Case, "passed", lambda _self, _deadline_us: False)


def _pass_beats_failure_at_one_instant(patch: pytest.MonkeyPatch) -> None:
    def verdicts(found: case.Case) -> dict[str, list[facts.Mark]]:
        by_check: dict[str, list[facts.Mark]] = {}
        for mark in (*found.of("check.passed"), *found.of("check.failed")):
            by_check.setdefault(mark.event.check, []).append(mark)
        for marks in by_check.values():
            marks.sort(key=lambda mark: (mark.event.ts_us, mark.event.event == "check.passed"))
        return by_check

    patch.setattr(classes, "_verdicts", verdicts)


def _a_later_pass_clears_a_failure_at_delivery(patch: pytest.MonkeyPatch) -> None:
    original = classes._checks

    def checks(found: case.Case, delivery: facts.Mark) -> list[case.Debit]:
        last = {check: marks[-1] for check, marks in classes._verdicts(found).items()}
        if all(mark.event.event == "check.passed" for mark in last.values()):
            return []
        return original(found, delivery)

    patch.setattr(classes, "_checks", checks)


def _children_are_runs_of_their_own(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(families.Families, "parent", lambda _self, _key: None)


def _cancelling_forgives_everything(patch: pytest.MonkeyPatch) -> None:
    original = runs._surviving

    def surviving(found: case.Case, debits: list[case.Debit]) -> list[case.Debit]:
        return [] if runs._cancelled_us(found) is not None else original(found, debits)

    patch.setattr(runs, "_surviving", surviving)


def _any_stamp_excuses_a_denial(patch: pytest.MonkeyPatch) -> None:
    def excuses(_self: orders.Orders, event: Event, _within_us: int) -> bool:
        return bool(event.directive or orders.stamps(event.reason + event.rule))

    patch.setattr(orders.Orders, "excuses", excuses)


def _orders_bind_before_their_receipt(patch: pytest.MonkeyPatch) -> None:
    def binding(self: orders.Orders, event: Event, _within_us: int) -> list[Any]:
        return [order for order in self.directives.values() if order.stands(event.ts_us)]

    patch.setattr(orders.Orders, "binding", binding)


def _receipts_do_not_count(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(orders.Orders, "seen_us", lambda _self, _order, _agent: None)


def _a_grant_is_not_needed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(permission, "_approved", lambda _case, _event: True)


def _any_number_of_runs_may_go_on(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(concurrency.Concurrency, "beside", lambda _self, _run, _at_us: ("", 0))


def _processes_that_share_a_name_are_taken_for_one(patch: pytest.MonkeyPatch) -> None:
    original = orders.Orders.beside

    def beside(self: orders.Orders, run: str, at_us: int) -> tuple[int, int]:
        return original(self, run, at_us)[0], 1

    patch.setattr(orders.Orders, "beside", beside)


def _a_further_process_changes_nothing_that_was_charged(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(playing.MemoryShelf, "crowded", lambda _self, _route: ())


def _what_began_beside_a_run_is_not_judged_again(patch: pytest.MonkeyPatch) -> None:
    original = limits.Limits.meet

    def meet(self: limits.Limits, changed: Iterable[facts.Key]) -> list[facts.Key]:
        original(self, changed)
        return []

    patch.setattr(limits.Limits, "meet", meet)


def _children_count_as_runs_in_progress(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(limits.Limits, "_is_root", lambda _self, _route, _run: True)


def _how_runs_were_counted_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    empty = concurrency.Concurrency
    patch.setattr(limits.Limits, "_as_judged", lambda _self, _route, since_us: empty(since_us))


def _a_run_is_judged_by_one_batch_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(playing.MemoryShelf, "known", lambda _self, _keys: set())


def _what_ends_at_all_ends_well(patch: pytest.MonkeyPatch) -> None:
    def ended_well(pieces: list[Piece], _measured: Measured) -> whole.End | None:
        ends = [piece[0] for piece in pieces if piece[1].event in facts.TERMINAL]
        return whole.End(ends[0], handoff=False) if ends else None

    patch.setattr(book, "ended_well", ended_well)


MUTANTS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    name.removeprefix("_"): mutant
    for name, mutant in list(globals().items())
    if name.startswith("_") and getattr(mutant, "__module__", "") == __name__
}


HISTORIES = dict.fromkeys(
    (
        "any_number_of_runs_may_go_on",
        "processes_that_share_a_name_are_taken_for_one",
        "a_further_process_changes_nothing_that_was_charged",
        "what_began_beside_a_run_is_not_judged_again",
        "children_count_as_runs_in_progress",
        "how_runs_were_counted_is_forgotten",
    ),
    crowds(),
)
"""What a mistake shows in, where it is seldom met in any other history."""


def test_the_list_of_mutants_is_not_empty() -> None:
    assert len(MUTANTS) == 22


@pytest.mark.parametrize("name", MUTANTS)
def test_a_seeded_mistake_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(history=HISTORIES.get(name, histories()), data=st.data())
    def comparison(history: Any, data: st.DataObject) -> None:
        compare(history, data)

    MUTANTS[name](monkeypatch)
    with pytest.raises((AssertionError, ExceptionGroup)):
        comparison()
