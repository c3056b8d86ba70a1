"""The gauge and the curve: what is spent looks spent, what is not known looks unknown."""

from __future__ import annotations

from datetime import UTC
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.model import DAY_US, Window
from console.tui.figures.curve import curve, window_us
from console.tui.figures.gauge import gauge
from console.tui.figures.glyphs import ASCII, UNICODE, Glyphs
from console.tui.figures.spans import Tone, plain, width_of

from .samples import NOW


def bar(left: Fraction | None, width: int = 10, steps: tuple[int, ...] = ()) -> str:
    """Return a gauge as ASCII text."""
    return plain(gauge(left, width, steps, ASCII))


def test_a_gauge_is_filled_by_what_is_left() -> None:
    assert bar(Fraction(1)) == "=========="
    assert bar(Fraction(1, 2)) == "=====....."
    assert bar(Fraction(0)) == ".........."


def test_the_least_rest_of_a_budget_still_shows() -> None:
    assert bar(Fraction(1, 1000)) == "=........."


def test_an_overspent_budget_does_not_look_like_an_empty_one() -> None:
    assert bar(Fraction(-1, 1000)) == "<........."
    assert bar(Fraction(-1, 2)) == "<<<<<....."


def test_what_is_past_the_end_of_the_gauge_is_marked() -> None:
    at_the_end = plain(gauge(Fraction(-1), 6, (), UNICODE))
    past_it = plain(gauge(Fraction(-119, 100), 6, (), UNICODE))
    assert at_the_end == "▒▒▒▒▒▒"
    assert past_it == "◂▒▒▒▒▒"


def test_steps_of_the_ladder_are_marked_where_the_budget_has_yet_to_fall() -> None:
    assert bar(Fraction(1, 10), steps=(500_000, 250_000)) == "=.|..|...."


def test_no_data_is_said_in_words_and_is_not_an_empty_gauge() -> None:
    assert bar(None).strip() == "no data"


def test_a_gauge_without_live_data_has_the_colour_of_not_knowing() -> None:
    spans = gauge(Fraction(1), 10, (), UNICODE, trusted=False)
    assert {span.tone for span in spans} == {Tone.UNKNOWN}


@given(
    st.none() | st.fractions(min_value=-3, max_value=1),
    st.integers(min_value=1, max_value=40),
    st.lists(st.integers(min_value=0, max_value=1_000_000), max_size=3),
)
def test_a_gauge_is_always_as_wide_as_asked(
    left: Fraction | None, width: int, steps: list[int]
) -> None:
    assert width_of(gauge(left, width, tuple(steps), UNICODE)) == width


POINTS = tuple((NOW - (30 - day) * DAY_US, Fraction(30 - day, 30)) for day in range(31))


def test_the_curve_has_its_scale_and_the_zero_line() -> None:
    rows = [plain(row) for row in curve(POINTS, 30 * DAY_US, (40, 5), ASCII)]
    assert rows[0].startswith("  100% ")
    assert rows[-1].startswith("    0% ")
    assert "*" in rows[0]
    assert len(rows) == 5


def test_a_curve_below_zero_keeps_the_zero_line_in_the_picture() -> None:
    points = ((NOW - DAY_US, Fraction(1)), (NOW, Fraction(-1)))
    rows = [plain(row) for row in curve(points, DAY_US, (40, 7), ASCII)]
    assert rows[-1].startswith(" -100% ")
    assert any(row.startswith("    0% ") and "-" in row[7:] for row in rows)


def test_a_budget_spent_many_times_over_leaves_the_curve_its_shape() -> None:
    points = ((0, Fraction(1)), (DAY_US, Fraction(1, 2)), (2 * DAY_US, Fraction(-27)))
    rows = curve(points, 30 * DAY_US, (60, 7), UNICODE)
    assert [row[0].text.strip() for row in rows] == ["100%", "", "", "0%", "", "", "<-100%"]


def test_one_reading_is_no_curve_and_says_so() -> None:
    assert "no curve yet" in plain(curve(POINTS[:1], DAY_US, (40, 5), ASCII)[0])


@pytest.mark.parametrize("glyphs", [ASCII, UNICODE])
def test_every_row_of_a_curve_is_as_wide_as_the_chart(glyphs: Glyphs) -> None:
    assert {width_of(row) for row in curve(POINTS, 30 * DAY_US, (61, 6), glyphs)} == {61}


def test_an_ascii_curve_is_ascii() -> None:
    assert all(plain(row).isascii() for row in curve(POINTS, 30 * DAY_US, (61, 6), ASCII))


def test_a_calendar_window_has_the_length_of_the_month_at_hand() -> None:
    month = Window(days=None, unit="month")
    assert window_us(month, NOW, UTC) == 30 * DAY_US
    assert window_us(Window(28), NOW, UTC) == 28 * DAY_US
