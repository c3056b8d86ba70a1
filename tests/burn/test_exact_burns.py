"""A burn in integers says what its fraction says, however many are worked out at once."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.burn import arithmetic, rules
from console.model import Counts

TOTALS = st.integers(0, 10**9)
BUDGETS = st.integers(1, arithmetic.PPM)
THRESHOLDS = st.fractions(min_value=0, max_value=1_000, max_denominator=1_000)


@st.composite
def windows(draw: st.DrawFn) -> Counts:
    total = draw(TOTALS)
    bad = draw(st.one_of(st.just(0), st.integers(0, total)))
    return Counts(total=total, bad=bad, trust=bad)


@given(st.lists(windows(), max_size=9), BUDGETS)
def test_many_burns_are_the_burn_of_each(found: list[Counts], budget_ppm: int) -> None:
    each = [arithmetic.burn(item.bad, item.total, budget_ppm) for item in found]
    assert arithmetic.burns(found, budget_ppm) == each


@given(windows(), BUDGETS)
def test_a_burn_is_the_share_of_bad_runs_over_the_allowed_share(
    counts: Counts, budget_ppm: int
) -> None:
    found = arithmetic.fraction(arithmetic.burn(counts.bad, counts.total, budget_ppm))
    if counts.total == 0:
        assert found is None
    else:
        allowed = Fraction(budget_ppm, arithmetic.PPM)
        assert found == Fraction(counts.bad, counts.total) / allowed
    assert found == arithmetic.burn_rate(counts.bad, counts.total, budget_ppm)


@given(windows(), BUDGETS, THRESHOLDS)
def test_a_burn_in_integers_reaches_what_its_fraction_reaches(
    counts: Counts, budget_ppm: int, k: Fraction
) -> None:
    burn = arithmetic.burn(counts.bad, counts.total, budget_ppm)
    rate = arithmetic.fraction(burn)
    over = arithmetic.over(counts.bad, counts.total, budget_ppm, k)
    assert over is (None if rate is None else rate >= k)


@given(windows(), BUDGETS)
def test_a_burn_that_is_not_reduced_reads_like_its_fraction(
    counts: Counts, budget_ppm: int
) -> None:
    burn = arithmetic.burn(counts.bad, counts.total, budget_ppm)
    assert rules.decimal(burn) == rules.decimal(arithmetic.fraction(burn))


def test_many_burns_refuse_a_budget_of_nothing() -> None:
    with pytest.raises(ValueError, match="zero_tolerance"):
        arithmetic.burns([], 0)
