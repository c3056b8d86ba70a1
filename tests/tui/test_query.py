"""The filter language: what it finds, what it refuses, and how it says so."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.tui.query import Fields, Query, QueryError, parse

WORDS = ("route", "owner", "state", "tier")
NUMBERS = ("burn", "left", "tier")
SCALES = {"tier": {"low": 1, "medium": 2, "high": 3}}
ROW = Fields(
    {"route": "Refunds-EU", "owner": "payments on-call", "state": "PAGE", "tier": "high"},
    {"burn": Fraction(15), "left": Fraction(14), "tier": Fraction(3)},
)
BLANK = Fields(dict.fromkeys(WORDS, ""), dict.fromkeys(NUMBERS))


def query(text: str) -> Query:
    """Return a parsed filter over the fields of these tests."""
    return parse(text, WORDS, NUMBERS, SCALES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "refunds",
        "REFUNDS",
        "on-call",
        "owner:payments",
        "tier:high",
        "tier>=high",
        "tier>2",
        "burn>6",
        "burn>=15",
        "left<25%",
        "left<25",
        "left>-1.5",
        "!healthy",
        "!owner:support",
        '"payments on-call"',
        'owner:"payments on-call"',
        "refunds burn>6 !healthy",
    ],
)
def test_these_find_the_row(text: str) -> None:
    assert query(text).holds(ROW)


@pytest.mark.parametrize(
    "text", ["claims", "owner:refunds", "burn<6", "tier<high", "!refunds", "refunds claims"]
)
def test_these_do_not_find_the_row(text: str) -> None:
    assert not query(text).holds(ROW)


def test_no_data_meets_no_comparison() -> None:
    assert not query("burn>0").holds(BLANK)
    assert not query("burn<=0").holds(BLANK)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("colour:red", "no field colour; there are burn, left, owner, route, state, tier"),
        ("burn:6", "write burn>6"),
        ("owner>6", "write owner:word"),
        ("burn>fast", "burn is compared with a number"),
        ("tier>=urgent", "tier is compared with low, medium, high"),
        ("owner:", "owner: needs a value"),
        ("!", "! needs a word behind it"),
        ('"open', "a quote is open"),
        ("x" * 301, "at most 300 characters"),
    ],
)
def test_what_cannot_be_understood_is_answered_with_how_to_write_it(
    text: str, sentence: str
) -> None:
    with pytest.raises(QueryError) as caught:
        query(text)
    assert sentence in str(caught.value)


@given(st.text(max_size=80))
def test_any_text_is_a_filter_or_a_sentence(text: str) -> None:
    with contextlib.suppress(QueryError):
        assert query(text).holds(ROW) in (True, False)


@given(st.from_regex(r"[a-z]{1,6}|burn[<>]\d{1,3}|owner:[a-z]{1,4}", fullmatch=True))
def test_a_term_and_its_negation_part_the_rows(term: str) -> None:
    assert query(term).holds(ROW) is not query(f"!{term}").holds(ROW)


def test_a_pattern_is_a_plain_word_so_that_no_filter_can_hang() -> None:
    assert not query("(a+)+$").holds(ROW)
