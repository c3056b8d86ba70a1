"""Lost lines: numbers between two that were read, and were not read themselves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.ledger.sequence import Sequence

NUMBERS = st.lists(st.integers(0, 40), max_size=60)


@given(NUMBERS)
def test_missing_is_what_lies_between_and_was_not_seen_in_whatever_order(
    numbers: list[int],
) -> None:
    seen = Sequence()
    for number in numbers:
        seen.add(number)
    wanted = max(numbers) - min(numbers) + 1 - len(set(numbers)) if numbers else 0
    assert seen.missing == wanted


@given(NUMBERS)
def test_ranges_are_disjoint_ordered_and_survive_being_stored(numbers: list[int]) -> None:
    seen = Sequence()
    for number in numbers:
        seen.add(number)
    again = Sequence(seen.ranges)
    assert again.ranges == seen.ranges
    flat = [end for pair in seen.ranges for end in pair]
    assert flat == sorted(flat)
    assert all(b - a > 1 for (_, a), (b, _) in zip(seen.ranges, seen.ranges[1:], strict=False))


@given(NUMBERS)
def test_a_number_counts_once(numbers: list[int]) -> None:
    seen = Sequence()
    fresh = [number for number in numbers if seen.add(number)]
    assert sorted(fresh) == sorted(set(numbers))
