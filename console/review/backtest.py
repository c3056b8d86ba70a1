"""What an objective would have alerted: burn's pure evaluation over the stored minute counts."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate, count
from typing import TYPE_CHECKING

import msgspec

from console.burn import conditions, evaluation, kinds, rules, windows
from console.burn.calm import calm, standing
from console.burn.ground import QUARTER_US, Ground
from console.burn.windows import Span
from console.model import DAY_US, MINUTE_US, BurnRule, Counts, Severity
from console.store import counting, reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.burn.lifecycle import Alert
    from console.settings import RouteSettings
    from console.store.connect import Connection
    from console.store.figures import Scope

_HOUR = windows.MINUTES_PER_HOUR
_NOTHING = Counts()


class Recorded:
    """The minute counts of one route up to the end of a span, and the minutes to look at in it.

    Summed up so that any window is one subtraction, and read once for all objectives.
    """

    def __init__(self, cells: list[tuple[int, Counts]], span: Span) -> None:
        self._minutes = [minute for minute, _ in cells]
        self._sums = [_NOTHING, *accumulate((counts for _, counts in cells), Counts.plus)]
        self._known: dict[Span, Counts] = {}
        looks = {minute for minute, counts in cells if counts.bad and minute >= span.first}
        looks.update(range(-(-span.first // _HOUR) * _HOUR, span.end, _HOUR))
        self.looks = sorted(looks)

    def counted(self, span: Span) -> tuple[int, int]:
        """Return (bad, total) of a span of minutes."""
        low, high = self._ends(span)
        return high.bad - low.bad, high.total - low.total

    def over(self, span: Span) -> Counts:
        """Return the counts of a span of minutes."""
        known = self._known.get(span)
        if known is None:
            low, high = self._ends(span)
            known = self._known[span] = high.minus(low)
        return known

    def _ends(self, span: Span) -> tuple[Counts, Counts]:
        high = bisect_left(self._minutes, span.end)
        low = bisect_left(self._minutes, span.first, 0, high)
        return self._sums[low], self._sums[high]


def recorded(connection: Connection, scope: Scope, route: RouteSettings) -> Recorded:
    """Return what a route's objectives are held against over a span."""
    number = reader.number_of(connection, route.name)
    end_us = scope.span.end * MINUTE_US
    reach = windows.length_us(route.window, end_us) // MINUTE_US
    before = Span(scope.span.first - reach, scope.span.end)
    return Recorded(counting.series(connection, "minute", before, number), scope.span)


def backtest(past: Recorded, route: RouteSettings, budget_ppm: int) -> tuple[int, int]:
    """Return how many (pages, tickets) a route would have opened under an objective.

    Built-in rules are those of that objective; rules that the owner wrote stay. Silence is left
    out, since a lost signal does not hang on an objective. Nothing is evaluated where nothing is
    open and nothing can fire, nor where all is as it was when it was last judged.
    """
    route = msgspec.structs.replace(route, budget_ppm=budget_ppm, absent_after_us=QUARTER_US)
    known: dict[Severity, Alert] = {}
    ids, opened = count(1), {Severity.PAGE: 0, Severity.TICKET: 0}
    judged: tuple[object, ...] | None = None
    until_us, gating = 0, _gating(route, known)
    for minute in past.looks:
        now_us = minute * MINUTE_US
        if not known and calm(route, past.counted, now_us):
            continue
        found = None if route.caps_ppm else standing(route, past.counted, now_us, gating)
        if known and found is not None and found == judged and now_us < until_us:
            continue
        outcome = evaluation.evaluate(
            _ground(route, past, now_us), known, (), lambda: f"A{next(ids)}"
        )
        for severity in outcome.open.keys() - known.keys():
            opened[severity] += 1
        known, judged = outcome.open, found
        until_us, gating = _ends_us(known, now_us), _gating(route, known)
    return opened[Severity.PAGE], opened[Severity.TICKET]


def _gating(
    route: RouteSettings, known: Mapping[Severity, Alert]
) -> dict[Severity, tuple[BurnRule, ...]]:
    """Return the rules by which the burns that stand will end."""
    return {
        severity: conditions.gating_of(
            [rule for rule in rules.of(route) if rule.severity is severity], alert
        )
        for severity, alert in known.items()
        if any(item.kind == kinds.BURN for item in alert.open)
    }


def _ends_us(known: Mapping[Severity, Alert], now_us: int) -> int:
    """Return when time alone may end something in the alerts that stand.

    What has been quiet for long enough, and stands all the same, cannot be judged: it waits for
    data.
    """
    quiet = [
        item.quiet_since_us + item.hold_us
        for alert in known.values()
        for item in alert.open
        if item.quiet_since_us is not None
    ]
    return min((at_us for at_us in quiet if at_us > now_us), default=1 << 62)


def _ground(route: RouteSettings, past: Recorded, now_us: int) -> Ground:
    """Return the route as it is judged; what only words speak of is left out."""

    def trailing(length_us: int) -> Counts:
        return past.over(windows.trailing(now_us, length_us))

    budget = past.over(windows.budget_span(route.window, now_us))
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
        hour=_NOTHING,
        day=trailing(DAY_US),
        quarter=_NOTHING,
    )
