"""CSV that a spreadsheet shows and does not run."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.export import table
from console.snapshot.types import MissView
from console.text import inert


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1"]
)
def test_what_could_begin_a_formula_gets_an_apostrophe(text: str) -> None:
    assert inert(text) == f"'{text}"


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_row_is_read_as_it_was_written(route: str, rule: str) -> None:
    view = MissView(
        route=route, run="r", error_class="trust", at_us=0, rule=rule, events=(), evidence=()
    )
    header, row = csv.reader(io.StringIO(table.misses([view]), newline=""))
    assert tuple(header) == table.MISSES
    assert (row[1], row[4]) == (inert(route), inert(rule))
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
