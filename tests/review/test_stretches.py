"""The worst stretch is the one that exceeds the budget most, by trying all of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.review.stretches import LONGEST, bursts, worst_stretch
from tests.review.test_incidents import bad, past

MINUTES = st.lists(st.integers(0, 40_000), max_size=12, unique=True).map(sorted)


@given(MINUTES)
def test_no_other_stretch_exceeds_the_budget_more(minutes: list[int]) -> None:
    route = past("a", *map(bad, minutes))

    def excess(first: int, end: int) -> int:
        closed = route.closed(route.bad[first].minute, route.bad[end - 1].minute)
        return (end - first) * 1_000_000 - closed * route.route.budget_ppm

    found = worst_stretch(route, route.bad)
    pairs = [(a, b) for a in range(len(minutes)) for b in range(a + 1, len(minutes) + 1)]
    best = max((excess(*pair) for pair in pairs), default=0)
    if found:
        first = route.bad.index(found[0])
        assert excess(first, first + len(found)) == best
    else:
        assert minutes == []


@given(MINUTES)
def test_bursts_are_short_apart_and_over_the_paging_share(minutes: list[int]) -> None:
    route = past("a", *map(bad, minutes))
    seen: set[str] = set()
    for runs in bursts(route):
        first, end = runs[0].minute, runs[-1].minute + 1
        assert end - first <= LONGEST
        assert len(runs) >= route.paging_share * route.closed(first, end)
        assert seen.isdisjoint(run.run for run in runs)
        seen |= {run.run for run in runs}
