"""Running sums are the sums that reading anew would give, whatever happened in between."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from console.burn import windows
from console.burn.running import Running
from console.burn.windows import Span
from console.model import DAY_US, HOUR_US, MINUTE_US, Counts, Window

LENGTHS = (MINUTE_US, 5 * MINUTE_US, HOUR_US, 6 * HOUR_US, DAY_US)
BUDGETS = (
    Window(days=2),
    Window(days=None, unit="day", timezone="Europe/Berlin"),
    Window(days=None, unit="month"),
)
SUMMER_US = 1_774_742_400_000_000
"""An hour before clocks go forward in Berlin, 29 March 2026."""

ROUTES = st.integers(1, 3)
CHANGES = st.tuples(
    ROUTES, st.integers(-3_000, 20), st.integers(1, 3), st.integers(0, 2), st.booleans()
)
MOVES = st.one_of(
    st.integers(0, 60), st.integers(60, 7_200), st.integers(80_000, 4_000_000), st.just(-600)
)


class Levels:
    """Counts by minute, as a store keeps them."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], Counts] = {}

    def add(self, route: int, minute: int, difference: Counts) -> None:
        self.cells[route, minute] = self.cells.get((route, minute), Counts()).plus(difference)

    def read(self, span: Span) -> dict[int, Counts]:
        found: dict[int, Counts] = {}
        for (route, minute), counts in self.cells.items():
            if span.first <= minute < span.end:
                found[route] = found.get(route, Counts()).plus(counts)
        return found


@settings(max_examples=150)
@given(st.lists(st.one_of(CHANGES, MOVES), max_size=25))
def test_they_equal_the_recomputation_after_every_change_and_every_move(
    course: list[tuple[int, int, int, int, bool] | int],
) -> None:
    levels, now_us = Levels(), SUMMER_US
    running = Running(levels.read, now_us)
    for step in course:
        if isinstance(step, int):
            now_us += step * 1_000_000
            running.move(now_us)
        else:
            route, ago, total, bad, moved = step
            minute = windows.minute_of(now_us) + ago
            difference = Counts(total=total + bad, bad=bad, trust=bad)
            # A late miss moves a run from one minute to an earlier one.
            cells = [(route, minute, difference)]
            cells += [(route, minute - 7, difference), (route, minute, Counts())] if moved else []
            for cell in cells:
                levels.add(*cell)
            running.fold(cells)
        for route in (1, 2, 3):
            for length_us in LENGTHS:
                anew = levels.read(windows.trailing(now_us, length_us)).get(route, Counts())
                assert running.trailing(route, length_us) == anew
                assert running.over(length_us).get(route, Counts()) == anew
            for window in BUDGETS:
                anew = levels.read(windows.budget_span(window, now_us)).get(route, Counts())
                assert running.budget(route, window) == anew


def test_a_minute_costs_two_reads_of_edges_a_window_whatever_the_routes() -> None:
    levels, reads = Levels(), list[Span]()
    for route in range(50):
        levels.add(route, windows.minute_of(SUMMER_US), Counts(total=1))

    def read(span: Span) -> dict[int, Counts]:
        reads.append(span)
        return levels.read(span)

    running = Running(read, SUMMER_US)
    for route in range(50):
        running.trailing(route, HOUR_US)
    assert len(reads) == 1
    running.move(SUMMER_US + MINUTE_US)
    assert reads[1:] == [
        Span(windows.minute_of(SUMMER_US) - 59, windows.minute_of(SUMMER_US) - 58),
        Span(windows.minute_of(SUMMER_US) + 1, windows.minute_of(SUMMER_US) + 2),
    ]


def test_a_move_names_the_routes_that_it_changed() -> None:
    levels = Levels()
    levels.add(1, windows.minute_of(SUMMER_US), Counts(total=1))
    running = Running(levels.read, SUMMER_US)
    running.trailing(2, 5 * MINUTE_US)
    assert running.move(SUMMER_US + 4 * MINUTE_US) == set()
    assert running.move(SUMMER_US + 5 * MINUTE_US) == {1}
