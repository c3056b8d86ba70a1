"""What happened to a route is found by name, from nothing but its runs and changes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from console.burn.windows import Span
from console.model import MINUTE_US, Counts
from console.review import incident
from console.review.incident import Incident
from console.review.incidents import find
from console.review.past import Past
from console.review.verdict import (
    FRAGILE,
    NOISE,
    OVER_CLAIMED,
    OVER_PERMISSIONED,
    STRUCTURAL,
    TOO_FEW,
    UNDER_SPECIFIED,
    WITHIN,
    judge,
)
from console.settings import load
from console.store.past import BadRun, Deployed

DAY = 1440
SPAN = Span(20_000 * DAY, 20_030 * DAY)
MET = (30, 30)
LATE = ("latency", "no outcome # min after the start", "run.started")
FAILED = ("trust", "the run failed with no outcome: lookup timed out", "run.started > run.failed")
CHECK = ("trust", "delivered while check qa stood failed", "run.started > run.delivered")


def bad(at: int, what: tuple[str, str, str] = CHECK, excluded: str = "") -> BadRun:
    """Return a run that missed so many minutes after the beginning of the span."""
    error_class, reason, path = what
    one = (frozenset({error_class}), frozenset({reason}), frozenset({path}))
    return BadRun(SPAN.first + at, f"r{at}", *one, "a-1", excluded)


def past(name: str, *found: BadRun, every: int = 30, **fields: Any) -> Past:
    """Return a medium route (98 %) with a good run every so many minutes, and bad ones."""
    route = msgspec.structs.replace(load(None).tiers["medium"], name=name)
    cells: dict[int, Counts] = {minute: Counts(1) for minute in range(*SPAN, every)}
    for run in found:
        cells[run.minute] = cells.get(run.minute, Counts()).plus(Counts(1, 1))
    return Past(route=route, span=SPAN, cells=tuple(sorted(cells.items())), bad=found, **fields)


def deployed(at: int) -> Deployed:
    return Deployed((SPAN.first + at) * MINUTE_US, "prompt", "v2")


def of(route: Past, *others: Past) -> list[Incident]:
    return find([route, *others])[route.route.name]


def kinds(route: Past, *others: Past) -> list[str]:
    return [item.kind for item in of(route, *others)]


BURST = (5_000, 5_005, 5_010, 5_020)


def test_late_and_failed_runs_without_a_change_are_an_outage() -> None:
    assert kinds(past("a", *(bad(at, FAILED) for at in BURST))) == [incident.OUTAGE]


def test_failed_checks_after_a_change_are_a_bad_change() -> None:
    route = past("a", *map(bad, BURST), deployed=(deployed(4_990),))
    (found,) = of(route)
    assert (found.kind, found.change) == (incident.BAD_CHANGE, "prompt v2")


def test_a_recovery_that_fails_after_it_makes_it_a_failed_rollback() -> None:
    failed = bad(5_060, ("recovery", "recovery failed: rollback", "recovery.failed"))
    route = past("a", *map(bad, BURST), failed, deployed=(deployed(4_990),))
    assert incident.ROLLBACK in kinds(route)


def test_an_outage_after_a_change_passes_by_itself_and_a_bad_change_does_not() -> None:
    failed = [bad(at, FAILED) for at in BURST]
    assert kinds(past("a", *failed, deployed=(deployed(4_990),))) == [incident.OUTAGE]
    undone = (deployed(4_990), deployed(5_025))
    assert kinds(past("a", *failed, deployed=undone)) == [incident.BAD_CHANGE]


def test_what_still_misses_at_the_end_is_a_fast_burn() -> None:
    end = 30 * DAY
    assert kinds(past("a", *(bad(end - back) for back in (50, 30, 20, 5)))) == [incident.FAST]


def test_two_misses_are_no_burst() -> None:
    assert kinds(past("a", *map(bad, BURST[:2]))) == []


def test_an_outage_is_shared_with_a_route_of_which_one_run_was_starved() -> None:
    one = past("a", *(bad(at, FAILED) for at in BURST))
    other = past("b", bad(5_011, FAILED), bad(20_000))
    (found,) = of(other, one)
    assert (found.kind, found.shared, found.runs) == (incident.OUTAGE, ("a",), ("r5011",))


def test_two_routes_that_fail_their_checks_at_once_share_nothing() -> None:
    one = past("a", *map(bad, BURST), deployed=(deployed(4_990),))
    assert kinds(past("b", bad(5_011)), one) == []


def test_misses_beyond_the_budget_over_days_are_a_slow_burn() -> None:
    route = past("a", *(bad(20_000 + 600 * place) for place in range(12)))
    assert kinds(route) == [incident.SLOW]


def test_misses_that_the_budget_allows_are_no_incident() -> None:
    assert kinds(past("a", *(bad(4_000 * place) for place in range(10)))) == []


RESCUED = tuple(((SPAN.first + 9_000 + n) * MINUTE_US, f"r{9_000 + n}", 0) for n in range(3))
TAKEN = ("permission", "action x was outside the agent's scope", "run.started > action.taken")
DENIED = ("permission", "action x was denied", "run.started > action.denied")


@pytest.mark.parametrize(
    ("misses", "expected"),
    [
        ((bad(9_000, TAKEN),), [incident.BREACH]),
        ((bad(9_000, DENIED),), []),
        (tuple(bad(9_000 * n, DENIED) for n in (1, 2)), []),
        (tuple(bad(9_000 * n, DENIED) for n in (1, 2, 3)), [incident.DENIALS]),
    ],
    ids=[
        "one action taken is a breach",
        "one that was stopped is not",
        "nor are two under a tenth of the budget",
        "three are over it",
    ],
)
def test_permission(misses: tuple[BadRun, ...], expected: list[str]) -> None:
    assert kinds(past("a", *misses)) == expected


def test_two_denials_weigh_where_none_is_tolerated() -> None:
    route = past("a", bad(9_000, DENIED), bad(19_000, DENIED))
    strict = msgspec.structs.replace(route.route, zero_tolerance=("permission",))
    assert kinds(msgspec.structs.replace(route, route=strict)) == [incident.DENIALS]


def test_a_rollback_that_failed_needs_no_burst_but_a_change() -> None:
    failed = bad(5_060, ("recovery", "recovery failed: rollback", "recovery.failed"))
    route = past("a", bad(5_000), failed, bad(5_300), deployed=(deployed(4_990),))
    (found,) = of(route)
    assert (found.kind, found.runs) == (incident.ROLLBACK, ("r5000", "r5060"))
    assert verdict(route) == STRUCTURAL
    assert kinds(past("a", bad(5_000), failed)) == []


def test_three_rescues_in_seven_days_are_a_cluster_and_three_in_nine_are_not() -> None:
    def with_rescues(apart: int) -> Past:
        at = [(SPAN.first + place * apart) * MINUTE_US for place in range(3)]
        return past("a", rescues=tuple((at_us, f"r{at_us}", 0) for at_us in at))

    assert kinds(with_rescues(3 * DAY)) == [incident.RESCUES]
    assert kinds(with_rescues(4 * DAY)) == []


def test_few_runs_are_said_to_be_few() -> None:
    assert kinds(past("a", every=DAY)) == [incident.QUIET]


def verdict(route: Past, *others: Past, met: tuple[int, int] = MET) -> str:
    return judge(route, of(route, *others), met).verdict


def test_an_outage_is_noise_and_a_slow_burn_is_structural() -> None:
    assert verdict(past("a", *(bad(at, FAILED) for at in BURST), bad(20_000))) == NOISE
    slow = past("a", *(bad(20_000 + 600 * place) for place in range(12)))
    assert verdict(slow) == STRUCTURAL


def test_outages_that_come_back_are_structural() -> None:
    again = [bad(at + day * DAY, FAILED) for day in (0, 9) for at in BURST]
    assert verdict(past("a", *again)) == STRUCTURAL


def test_corrected_misses_are_noise() -> None:
    assert verdict(past("a", *(bad(at, excluded="C1") for at in BURST))) == NOISE


def test_a_breach_makes_a_route_over_permissioned() -> None:
    route = past("a", bad(9_000, TAKEN))
    found = judge(route, of(route), MET)
    assert found.verdict == STRUCTURAL
    assert OVER_PERMISSIONED in {word.word for word in found.words}


RECOVERY = ("recovery", "no recovery # min after the first miss", "run.failed")
SPREAD = [300 * place for place in range(100)]


@pytest.mark.parametrize(
    ("what", "word", "because"),
    [
        (LATE, FRAGILE, "100 of 100 misses: 100 latency, 0 recovery"),
        (RECOVERY, FRAGILE, "100 of 100 misses: 0 latency, 100 recovery"),
        (CHECK, UNDER_SPECIFIED, "100 of 100 misses: 0 escalation, 100 trust"),
    ],
    ids=["late", "unrecovered", "untrusted"],
)
def test_a_weakness_is_named_by_the_classes_that_miss_with_its_numbers(
    what: tuple[str, str, str], word: str, because: str
) -> None:
    route = past("a", *(bad(at, what) for at in SPREAD), every=10)
    found = judge(route, of(route), MET)
    assert found.verdict == STRUCTURAL
    assert [(one.word, one.because) for one in found.words] == [(word, because)]


def test_too_few_misses_to_name_a_weakness_are_not_enough_data() -> None:
    failed = bad(5_060, ("recovery", "recovery failed: rollback", "recovery.failed"))
    route = past("a", bad(9_000, TAKEN), failed)
    (word, *rest) = judge(route, of(route), MET).words
    assert (word.word, rest) == (OVER_PERMISSIONED, [])
    route = past("a", *(bad(9_000 + n) for n in range(2)), rescues=RESCUED)
    (word,) = judge(route, of(route), MET).words
    assert (word.word, word.because) == (TOO_FEW, "2 misses outside of noise, 3 are needed")


def test_what_the_objective_allows_is_within_budget_and_one_miss_is_not_enough() -> None:
    assert verdict(past("a", *(bad(8_000 * place) for place in range(5)))) == WITHIN
    assert verdict(past("a", bad(8_000))) == TOO_FEW
    assert verdict(past("a")) == TOO_FEW


def test_an_objective_met_in_no_window_is_over_claimed() -> None:
    route = past("a", *(bad(8_000 * place) for place in range(5)))
    assert OVER_CLAIMED in {word.word for word in judge(route, of(route), (0, 30)).words}
    assert OVER_CLAIMED not in {word.word for word in judge(route, of(route), (1, 30)).words}
