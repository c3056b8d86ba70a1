"""Misses of one kind have one signature, whatever is particular to their runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.ledger.signature import reason_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("no outcome 5 min after the start at 13:37", "no outcome 10 min after the start at 09:01"),
        ("rescued by b.sorensen, 15 min", "rescued by f.adeyemi, 70 min"),
        ("failed: order 4711 not found", "failed: order 12 not found"),
        (
            "failed: job 6f1c2a9e-0b1d-4c7a-9e77-0a1b2c3d4e5f",
            "failed: job 0a1b2c3d-0b1d-4c7a-9e77-6f1c2a9e4e5f",
        ),
        ("failed: commit 3f2a91c", "failed: commit 99ab01d"),
    ],
)
def test_the_particulars_are_left_out(one: str, other: str) -> None:
    assert reason_of(one) == reason_of(other)


def test_what_is_a_word_stays() -> None:
    assert reason_of("failed: the facade decade") == "failed: the facade decade"
    assert reason_of("failed: gateway down") != reason_of("failed: ledger down")


@given(st.text(max_size=60))
def test_a_signature_is_its_own_signature(rule: str) -> None:
    assert reason_of(reason_of(rule)) == reason_of(rule)
