"""One route over the span of a review, as the patterns are looked for in it."""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from functools import cached_property
from itertools import accumulate

import msgspec

from console.burn import arithmetic, rules
from console.burn.windows import Span
from console.model import MINUTE_US, Counts, Severity
from console.settings import RouteSettings
from console.store.past import BadRun, Deployed

_UNRULED = Fraction(1, 2)


class Past(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The evidence of one route.

    `cells` are (minute, counts) with runs in them, `bad` the bad runs and `deployed` the changes up
    to the end of the span, all oldest first. `rescues` are (instant, run, microseconds).
    `silent_since_us` is set where the route fell silent before the end of the span.
    """

    route: RouteSettings
    span: Span
    cells: tuple[tuple[int, Counts], ...]
    bad: tuple[BadRun, ...]
    deployed: tuple[Deployed, ...] = ()
    rescues: tuple[tuple[int, str, int], ...] = ()
    silent_since_us: int | None = None

    @cached_property
    def _minutes(self) -> list[int]:
        return [minute for minute, _ in self.cells]

    @cached_property
    def _totals(self) -> list[int]:
        return [0, *accumulate(counts.total for _, counts in self.cells)]

    @property
    def total(self) -> int:
        """Return how many runs closed in the span."""
        return self._totals[-1]

    @cached_property
    def charged(self) -> tuple[BadRun, ...]:
        """Return the bad runs that no correction takes out."""
        return tuple(run for run in self.bad if not run.excluded)

    def closed(self, first: int, end: int) -> int:
        """Return how many runs closed in the minutes from `first` up to, and without, `end`."""
        low, high = bisect_left(self._minutes, first), bisect_left(self._minutes, end)
        return self._totals[high] - self._totals[low]

    def burn(self, bad: int, first: int, end: int) -> Fraction | None:
        """Return the burn of so many bad runs among those that closed in some minutes."""
        total = self.closed(first, end)
        return arithmetic.burn_rate(min(bad, total), total, self.route.budget_ppm)

    @cached_property
    def paging_share(self) -> Fraction:
        """Return the share of bad runs at which the fastest page of the route fires, k * B."""
        fastest = [
            rule.k * self.route.budget_ppm / arithmetic.PPM
            for rule in rules.of(self.route)
            if rule.severity is Severity.PAGE
        ]
        return max(fastest, default=_UNRULED)

    def change_before(self, minute: int, within: int) -> Deployed | None:
        """Return the last change in the `within` minutes before a minute."""
        found = [item for item in self.deployed if 0 <= minute - item.at_us // MINUTE_US <= within]
        return found[-1] if found else None
