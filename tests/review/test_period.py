"""Weeks and months are ISO and UTC, and end at the present minute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.intake.times import instant_us, rfc3339
from console.model import DAY_US, MINUTE_US
from console.review import period

NOW_US = instant_us("2026-11-19T15:30:00Z")


def ends(found: period.Period) -> tuple[str, str]:
    return rfc3339(found.from_us)[:16], rfc3339(found.to_us)[:16]


def test_a_week_runs_from_monday_to_monday() -> None:
    assert ends(period.week("2026-W46", NOW_US)) == ("2026-11-09T00:00", "2026-11-16T00:00")


def test_the_present_week_ends_now() -> None:
    assert ends(period.week("2026-W47", NOW_US)) == ("2026-11-16T00:00", "2026-11-19T15:31")


def test_a_month_is_that_of_the_calendar() -> None:
    assert ends(period.month("2026-02", NOW_US)) == ("2026-02-01T00:00", "2026-03-01T00:00")


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (period.week, "2026-W54"),
        (period.week, "47"),
        (period.week, "2026-W48"),
        (period.month, "2026-13"),
        (period.month, "2026-12"),
        (period.month, "November"),
    ],
)
def test_what_is_no_period_or_lies_ahead_is_refused(read: object, text: str) -> None:
    assert callable(read)
    with pytest.raises(ValueError, match=r"\w"):
        read(text, NOW_US)


@given(st.integers(0, NOW_US), st.integers(1, 400 * DAY_US))
def test_a_range_covers_both_of_its_ends(from_us: int, length_us: int) -> None:
    found = period.between(from_us, from_us + length_us)
    assert found.from_us <= from_us < from_us + length_us <= found.to_us
    assert found.to_us - found.from_us < length_us + 2 * MINUTE_US


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(ValueError, match="before"):
        period.between(NOW_US, NOW_US)


@pytest.mark.parametrize(
    ("kind", "back", "found"),
    [
        ("days", 0, ("2026-11-12T15:30", "2026-11-19T15:30")),
        ("days", 2, ("2026-10-29T15:30", "2026-11-05T15:30")),
        ("week", 0, ("2026-11-16T00:00", "2026-11-19T15:31")),
        ("week", 1, ("2026-11-09T00:00", "2026-11-16T00:00")),
        ("week", 47, ("2025-12-22T00:00", "2025-12-29T00:00")),
        ("month", 0, ("2026-11-01T00:00", "2026-11-19T15:31")),
        ("month", 11, ("2025-12-01T00:00", "2026-01-01T00:00")),
    ],
)
def test_periods_of_a_kind_are_counted_back_from_the_present_one(
    kind: str, back: int, found: tuple[str, str]
) -> None:
    assert ends(period.before(kind, back, NOW_US)) == found
