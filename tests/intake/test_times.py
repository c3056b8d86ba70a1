"""Timestamps of every kind that logs write, exact to the microsecond, or refused in words."""

from __future__ import annotations

import contextlib
import math
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.intake.times import instant_us, rfc3339
from console.model import SECOND_US

THREE = 1_795_489_200 * SECOND_US
"""2026-11-24T03:00:00Z"""
EARLIEST_US, LATEST_US = 946_684_800 * SECOND_US, 7_258_118_400 * SECOND_US - 1
INSTANTS = st.integers(EARLIEST_US, LATEST_US)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at_us"),
    [
        ("2026-11-24T03:00:00Z", THREE),
        ("2026-11-24T03:00:00z", THREE),
        ("2026-11-24t03:00:00z", THREE),
        ("2026-11-24 03:00:00Z", THREE),
        ("2026-11-24T03:00:00+00:00", THREE),
        ("2026-11-24T04:00:00+01:00", THREE),
        ("2026-11-23T21:30:00-05:30", THREE),
        ("2026-11-24T03:00:00.1Z", THREE + 100_000),
        ("2026-11-24T03:00:00.12Z", THREE + 120_000),
        ("2026-11-24T03:00:00.123Z", THREE + 123_000),
        ("2026-11-24T03:00:00.1234Z", THREE + 123_400),
        ("2026-11-24T03:00:00.12345Z", THREE + 123_450),
        ("2026-11-24T03:00:00.123456Z", THREE + 123_456),
        ("2026-11-24T03:00:00.1234567Z", THREE + 123_456),
        ("2026-11-24T03:00:00.12345678Z", THREE + 123_456),
        ("2026-11-24T03:00:00.123456789Z", THREE + 123_456),
        ("2026-11-24T04:00:00.123456789+01:00", THREE + 123_456),
    ],
)
def test_rfc_3339_is_read_with_any_offset_and_any_fraction(text: str, at_us: int) -> None:
    assert instant_us(text) == at_us


@pytest.mark.parametrize(
    "text", ["2016-12-31T23:59:60Z", "2016-12-31T23:59:60.5Z", "2017-01-01T00:59:60.999999+01:00"]
)
def test_a_leap_second_is_the_last_instant_of_its_minute(text: str) -> None:
    assert rfc3339(instant_us(text)) == "2016-12-31T23:59:59.999999Z"


@pytest.mark.parametrize("text", ["2026-11-24T03:00:00", "2026-11-24", "2026-11-24T03:00:60"])
def test_a_time_without_a_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="has no zone"):
        instant_us(text)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "12:60", "2026-13-01T00:00:00Z", "2026-11-24T03:61:00Z", "2026-11-24T:60Z"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not RFC 3339"):
        instant_us(text)


@pytest.mark.parametrize(
    ("number", "at_us"),
    [
        (1_795_489_200, THREE),
        (1_795_489_200_123, THREE + 123_000),
        (1_795_489_200_123_456, THREE + 123_456),
        (1_795_489_200_123_456_789, THREE + 123_456),
        (1_795_489_200.5, THREE + 500_000),
        (1_795_489_200.123456, THREE + 123_456),
        (1_795_489_200.000001, THREE + 1),
        (1_795_489_200_123.456, THREE + 123_456),
    ],
)
def test_an_epoch_number_is_told_apart_by_its_magnitude(number: float, at_us: int) -> None:
    assert instant_us(number) == at_us


@pytest.mark.parametrize("number", [-1, -0.5, math.nan, math.inf, -math.inf, -(10**400)])
def test_what_is_no_epoch_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not an epoch number"):
        instant_us(number)


@pytest.mark.parametrize(
    "value",
    [
        0,
        1,
        2**70,
        10**400,
        1e300,
        946_684_799,
        7_258_118_400,
        "1999-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
    ],
)
def test_years_out_of_range_are_refused(value: str | float) -> None:
    with pytest.raises(ValueError, match="outside the years 2000 to 2199"):
        instant_us(value)


@given(INSTANTS)
def test_written_and_read_again_an_instant_is_the_same(at_us: int) -> None:
    assert instant_us(rfc3339(at_us)) == at_us


@given(INSTANTS, st.integers(-1439, 1439))
def test_the_zone_does_not_change_the_instant(at_us: int, minutes: int) -> None:
    moment = EPOCH + timedelta(microseconds=at_us)
    assert instant_us(moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat()) == at_us


@given(INSTANTS, st.integers(0, 999))
def test_whole_epoch_numbers_are_exact_in_every_unit(at_us: int, ns: int) -> None:
    assert instant_us(at_us) == at_us
    assert instant_us(at_us * 1_000 + ns) == at_us
    assert instant_us(at_us // 1_000) == at_us // 1_000 * 1_000
    assert instant_us(at_us // SECOND_US) == at_us // SECOND_US * SECOND_US


@given(INSTANTS)
def test_a_fraction_of_seconds_is_what_its_digits_say(at_us: int) -> None:
    seconds = at_us / SECOND_US
    # A float near 2**32 shows a microsecond exactly; its digits are what the log line said.
    assert instant_us(seconds) == int(Fraction(str(seconds)) * SECOND_US) == at_us


@given(st.text() | st.integers() | st.floats() | st.from_regex(r"[0-9:TZ.+-]{1,40}"))
def test_nothing_but_a_value_error_is_ever_raised(value: str | float) -> None:
    with contextlib.suppress(ValueError):
        assert EARLIEST_US <= instant_us(value) <= LATEST_US
