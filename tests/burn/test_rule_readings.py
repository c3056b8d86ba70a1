"""What one burn rule makes of the counts of its two windows."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.burn import rules
from console.burn.rules import Reading
from console.model import BurnRule, Counts, Severity
from console.settings import RouteSettings
from tests.burn.floor import FAST, route

OVER, UNDER, NONE = Counts(total=100, bad=80), Counts(total=100, bad=10), Counts()
TICKET = FAST._replace(severity=Severity.TICKET)


def read(
    long: Counts,
    short: Counts,
    rule: BurnRule = FAST,
    of: RouteSettings | None = None,
    total: int = 10_000,
) -> Reading:
    return rules.read(rule, long, short, total, route() if of is None else of)


@pytest.mark.parametrize(
    ("long", "short", "state", "fires"),
    [
        (OVER, OVER, "critical", True),
        (OVER, UNDER, "recovering", False),
        (UNDER, OVER, "increasing", False),
        (UNDER, UNDER, "acceptable", False),
    ],
)
def test_a_rule_has_four_states_and_fires_in_one(
    long: Counts, short: Counts, state: str, fires: bool
) -> None:
    found = read(long, short)
    assert (found.state, found.fires, found.basis) == (state, fires, "ratio")


@pytest.mark.parametrize(("long", "short"), [(OVER, OVER), (UNDER, OVER), (OVER, UNDER)])
def test_it_is_quiet_when_the_short_window_is_under_the_threshold(
    long: Counts, short: Counts
) -> None:
    assert read(long, short).quiet is (short is UNDER)


def test_no_run_in_the_long_window_is_frozen_and_says_nothing() -> None:
    found = read(NONE, NONE)
    assert (found.state, found.fires, found.quiet) == ("frozen", None, False)
    assert (found.long_rate, found.short_rate) == (None, None)


def test_no_run_in_the_short_window_of_a_burning_route_is_frozen() -> None:
    found = read(OVER, NONE)
    assert (found.state, found.fires, found.quiet) == ("frozen", None, False)


def test_no_run_in_the_short_window_of_a_route_that_does_not_burn_is_no_proof_of_quiet() -> None:
    found = read(UNDER, NONE)
    assert (found.state, found.fires, found.quiet) == ("acceptable", False, False)


@pytest.mark.parametrize(("runs", "basis"), [(9, "absolute"), (10, "ratio")])
def test_under_min_runs_in_the_long_window_the_ratio_is_not_used(runs: int, basis: str) -> None:
    assert read(Counts(total=runs), Counts(total=runs)).basis == basis


def test_min_runs_is_the_owners_to_set() -> None:
    few = Counts(total=10)
    assert read(few, few, of=route(min_runs=11)).basis == "absolute"


@pytest.mark.parametrize(("total", "fires"), [(2_000, True), (2_001, False)])
def test_few_runs_fire_at_exactly_their_share_of_the_budget(total: int, fires: bool) -> None:
    # Two misses against 2 % of the budget of 5 %.
    assert read(Counts(total=3, bad=2), NONE, total=total).fires is fires


def test_few_runs_fire_without_any_run_in_the_short_window() -> None:
    found = read(Counts(total=4, bad=4), NONE, total=100)
    assert (found.fires, found.state) == (True, "critical")


def test_few_runs_fire_at_min_misses_and_not_below() -> None:
    three = route(min_misses=3)
    assert [read(Counts(total=5, bad=bad), NONE, of=three, total=10).fires for bad in (2, 3)] == [
        False,
        True,
    ]


@given(
    total=st.integers(1, 200),
    budget_ppm=st.sampled_from([1_000, 5_000, 10_000, 50_000]),
    min_runs=st.integers(1, 50),
    min_misses=st.integers(1, 3),
)
def test_a_single_miss_never_pages(
    total: int, budget_ppm: int, min_runs: int, min_misses: int
) -> None:
    one = Counts(total=total, bad=1)
    owner = route(budget_ppm=budget_ppm, min_runs=min_runs, min_misses=min_misses)
    for rule in rules.built_in(owner.window, budget_ppm):
        if rule.severity is Severity.PAGE:
            assert not read(one, Counts(total=1, bad=1), rule, owner, total).fires


def test_a_single_miss_over_the_threshold_may_open_a_ticket() -> None:
    one = Counts(total=10, bad=1)
    strict = route(budget_ppm=1_000)
    assert (read(one, one, of=strict).fires, read(one, one, TICKET, strict).fires) == (False, True)


def test_a_route_that_went_silent_in_the_middle_of_an_outage_is_not_quiet() -> None:
    # Twelve of twelve fired by ratio; three have left the long window, and nothing came since.
    assert read(Counts(total=9, bad=9), NONE).quiet is False


@pytest.mark.parametrize(
    ("long", "short"),
    [(Counts(total=9, bad=2), Counts(total=1)), (Counts(total=9), NONE)],
    ids=["good-runs-since", "the-misses-have-left-the-long-window"],
)
def test_few_runs_are_quiet_on_data(long: Counts, short: Counts) -> None:
    assert read(long, short).quiet is True


def test_rates_are_exact() -> None:
    found = read(Counts(total=300, bad=100), Counts(total=7, bad=3))
    assert (found.long_rate, found.short_rate) == (Fraction(20, 3), Fraction(60, 7))


@pytest.mark.parametrize(
    ("short", "words"), [(UNDER, "5m burns 2.00x"), (NONE, "no closed run in 5m")]
)
def test_it_says_in_words_what_both_windows_burn(short: Counts, words: str) -> None:
    said = f"80 of 100 runs missed in 1h: 1h burns 16.00x, {words}, fires when both reach 14.40x"
    assert rules.words(read(OVER, short)) == said


def test_it_says_in_words_that_there_is_nothing_to_judge() -> None:
    said = "no closed run in the last 1h: nothing to judge, the last state stands"
    assert rules.words(read(NONE, NONE)) == said


def test_it_says_in_words_that_few_runs_do_not_fire() -> None:
    said = "few runs: 3 of 3 runs missed in 1h; too few, or less than 2 % of the budget"
    assert rules.words(read(Counts(total=3, bad=3), NONE)) == said


def test_it_says_in_words_that_few_runs_spend_their_share() -> None:
    said = rules.words(read(Counts(total=3, bad=2), NONE, total=100))
    assert said == "few runs: 2 of 3 runs missed in 1h; that spends 2 % of the budget"


def test_it_says_in_words_that_a_single_miss_never_pages() -> None:
    one = Counts(total=10, bad=1)
    assert rules.words(read(one, one, of=route(budget_ppm=1_000))).endswith(
        "5m burns 100.00x, a single miss never pages"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("14.4", "14.40"),
        ("2/3", "0.67"),
        ("0.005", "0.01"),
        ("-0.756", "-0.76"),
        ("-1/1000", "0.00"),
    ],
)
def test_rates_are_shown_with_two_decimals_rounded_half_up(value: str, text: str) -> None:
    assert rules.decimal(Fraction(value)) == text
    assert rules.decimal(None) == "-"
