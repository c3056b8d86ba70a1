"""Windows over event time: which minutes they cover, and how they are cut and written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.burn.windows import (
    Span,
    budget_span,
    label,
    length_us,
    minute_of,
    parse,
    segments,
    trailing,
)
from console.intake.times import instant_us
from console.model import DAY_US, HOUR_US, MINUTE_US, Window

BERLIN = "Europe/Berlin"
MINUTES = st.integers(0, 4 * 365 * 1_440)
WIDTHS = st.one_of(st.integers(0, 200), st.integers(0, 100 * 1_440))


def unit(name: str, zone: str = BERLIN) -> Window:
    return Window(days=None, unit=name, timezone=zone)


def began(window: Window, now: str) -> int:
    return budget_span(window, instant_us(now)).first * MINUTE_US


@given(first=MINUTES, width=WIDTHS)
def test_the_segments_of_a_span_are_disjoint_and_sum_to_it(first: int, width: int) -> None:
    span = Span(first, first + width)
    parts = sorted(part for level in segments(span) for part in level)
    covered = [*parts, Span(span.end, span.end)]
    assert [part.first for part in covered] == [span.first, *(part.end for part in parts)]


@given(first=MINUTES, width=WIDTHS)
def test_days_and_hours_are_whole_and_as_coarse_as_can_be(first: int, width: int) -> None:
    cut = segments(Span(first, first + width))
    assert all(part.first % 1_440 == part.end % 1_440 == 0 for part in cut.days)
    assert all(part.first % 60 == part.end % 60 == 0 for part in cut.hours)
    assert all(part.end - part.first < 120 for part in cut.minutes)
    assert sum(part.end - part.first for part in cut.hours) < 2 * 1_440
    assert len(cut.days) <= 1
    assert len(cut.hours) <= 2
    assert len(cut.minutes) <= 2


def test_a_window_covers_the_growing_minute_and_those_before_it() -> None:
    now_us = instant_us("2026-03-02T12:00:59.999999Z")
    assert trailing(now_us, 5 * MINUTE_US) == Span(minute_of(now_us) - 4, minute_of(now_us) + 1)


@given(now_us=st.integers(10**15, 2 * 10**15), lengths=st.tuples(WIDTHS, WIDTHS))
def test_a_wider_window_holds_the_narrower_one(now_us: int, lengths: tuple[int, int]) -> None:
    narrow, wide = (trailing(now_us, minutes * MINUTE_US) for minutes in sorted(lengths))
    assert wide.first <= narrow.first
    assert wide.end == narrow.end


def test_a_rolling_budget_window_is_so_many_days_back_from_now() -> None:
    span = budget_span(Window(days=30), instant_us("2026-03-02T12:00:00Z"))
    assert span.end - span.first == 30 * 1_440


@pytest.mark.parametrize(
    ("now", "since", "hours"),
    [
        pytest.param("2026-03-29T21:59:30Z", "2026-03-28T23:00:00Z", 23, id="clocks-forward"),
        pytest.param("2026-10-25T22:59:30Z", "2026-10-24T22:00:00Z", 25, id="clocks-back"),
        pytest.param("2026-07-01T21:59:30Z", "2026-06-30T22:00:00Z", 24, id="summer"),
    ],
)
def test_a_calendar_day_is_as_long_as_it_is_in_its_zone(now: str, since: str, hours: int) -> None:
    span = budget_span(unit("day"), instant_us(now))
    assert span.first * MINUTE_US == instant_us(since)
    assert span.end - span.first == hours * 60


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        ("2026-03-23T00:00:00+01:00", "2026-03-23T00:00:00+01:00"),
        ("2026-03-29T23:59:59+02:00", "2026-03-23T00:00:00+01:00"),
        ("2026-03-30T00:00:00+02:00", "2026-03-30T00:00:00+02:00"),
    ],
)
def test_a_calendar_week_begins_on_monday(now: str, monday: str) -> None:
    assert began(unit("week"), now) == instant_us(monday)


@pytest.mark.parametrize(
    ("now", "first"),
    [
        ("2026-03-31T23:59:59+02:00", "2026-03-01T00:00:00+01:00"),
        ("2026-04-01T00:00:00+02:00", "2026-04-01T00:00:00+02:00"),
        ("2026-01-01T00:30:00+01:00", "2026-01-01T00:00:00+01:00"),
    ],
)
def test_a_calendar_month_begins_on_the_first_in_its_zone(now: str, first: str) -> None:
    assert began(unit("month"), now) == instant_us(first)


@pytest.mark.parametrize(
    "now", ["2026-11-01T00:30:00-04:00", "2026-11-01T00:30:00-05:00", "2026-11-01T09:00:00-05:00"]
)
def test_a_day_with_two_midnights_begins_at_the_first(now: str) -> None:
    havana = unit("day", "America/Havana")
    assert began(havana, now) == instant_us("2026-11-01T00:00:00-04:00")


def test_a_day_without_a_midnight_begins_where_the_clocks_went_forward() -> None:
    santiago = unit("day", "America/Santiago")
    assert began(santiago, "2026-09-06T12:00:00-03:00") == instant_us("2026-09-06T01:00:00-03:00")


@pytest.mark.parametrize(
    ("window", "days"),
    [
        (Window(days=28), 28),
        (unit("day"), 1),
        (unit("week"), 7),
        (unit("month"), 31),
    ],
)
def test_the_nominal_length_of_a_window(window: Window, days: int) -> None:
    assert length_us(window, instant_us("2026-03-29T12:00:00Z")) == days * DAY_US


@pytest.mark.parametrize(
    ("now", "days"), [("2027-02-28T12:00:00Z", 28), ("2028-02-01T12:00:00Z", 29)]
)
def test_the_length_of_a_month_is_its_own(now: str, days: int) -> None:
    assert length_us(unit("month"), instant_us(now)) == days * DAY_US


@pytest.mark.parametrize(
    ("length", "text"),
    [(5 * MINUTE_US, "5m"), (HOUR_US, "1h"), (3 * DAY_US, "3d"), (90 * MINUTE_US, "90m")],
)
def test_a_window_is_written_as_an_operator_writes_it_and_read_back(length: int, text: str) -> None:
    assert label(length) == text
    assert parse(text) == length


@pytest.mark.parametrize("text", ["", "h", "0h", "-1h", "1.5h", "1w", "1 h", "²h", "1H"])
def test_what_is_no_window_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 6h"):
        parse(text)
