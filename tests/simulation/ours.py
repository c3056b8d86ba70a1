"""The program's own alert core over one route, kept as the collector's evaluator keeps it.

Counts, the committed alerts and the outbox survive a restart; running sums, and when a route has to
be looked at next, do not.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable

from console.burn import evaluation, lifecycle, rules
from console.burn.evaluation import Outcome
from console.burn.ground import QUARTER_US, Ground
from console.burn.lifecycle import Alert, Held
from console.burn.running import Running
from console.burn.windows import Span
from console.model import DAY_US, HOUR_US, MINUTE_US, Counts, Notice, Severity
from tests.simulation.traffic import Arrival
from tests.simulation.world import Route

NUMBER = 1
HALF_US = 30_000_000
"""Events happen in the middle of their minute."""


class Core:
    """One route. `looks` counts evaluations; `opened` are all alerts, `outbox` all notices."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.alerts: dict[Severity, Alert] = {}
        self.opened: dict[str, Alert] = {}
        self.outbox: dict[str, Notice] = {}
        self.looks = 0
        self._opened = 0
        self._first_us = self._last_us = 0
        self._minutes: list[int] = []
        self._levels: dict[int, Counts] = {}
        self.restart()

    def restart(self) -> None:
        """Forget all that is only in memory."""
        self._running = Running(self._counts, 0)
        self._given = self._opened
        self._behind: bool | None = None
        self.due_us = 0
        self._touched = True

    def read(self, arrivals: Iterable[Arrival]) -> None:
        """Take in lines, as the ledger hands their differences on."""
        cells = []
        for arrival in arrivals:
            heard_us = arrival.heard * MINUTE_US + HALF_US
            self._first_us = self._first_us or heard_us
            self._last_us = max(self._last_us, heard_us)
            cells += [
                (NUMBER, minute, Counts(total=total, bad=bad, trust=bad))
                for minute, total, bad in arrival.cells
            ]
        for _, minute, difference in cells:
            if minute not in self._levels:
                insort(self._minutes, minute)
            self._levels[minute] = self._levels.get(minute, Counts()).plus(difference)
        self._running.fold(cells)
        self._touched = self._touched or bool(cells)

    def look(self, now_us: int, *, behind: bool, jumped: bool, crash: Callable[[], str]) -> None:
        """Evaluate, where the evaluator would; a crash loses the outcome, or comes after it."""
        changed = bool(self._running.move(now_us)) or self._touched or jumped
        if not self._first_us:
            return
        if not (changed or behind is not self._behind or now_us >= self.due_us):
            return
        self.looks += 1
        ground = self._ground(now_us, behind=behind)
        known = self.alerts
        if jumped:
            known = {key: lifecycle.unquieted(alert) for key, alert in known.items()}
        outcome = evaluation.evaluate(ground, known, (), self._new_id)
        fate = crash()
        if fate != "before":
            self._commit(outcome)
            self._touched, self._behind = False, behind
            self.due_us = evaluation.decided_until_us(ground, tuple(self.alerts.values()), ())
        if fate:
            self.restart()
            self.look(now_us, behind=behind, jumped=jumped, crash=lambda: "")

    def held(self, severity: Severity, kind: str) -> Held | None:
        """Return a condition that stands in an open alert."""
        alert = self.alerts.get(severity)
        if alert is None:
            return None
        return next((item for item in alert.open if item.kind == kind), None)

    def _commit(self, outcome: Outcome) -> None:
        self.alerts = outcome.open
        self.opened |= {each.id: each for each in outcome.alerts.values()}
        self._opened = max([self._opened, *(int(each.id[1:]) for each in outcome.alerts.values())])
        for notice in outcome.notices:
            self.outbox.setdefault(notice.key, notice)

    def _new_id(self) -> str:
        self._given = max(self._opened, self._given) + 1
        return f"A{self._given}"

    def _ground(self, now_us: int, *, behind: bool) -> Ground:
        settings, running = self.route.settings, self._running
        budget = running.budget(NUMBER, settings.window)
        readings = tuple(
            rules.read(
                rule,
                running.trailing(NUMBER, rule.long_us),
                running.trailing(NUMBER, rule.short_us),
                budget.total,
                settings,
            )
            for rule in rules.of(settings)
        )
        return Ground(
            route=settings,
            now_us=now_us,
            readings=readings,
            experienced=budget,
            charged=budget,
            first_us=self._first_us,
            last_us=self._last_us,
            hour=running.trailing(NUMBER, HOUR_US),
            day=running.trailing(NUMBER, DAY_US),
            quarter=running.trailing(NUMBER, QUARTER_US),
            gap_minutes=self.route.gap_minutes,
            catching_up=behind,
        )

    def _counts(self, span: Span) -> dict[int, Counts]:
        begin, end = bisect_left(self._minutes, span.first), bisect_left(self._minutes, span.end)
        found = Counts()
        for minute in self._minutes[begin:end]:
            found = found.plus(self._levels[minute])
        return {NUMBER: found} if begin < end else {}
