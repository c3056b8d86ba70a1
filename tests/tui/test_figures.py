"""How numbers and times are written: nothing rounds in favour of the route."""

from __future__ import annotations

from datetime import UTC
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.burn.rules import percent
from console.model import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from console.tui.figures import numbers, times
from console.tui.figures.spans import Span, Tone, fit, line, plain, shorten, shorten_path, width_of

from .samples import EVIL, NOW


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, "-"),
        (Fraction(0), "0%"),
        (Fraction(62, 100), "62%"),
        (Fraction(996, 1000), "99%"),
        (Fraction(1), "100%"),
        (Fraction(41, 1000), "4.1%"),
        (Fraction(1, 100_000), "<0.1%"),
        (Fraction(-4, 10_000), "-0.1%"),
        (Fraction(-3, 14), "-22%"),
        (Fraction(-500), "<-9999%"),
    ],
)
def test_a_share_is_rounded_down_and_keeps_its_sign(share: Fraction | None, text: str) -> None:
    assert numbers.percent(share, "-") == text


@pytest.mark.parametrize(
    ("burn", "text"),
    [
        (None, "-"),
        (Fraction(0), "0"),
        (Fraction(1, 100), "<0.1"),
        (Fraction(1439, 100), "14.3"),
        (Fraction(72, 5), "14.4"),
        (Fraction(1207, 10), "120"),
    ],
)
def test_a_burn_never_looks_as_if_it_had_reached_a_threshold_that_it_has_not(
    burn: Fraction | None, text: str
) -> None:
    assert numbers.rate(burn, "-") == text


@given(st.fractions(min_value=-100, max_value=1))
def test_a_share_that_is_not_zero_never_reads_zero(share: Fraction) -> None:
    assert (numbers.percent(share, "-") == "0%") is (share == 0)


@given(st.fractions(min_value=-100, max_value=1))
def test_a_share_on_a_screen_with_words_is_rounded_as_the_words_are(share: Fraction) -> None:
    assert numbers.exact(share, "-") == percent(share).replace(" ", "")


@pytest.mark.parametrize(
    ("share", "text"),
    [(Fraction(-1433, 10_000), "-14.33%"), (Fraction(559_599, 10**6), "55.95%"), (None, "-")],
)
def test_a_share_in_full_keeps_two_decimals(share: Fraction | None, text: str) -> None:
    assert numbers.exact(share, "-") == text


@given(st.integers(min_value=0, max_value=10**8))
def test_a_count_fits_into_four_cells(number: int) -> None:
    assert len(numbers.count(number)) <= 4


def test_an_instant_of_today_is_a_clock_time_and_another_day_has_its_date() -> None:
    assert times.moment(NOW + 158 * MINUTE_US, NOW, UTC) == "16:40"
    assert times.moment(NOW + 17 * HOUR_US, NOW, UTC) == "25 Nov 07:02"
    assert times.moment(NOW + 2 * DAY_US, NOW, UTC) == "26 Nov"
    assert times.moment(NOW + 300 * DAY_US, NOW, UTC) == "2027-09"


def test_clock_times_are_those_of_the_operators_zone() -> None:
    assert times.clock(NOW, ZoneInfo("Asia/Tokyo")) == "23:02:07"


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (-SECOND_US, "0s"),
        (59 * SECOND_US, "59s"),
        (MINUTE_US, "1m"),
        (47 * HOUR_US, "47h"),
        (48 * HOUR_US, "2d"),
    ],
)
def test_an_age_is_told_in_its_largest_whole_unit(length: int, text: str) -> None:
    assert times.span(length) == text


def test_a_stopwatch_counts_minutes_and_then_hours() -> None:
    assert times.stopwatch(42 * SECOND_US) == "00:42"
    assert times.stopwatch(3_723 * SECOND_US) == "1:02:03"


def test_durations_are_read_as_an_operator_writes_them() -> None:
    assert times.duration_us(" 1H30m ") == 90 * MINUTE_US
    assert times.duration_us("3d") == 3 * DAY_US


@pytest.mark.parametrize("text", ["", "2", "h", "2 hours", "-2h", "0s", "500d", "2h!", EVIL])
def test_a_duration_that_cannot_be_read_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        times.duration_us(text)


@given(st.text(max_size=40), st.integers(min_value=1, max_value=30))
def test_a_fitted_line_is_exactly_as_wide_as_asked(text: str, width: int) -> None:
    printable = "".join(char for char in text if char.isprintable())
    fitted = fit(line((printable, Tone.ALARM), "tail"), width, "…")
    assert width_of(fitted) == width


def test_a_cut_is_marked_and_padding_goes_to_the_other_side() -> None:
    assert plain(fit(line("refunds"), 4, "~")) == "ref~"
    assert plain(fit((Span("7"),), 3, "~", "right")) == "  7"


def test_a_long_name_keeps_both_ends_because_ends_tell_names_apart() -> None:
    assert shorten("partner-onboarding-emea", 16, "…") == "partner-on…-emea"
    assert shorten("refunds", 16, "…") == "refunds"


@given(st.text(max_size=60), st.integers(min_value=1, max_value=40))
def test_a_shortened_name_never_exceeds_its_column(name: str, width: int) -> None:
    printable = "".join(char for char in name if char.isprintable())
    assert width_of(line(shorten(printable, width, "…"))) <= width


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (0, "0B"),
        (999, "999B"),
        (1_000, "1.0kB"),
        (1_999, "1.9kB"),
        (63_999, "63kB"),
        (999_999, "999kB"),
        (4_200_000_000, "4.2GB"),
    ],
)
def test_a_size_is_never_rounded_up(octets: int, text: str) -> None:
    assert numbers.size(octets) == text


@pytest.mark.parametrize(
    ("path", "width", "text"),
    [
        ("/var/log/a.jsonl", 20, "/var/log/a.jsonl"),
        ("/var/log/agents/refunds.jsonl", 20, "/var/…/refunds.jsonl"),
        ("/var/log/agents/refunds.jsonl", 13, "refunds.jsonl"),
        ("/var/log/agents/refunds-of-may.jsonl", 13, "refund….jsonl"),
        ("/日本語日本語日本語/a.jsonl", 16, "/日本語…/a.jsonl"),
    ],
)
def test_a_path_that_is_cut_keeps_the_name_of_its_file(path: str, width: int, text: str) -> None:
    assert shorten_path(path, width, "…") == text
