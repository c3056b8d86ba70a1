"""What an objective would have alerted: burn's pure evaluation over the stored minute counts."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate, count
from typing import TYPE_CHECKING

import msgspec

from console.burn import evaluation, rules, windows
from console.burn.ground import QUARTER_US, Ground
from console.burn.windows import Span
from console.model import DAY_US, HOUR_US, MINUTE_US, Counts, Severity
from console.store import counting, reader

if TYPE_CHECKING:
    from console.burn.lifecycle import Alert
    from console.settings import RouteSettings
    from console.store.connect import Connection
    from console.store.figures import Scope

_HOUR = windows.MINUTES_PER_HOUR
_NOTHING = Counts()


class _History:
    """Minute counts of one route, summed up so that any window is one subtraction."""

    def __init__(self, cells: list[tuple[int, Counts]]) -> None:
        self._minutes = [minute for minute, _ in cells]
        self._sums = [_NOTHING, *accumulate((counts for _, counts in cells), Counts.plus)]
        self.bad = [minute for minute, counts in cells if counts.bad]

    def over(self, span: Span) -> Counts:
        """Return the counts of a span of minutes."""
        low, high = (bisect_left(self._minutes, minute) for minute in span)
        return self._sums[high].minus(self._sums[low])


def backtest(
    connection: Connection, scope: Scope, route: RouteSettings, budget_ppm: int
) -> tuple[int, int]:
    """Return how many (pages, tickets) a route would have opened in a span under an objective.

    Built-in rules are those of that objective; rules that the owner wrote stay. Silence is left
    out, since a lost signal does not hang on an objective.
    """
    route = msgspec.structs.replace(route, budget_ppm=budget_ppm, absent_after_us=QUARTER_US)
    number = reader.number_of(connection, route.name)
    end_us = scope.span.end * MINUTE_US
    reach = windows.length_us(route.window, end_us) // MINUTE_US
    before = Span(scope.span.first - reach, scope.span.end)
    history = _History(counting.series(connection, "minute", before, number))
    looks = {minute for minute in history.bad if scope.span.first <= minute < scope.span.end}
    looks.update(range(-(-scope.span.first // _HOUR) * _HOUR, scope.span.end, _HOUR))
    known: dict[Severity, Alert] = {}
    ids, opened = count(1), {Severity.PAGE: 0, Severity.TICKET: 0}
    for minute in sorted(looks):
        ground = _ground(route, history, minute)
        outcome = evaluation.evaluate(ground, known, (), lambda: f"A{next(ids)}")
        for severity in outcome.open.keys() - known.keys():
            opened[severity] += 1
        known = outcome.open
    return opened[Severity.PAGE], opened[Severity.TICKET]


def _ground(route: RouteSettings, history: _History, minute: int) -> Ground:
    now_us = minute * MINUTE_US

    def trailing(length_us: int) -> Counts:
        return history.over(windows.trailing(now_us, length_us))

    budget = history.over(windows.budget_span(route.window, now_us))
    readings = tuple(
        rules.read(rule, trailing(rule.long_us), trailing(rule.short_us), budget.total, route)
        for rule in rules.of(route)
    )
    return Ground(
        route=route,
        now_us=now_us,
        readings=readings,
        experienced=budget,
        charged=budget,
        first_us=now_us,
        last_us=now_us,
        hour=trailing(HOUR_US),
        day=trailing(DAY_US),
        quarter=trailing(QUARTER_US),
    )
