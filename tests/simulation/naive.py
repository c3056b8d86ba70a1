"""The oracle: what semantics 5 and 6 say of a route, counted from all of its outcomes.

Written from the text alone, and sharing nothing with the program but the types of the settings.
Complete data, plain sums, one verdict a minute: what fires, what is over its threshold, and what
must not end now.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from console.settings import RouteSettings
from tests.simulation.traffic import DAY, HOUR, Arrival

MILLION = 1_000_000
TABLE: dict[int, tuple[tuple[str, int, str, str], ...]] = {
    1: (("page", HOUR, "0.25", "6"), ("page", 4 * HOUR, "0.5", "3")),
    7: (
        ("page", HOUR, "0.1", "16.8"),
        ("page", 6 * HOUR, "0.2", "5.6"),
        ("ticket", DAY, "0.4", "2.8"),
    ),
    28: (
        ("page", HOUR, "0.02", "13.44"),
        ("page", 6 * HOUR, "0.05", "5.6"),
        ("ticket", DAY, "0.1", "2.8"),
        ("ticket", 3 * DAY, "3/28", "1"),
    ),
    30: (
        ("page", HOUR, "0.02", "14.4"),
        ("page", 6 * HOUR, "0.05", "6"),
        ("ticket", DAY, "0.1", "3"),
        ("ticket", 3 * DAY, "0.1", "1"),
    ),
    90: (
        ("page", HOUR, "0.01", "21.6"),
        ("page", 6 * HOUR, "0.03", "10.8"),
        ("ticket", DAY, "0.05", "4.5"),
        ("ticket", 3 * DAY, "0.1", "3"),
    ),
}
UNIT_DAYS = {"day": 1, "week": 7, "month": 30}


class Rule(NamedTuple):
    """A burn rule; windows in minutes."""

    severity: str
    long: int
    short: int
    share: Fraction
    k: Fraction


def rules_of(route: RouteSettings) -> tuple[Rule, ...]:
    """Return the rules of the table that the objective can reach, adapted as semantics 6 says."""
    window = route.window
    days = window.days if window.days is not None else UNIT_DAYS[str(window.unit)]
    highest = Fraction(MILLION, route.budget_ppm)
    found = []
    for severity, long, share, written in TABLE[max(each for each in TABLE if each <= days)]:
        k = Fraction(written)
        if k > highest:
            k = highest * Fraction(4, 5)
        if k >= 1:
            found.append(Rule(severity, long, long // 12, Fraction(share), k))
    return tuple(found)


class Said(NamedTuple):
    """What the oracle says of one rule in one minute.

    `over`: what has to be under the threshold is at or over it, on data. `blind`: the data cannot
    say that it is over.
    """

    fires: bool
    over: bool
    blind: bool


class Sum:
    """The runs of a window (low, high], which slides."""

    def __init__(self) -> None:
        self.low = self.high = 0
        self.total = self.bad = 0


class Naive:
    """One route with everything that its agents wrote."""

    def __init__(self, route: RouteSettings, gap_minutes: int) -> None:
        self.route = route
        self.rules = rules_of(route)
        crossing = min(
            (each.k * route.budget_ppm * each.long / MILLION for each in self.rules), default=0
        )
        absent = route.absent_after_us
        self.absent_s = (
            absent // MILLION
            if absent is not None
            else int(max(30 * 60, 3 * gap_minutes * 60, int(crossing * 60)))
        )
        self.heard: int | None = None
        self._minutes: list[int] = []
        self._cells: dict[int, list[int]] = {}
        lengths = {each.long for each in self.rules} | {each.short for each in self.rules}
        self._sums: dict[int, Sum] = {length: Sum() for length in sorted(lengths)}
        self._budget = Sum()

    @property
    def lengths(self) -> tuple[int, ...]:
        """Return the lengths of the windows in minutes, those of the rules."""
        return tuple(self._sums)

    def take(self, arrival: Arrival) -> None:
        """Take in what can be read from now on."""
        self.heard = arrival.heard if self.heard is None else max(self.heard, arrival.heard)
        for minute, total, bad in arrival.cells:
            if minute not in self._cells:
                insort(self._minutes, minute)
                self._cells[minute] = [0, 0]
            cell = self._cells[minute]
            cell[0] += total
            cell[1] += bad
            for window in (*self._sums.values(), self._budget):
                if window.low < minute <= window.high:
                    window.total += total
                    window.bad += bad

    def look(self, wall: int) -> list[Said]:
        """Let all windows end with a minute of the wall clock; return what each rule says."""
        for length, window in self._sums.items():
            self._slide(window, wall - length, wall)
        self._slide(self._budget, self._budget_before(wall), wall)
        return [self._said(rule) for rule in self.rules]

    def silent(self, wall: int) -> bool:
        """Say whether nothing was heard for longer than is allowed at the end of a minute."""
        return self.heard is not None and wall * 60 + 59 - (self.heard * 60 + 30) > self.absent_s

    @property
    def spent(self) -> bool:
        """Say whether the budget is gone, and big enough for that to mean something."""
        allowed = self.route.budget_ppm * self._budget.total
        bad = self._budget.bad
        return bad * MILLION >= allowed >= MILLION and bad >= self.route.min_misses

    def numbers(self) -> str:
        """Return all sums, for whoever has to find out what went wrong."""
        said = [f"{each.bad}/{each.total} in {key}m" for key, each in self._sums.items()]
        return ", ".join([*said, f"{self._budget.bad}/{self._budget.total} in the budget's window"])

    def _said(self, rule: Rule) -> Said:
        long, short = self._sums[rule.long], self._sums[rule.short]
        if long.total == 0:
            return Said(fires=False, over=False, blind=True)
        least = 2 if rule.severity == "page" else 1
        if long.total < self.route.min_runs:
            needed = rule.share * self.route.budget_ppm * self._budget.total
            spends = long.bad * MILLION >= needed
            fires = spends and long.bad >= max(least, self.route.min_misses)
            return Said(fires=fires, over=fires, blind=False)
        over = self._burns(short, rule.k)
        fires = over and self._burns(long, rule.k) and long.bad >= least
        return Said(fires=fires, over=over, blind=short.total == 0)

    def _burns(self, window: Sum, k: Fraction) -> bool:
        """Say whether (bad / total) / B >= k."""
        if window.total == 0:
            return False
        allowed = k.numerator * window.total * self.route.budget_ppm
        return window.bad * MILLION * k.denominator >= allowed

    def _slide(self, window: Sum, low: int, high: int) -> None:
        if low < window.low or high < window.high or low >= window.high:
            window.total = window.bad = 0
            self._add(window, low, high, 1)
        else:
            self._add(window, window.low, low, -1)
            self._add(window, window.high, high, 1)
        window.low, window.high = low, high

    def _add(self, window: Sum, low: int, high: int, sign: int) -> None:
        begin = bisect_left(self._minutes, low + 1)
        end = bisect_left(self._minutes, high + 1)
        for minute in self._minutes[begin:end]:
            total, bad = self._cells[minute]
            window.total += sign * total
            window.bad += sign * bad

    def _budget_before(self, wall: int) -> int:
        """Return the last minute before the budget's window."""
        window = self.route.window
        if window.days is not None:
            return wall - window.days * DAY
        zone = ZoneInfo(window.timezone)
        today = datetime.fromtimestamp(wall * 60, UTC).astimezone(zone).date()
        if window.unit == "week":
            today -= timedelta(days=today.weekday())
        elif window.unit == "month":
            today = today.replace(day=1)
        begin = datetime(today.year, today.month, today.day, tzinfo=zone)
        return int(begin.timestamp()) // 60 - 1
