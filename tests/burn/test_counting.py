"""Counts over windows, read from a real store over its minute, hour and day levels."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.burn.windows import Span
from console.ledger.book import Settled
from console.model import CLASSES, Counts
from console.store.counting import window_counts
from console.store.writer import Writer

BASE = 20_500 * 1_440
"""A midnight, in minutes."""
SPREAD = 4 * 1_440
Cells = dict[tuple[str, int], Counts]


class RolledBackError(Exception):
    """Ends a trial so that the next one begins on an empty store."""


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writer]:
    found = Writer(tmp_path_factory.mktemp("store") / "s.db")
    yield found
    found.close()


@contextlib.contextmanager
def stored(writer: Writer, cells: Cells) -> Iterator[None]:
    """Keep `cells` in the store for as long as the block lasts."""
    with contextlib.suppress(RolledBackError), writer.transaction():
        for name in sorted({route for route, _ in cells}):
            writer.route_id(name, 0)
        writer.settle(Settled([], [(*key, counts) for key, counts in cells.items()], []), 0)
        yield
        raise RolledBackError


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    """Draw the counts of a minute: class <= bad <= total."""
    total = draw(st.integers(0, 50))
    bad = draw(st.integers(0, total))
    return Counts(total, bad, *(draw(st.integers(0, bad)) for _ in CLASSES))


MINUTES = st.one_of(
    st.integers(BASE, BASE + SPREAD),
    st.sampled_from([BASE + edge + off for edge in (0, 60, 1_440, 2_880) for off in (-1, 0, 1)]),
)
CELLS = st.dictionaries(st.tuples(st.sampled_from(["a", "b"]), MINUTES), counts(), max_size=30)


@given(cells=CELLS, edges=st.tuples(MINUTES, MINUTES))
def test_a_window_is_the_sum_of_its_minutes_whatever_levels_it_is_read_from(
    writer: Writer, cells: Cells, edges: tuple[int, int]
) -> None:
    span = Span(*sorted(edges))
    with stored(writer, cells):
        found = window_counts(writer.connection, span)
        for name in {route for route, _ in cells}:
            expected = Counts()
            for (route, minute), cell in cells.items():
                if route == name and span.first <= minute < span.end:
                    expected = expected.plus(cell)
            assert found.get(writer.route_id(name, 0), Counts()) == expected


@given(cells=CELLS, end=MINUTES, widths=st.lists(st.integers(0, SPREAD), min_size=2, max_size=6))
def test_counts_never_shrink_as_a_window_widens(
    writer: Writer, cells: Cells, end: int, widths: list[int]
) -> None:
    with stored(writer, cells):
        for route in (writer.route_id("a", 0), writer.route_id("b", 0)):
            seen = [
                window_counts(writer.connection, Span(end - width, end)).get(route, Counts())
                for width in sorted(widths)
            ]
            for narrow, wide in itertools.pairwise(seen):
                assert all(less <= more for less, more in zip(narrow, wide, strict=True))


@given(cells=CELLS, edges=st.tuples(MINUTES, MINUTES))
def test_in_every_window_a_class_is_at_most_bad_and_bad_at_most_total(
    writer: Writer, cells: Cells, edges: tuple[int, int]
) -> None:
    with stored(writer, cells):
        for found in window_counts(writer.connection, Span(*sorted(edges))).values():
            assert 0 <= found.bad <= found.total
            assert all(0 <= found.of(error_class) <= found.bad for error_class in CLASSES)


def test_a_route_without_runs_in_the_window_is_absent_not_zero(writer: Writer) -> None:
    with stored(writer, {("a", BASE): Counts(total=1)}):
        assert window_counts(writer.connection, Span(BASE + 1, BASE + 60)) == {}


def test_a_late_miss_moves_a_run_from_one_minute_to_another(writer: Writer) -> None:
    good, bad = Counts(total=1), Counts(total=1, bad=1, trust=1)
    with stored(writer, {("a", BASE): good}):
        less = Counts(*(-value for value in good))
        writer.settle(Settled([], [("a", BASE, less), ("a", BASE + 90, bad)], []), 0)
        number = writer.route_id("a", 0)
        assert window_counts(writer.connection, Span(BASE, BASE + 60)) == {number: Counts()}
        assert window_counts(writer.connection, Span(BASE, BASE + 1_440)) == {number: bad}
