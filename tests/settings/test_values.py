"""Durations, shares and windows: exact both ways, and a way out of every mistake."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.model import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Window
from console.settings.problems import UnusableError
from console.settings.values import (
    LONGEST_US,
    duration_text,
    parse_duration,
    parse_share,
    rounded_down,
    share_text,
)
from tests.settings.writing import refusal, route


@pytest.mark.parametrize(
    ("text", "length_us"),
    [
        ("90s", 90 * SECOND_US),
        ("10m", 10 * MINUTE_US),
        ("1h", HOUR_US),
        ("30d", 30 * DAY_US),
        ("1h30m", 90 * MINUTE_US),
        ("1d1s", DAY_US + SECOND_US),
    ],
)
def test_a_duration_is_text_with_units(text: str, length_us: int) -> None:
    assert parse_duration(text) == length_us


@given(st.integers(1, LONGEST_US // SECOND_US))
def test_every_duration_comes_back_from_its_text(seconds: int) -> None:
    assert parse_duration(duration_text(seconds * SECOND_US)) == seconds * SECOND_US


@given(st.integers(0, 3_000), st.integers(0, 999), st.integers(0, 999), st.integers(1, 999))
def test_every_duration_text_keeps_its_length(days: int, hours: int, mins: int, secs: int) -> None:
    length_us = parse_duration(f"{days}d{hours}h{mins}m{secs}s")
    assert length_us == days * DAY_US + hours * HOUR_US + mins * MINUTE_US + secs * SECOND_US
    assert parse_duration(duration_text(length_us)) == length_us


@given(st.text(max_size=30))
def test_a_duration_is_read_or_refused(text: str) -> None:
    with suppress(UnusableError):
        assert 0 < parse_duration(text) <= LONGEST_US


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("15 min", "15m"),
        ("1.5h", "1h30m"),
        ("2 weeks", "14d"),
        ("1h 30m", "1h30m"),
        ("500ms", "1s"),
        ("10M", "10m"),
        ("3 months", "90d"),
        ("9" * 30 + "d", "3650d"),
    ],
)
def test_a_duration_in_other_words_names_the_nearest(text: str, nearest: str) -> None:
    with pytest.raises(ValueError, match=f'the nearest that works is "{nearest}"'):
        parse_duration(text)


@pytest.mark.parametrize("text", ["", "soon", "-5m", "10", "m", "٣m"])
def test_what_is_no_duration_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match='write it like "90s"'):
        parse_duration(text)


def test_a_duration_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match='the shortest that works is "1s"'):
        parse_duration("0m")


def test_a_duration_over_ten_years_is_refused() -> None:
    with pytest.raises(ValueError, match='the longest that works is "3650d"'):
        parse_duration("3651d")


def test_a_number_without_unit_is_no_duration(tmp_path: Path) -> None:
    expected = 'route.refunds.sla = 600 has no unit; write it as text: "10m" if seconds were meant.'
    assert refusal(tmp_path, "sla = 600") == expected


@pytest.mark.parametrize(
    ("text", "share_ppm"),
    [("99.5%", 995_000), ("100%", 1_000_000), ("0.0001%", 1), ("20 %", 200_000), ("-5%", -50_000)],
)
def test_a_share_is_exact(text: str, share_ppm: int) -> None:
    assert parse_share(text) == share_ppm


@given(st.integers(-2_000_000, 2_000_000))
def test_every_share_comes_back_from_its_text(share_ppm: int) -> None:
    assert parse_share(share_text(share_ppm)) == share_ppm


@given(st.text(max_size=30))
def test_a_share_is_read_or_refused(text: str) -> None:
    with suppress(UnusableError):
        assert isinstance(parse_share(text), int)


def test_a_share_finer_than_one_in_a_million_is_refused() -> None:
    with pytest.raises(ValueError, match=r'the nearest that works is "99\.9999%"'):
        parse_share("99.99991%")


def test_a_share_without_percent_sign_is_refused() -> None:
    with pytest.raises(ValueError, match='has no percent sign; write "99%"'):
        parse_share("99")
    with pytest.raises(ValueError, match=r'write "0\.5%", or "50%" if a fraction was meant'):
        parse_share("0.5")


@pytest.mark.parametrize(("written", "nearest"), [("99", "99%"), ("0.995", "99.5%")])
def test_a_number_is_no_share(tmp_path: Path, written: str, nearest: str) -> None:
    expected = f'objective = {written} is not text with a percent sign; write "{nearest}".'
    assert refusal(tmp_path, f"objective = {written}") == f"route.refunds.{expected}"


def test_a_ceiling_is_shown_rounded_down() -> None:
    assert rounded_down(Fraction(1_000_000, 60_000)) == "16.66"
    assert rounded_down(Fraction(1_000_000, 50_000)) == "20"
    assert rounded_down(Fraction(-1, 3)) == "-0.33"


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("30d", Window(days=30)),
        ("1d", Window(days=1)),
        ("48h", Window(days=2)),
        ("calendar day", Window(days=None, unit="day")),
        ("calendar week", Window(days=None, unit="week")),
        ("calendar month", Window(days=None, unit="month")),
    ],
)
def test_a_window_is_whole_days_or_a_calendar_unit(
    tmp_path: Path, text: str, window: Window
) -> None:
    assert route(tmp_path, f'window = "{text}"').window == window


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("36h", '"2d"'),
        ("1h", '"1d"'),
        ("month", '"calendar month"'),
        ("calendar moth", '"calendar month"'),
        ("30 days", '"30d"'),
    ],
)
def test_another_window_names_the_nearest(tmp_path: Path, text: str, nearest: str) -> None:
    assert refusal(tmp_path, f'window = "{text}"').endswith(f"is {nearest}.")


def test_what_is_no_window_says_what_is(tmp_path: Path) -> None:
    found = refusal(tmp_path, 'window = "quarter"')
    assert found.endswith('"30d", "calendar day", "calendar week" or "calendar month".')


def test_a_window_has_the_zone_that_is_written(tmp_path: Path) -> None:
    found = route(tmp_path, 'window = "calendar month"\ntimezone = "Europe/Berlin"')
    assert found.window == Window(days=None, unit="month", timezone="Europe/Berlin")


def test_an_unknown_time_zone_names_the_nearest(tmp_path: Path) -> None:
    found = refusal(tmp_path, 'timezone = "Europe/Berln"')
    assert found.endswith('is not a known time zone; the nearest is "Europe/Berlin".')


@pytest.mark.parametrize("zone", ["", "/etc/passwd", "../UTC", "Europe", "\\u0000"])
def test_what_is_no_time_zone_is_refused(tmp_path: Path, zone: str) -> None:
    assert "is not a known time zone" in refusal(tmp_path, f'timezone = "{zone}"')
