"""What must never happen, checked minute by minute between the oracle and the program.

- missed: the oracle has fired for two consecutive minutes, and the program has no such condition;
- false: the program fires, and the oracle does not;
- false resolve: it ended while a rule that fired was over its threshold, had been so within its own
  short window, could not be judged, or while the route was silent or not read to its end. What
  fired only while no collector had read everything was seen by nobody, and does not count;
- double: of one alert more than one opening, or an alert that nobody was told of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from console.burn import kinds
from console.burn.lifecycle import Alert, Held
from console.model import Notice, Severity
from tests.simulation.naive import Naive, Said

LOUD = ("high", "critical")


class Violation(NamedTuple):
    """One thing that must not have happened."""

    seed: int
    route: str
    minute: int
    what: str
    words: str

    def __str__(self) -> str:
        return f"seed {self.seed}, {self.route}, minute {self.minute}: {self.what}: {self.words}"


class Ours(Protocol):
    """The side of the program, as it stands after a minute."""

    def held(self, severity: Severity, kind: str) -> Held | None:
        """Return a condition that stands in an open alert."""
        ...


class Judge:
    """Watches one route. `judged` minutes are those in which a collector runs that has read all."""

    def __init__(self, seed: int, naive: Naive) -> None:
        self._seed, self._naive = seed, naive
        self.found: list[Violation] = []
        self._pending: dict[tuple[Severity, str], int] = {}
        self._stood: dict[tuple[Severity, str], bool] = {}
        self._fired: dict[Severity, set[int]] = {severity: set() for severity in Severity}
        self._last_over: dict[int, int] = {}
        self._said: list[Said] = []
        self._was_judged = False
        self._minute = 0

    def compare(self, minute: int, wall: int, ours: Ours, *, judged: bool) -> None:
        """Compare both sides at the end of a true minute in which anything may have changed."""
        self._pass_time(minute)
        silent = self._naive.silent(wall)
        self._minute, self._was_judged = minute, judged and not silent
        self._said = self._naive.look(wall)
        if judged and not silent:
            self._note_over(minute)
        for severity in Severity:
            firing = self._firing(severity) if not silent else set()
            held = ours.held(severity, kinds.BURN) is not None
            self._begin(severity, kinds.BURN, bool(firing), held, judged=judged)
            self._fired[severity] |= firing if judged else set()
            if self._ended(severity, kinds.BURN, held):
                self._check_end(severity, silent=silent, judged=judged)
            if not held and not firing:
                self._fired[severity] = set()
            self._stood[severity, kinds.BURN] = held
        self._compare_spent(ours, judged=judged)
        if self._naive.route.tier in LOUD:
            lost = ours.held(Severity.PAGE, kinds.SIGNAL_LOST) is not None
            self._begin(Severity.PAGE, kinds.SIGNAL_LOST, silent, lost, judged=judged)
            self._stood[Severity.PAGE, kinds.SIGNAL_LOST] = lost

    def check_told(self, alerts: Mapping[str, Alert], notices: Iterable[Notice]) -> None:
        """Check, at the end, that people were told of each alert once."""
        openings = Counter(each.alert for each in notices if each.what == "opened")
        for name, alert in alerts.items():
            hushed = alert.inhibited_by or not alert.told
            if openings[name] > 1 or (not openings[name] and not hushed):
                self._blame("double or lost", f"{name} was opened {openings[name]} times")
            if not openings[name] and alert.severity == Severity.PAGE:
                self._blame("lost", f"nobody was told of {name}")

    def _pass_time(self, minute: int) -> None:
        """Account for the minutes since the last look, in which nothing changed."""
        for (severity, kind), since in self._pending.items():
            if minute - since >= 2:
                self._blame(f"missed {severity.value}", f"{kind} since minute {since}")
        self._pending = {key: at for key, at in self._pending.items() if minute - at < 2}
        if self._was_judged:
            self._note_over(minute - 1)

    def _note_over(self, minute: int) -> None:
        for index, said in enumerate(self._said):
            if said.over:
                self._last_over[index] = minute

    def _firing(self, severity: Severity) -> set[int]:
        rules = self._naive.rules
        return {
            index
            for index, said in enumerate(self._said)
            if said.fires and rules[index].severity == severity.value
        }

    def _begin(
        self, severity: Severity, kind: str, fires: bool, held: bool, *, judged: bool
    ) -> None:
        key = (severity, kind)
        if judged and fires and not held:
            since = self._pending.setdefault(key, self._minute)
            if self._minute > since:
                self._blame(f"missed {severity.value}", f"{kind} since minute {since}")
        else:
            self._pending.pop(key, None)
        if held and not self._stood.get(key) and not (fires and judged):
            self._blame(f"false {severity.value}", f"{kind} began, and nothing says so")

    def _ended(self, severity: Severity, kind: str, held: bool) -> bool:
        return self._stood.get((severity, kind), False) and not held

    def _check_end(self, severity: Severity, *, silent: bool, judged: bool) -> None:
        what = f"false resolve of a {severity.value}"
        if silent or not judged:
            self._blame(what, "the route was silent" if silent else "not everything was read")
        for index in sorted(self._fired[severity]):
            said, rule = self._said[index], self._naive.rules[index]
            under = self._minute - self._last_over.get(index, 0)
            if said.over or said.blind:
                self._blame(what, f"rule {index} was " + ("over" if said.over else "without data"))
            elif under < rule.short:
                self._blame(what, f"rule {index} was over {under} min ago, of {rule.short}")
        self._fired[severity] = set()

    def _compare_spent(self, ours: Ours, *, judged: bool) -> None:
        held = ours.held(Severity.PAGE, kinds.SPENT) is not None
        spent = self._naive.spent
        self._begin(Severity.PAGE, kinds.SPENT, spent, held, judged=judged)
        if self._ended(Severity.PAGE, kinds.SPENT, held) and spent:
            self._blame("false resolve of a page", "the budget is spent")
        self._stood[Severity.PAGE, kinds.SPENT] = held

    def _blame(self, what: str, words: str) -> None:
        sides = f"{words}; the oracle counts {self._naive.numbers()}"
        name = self._naive.route.name
        self.found.append(Violation(self._seed, name, self._minute, what, sides))
