"""Precision, recall, detection and reset time of our page rules beside the usual alternatives.

    python tests/bench/alerts.py [--incidents 60] [--seed 1]

One route of 99 % over 30 days with a steady 60 runs a minute. Something happens every three days:
a full outage, a partial one or a slow burn, each of which spends at least 2 % of the budget, or a
spike or a bad quarter of an hour that does not. An alert is right if it begins during one of the
former; times are means, in minutes, after the incident began and after it ended (SRE Workbook,
chapter 5: precision, recall, detection time, reset time). A seed gives the same table again.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterable
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from console.burn import kinds, lifecycle, rules
from console.burn.lifecycle import Alert, Condition, Verdict
from console.model import MINUTE_US, Counts, Severity
from console.settings import RouteSettings

RUNS = 60
BUDGET_PPM = 10_000
APART = 3 * 1_440
KINDS = (
    ("outage", (10, 45), 1_000_000, True),
    ("partial", (60, 180), 200_000, True),
    ("slow burn", (480, 720), 80_000, True),
    ("spike", (1, 3), 600_000, False),
    ("bad quarter", (12, 18), 60_000, False),
)
"""Name, shortest and longest duration in minutes, errors in ppm, and whether it deserves a page."""


class Incident(NamedTuple):
    """A stretch of minutes; `counts`: a human should have been called."""

    first: int
    end: int
    counts: bool


class Firing(NamedTuple):
    """A stretch of minutes in which an alert stood."""

    first: int
    end: int


class Course(NamedTuple):
    """Bad runs before each minute, in all, and what happened."""

    before: list[int]
    incidents: list[Incident]

    def bad(self, minute: int, length: int) -> int:
        """Return the bad runs of the minutes (minute - length, minute]."""
        return self.before[minute + 1] - self.before[max(0, minute + 1 - length)]

    def share_over(self, minute: int, length: int, ppm: float) -> bool:
        """Say whether at least `ppm` of the runs of a window missed."""
        return self.bad(minute, length) * 1_000_000 >= ppm * RUNS * length


def course(incidents: int, seed: int) -> Course:
    """Return what happened, from a seed."""
    chance = random.Random(seed)
    errors = [chance.random() * BUDGET_PPM * 0.8 for _ in range(APART * (incidents + 1))]
    found = []
    for number in range(incidents):
        _, lengths, ppm, counts = KINDS[number % len(KINDS)]
        first = APART * (number + 1) - chance.randrange(600, 1_440)
        found.append(Incident(first, first + chance.randint(*lengths), counts))
        errors[first : found[-1].end] = [ppm] * (found[-1].end - first)
    bad = [_rounded(chance, RUNS * each / 1_000_000) for each in errors]
    return Course([0, *accumulate(bad)], found)


def _rounded(chance: random.Random, expected: float) -> int:
    return int(expected) + (chance.random() < expected % 1)


def ours(of: Course) -> list[Firing]:
    """Return when a page of our built-in rules stood."""
    route = RouteSettings(name="bench", budget_ppm=BUDGET_PPM)
    pages = [rule for rule in rules.of(route) if rule.severity is Severity.PAGE]
    alert: Alert | None = None
    found: list[Firing] = []
    for minute in range(len(of.before) - 1):
        readings = [
            rules.read(rule, _counts(of, minute, rule.long_us), _counts(of, minute, rule.short_us),
                       RUNS * 43_200, route)
            for rule in pages
        ]  # fmt: skip
        alert = lifecycle.step(alert, [_condition(readings)], "", minute * MINUTE_US, lambda: "A1")
        if alert is not None and alert.resolved_us is not None:
            found.append(Firing(alert.opened_us // MINUTE_US, minute))
            alert = None
    return found


def _counts(of: Course, minute: int, length_us: int) -> Counts:
    length = length_us // MINUTE_US
    return Counts(total=RUNS * length, bad=of.bad(minute, length))


def _condition(readings: list[rules.Reading]) -> Condition:
    firing = [item for item in readings if item.fires]
    return Condition(
        kinds.BURN,
        Severity.PAGE,
        Verdict.FIRE if firing else Verdict.HEALTHY,
        "",
        quiet=all(item.quiet for item in readings),
        hold_us=max((item.rule.short_us for item in firing), default=0),
    )


def while_true(over: Callable[[int], bool], minutes: int, wait: int = 0) -> list[Firing]:
    """Return the stretches in which something holds, from its `wait`-th minute in a row on."""
    found: list[Firing] = []
    since: int | None = None
    for minute in range(minutes):
        if over(minute):
            since = minute if since is None else since
        elif since is not None:
            if minute - since > wait:
                found.append(Firing(since + wait, minute))
            since = None
    return found


def table(of: Course) -> Iterable[tuple[str, str, str, str, str]]:
    """Return a row for each way of alerting."""
    minutes = len(of.before) - 1

    def over(length: int, k: float) -> Callable[[int], bool]:
        return lambda minute: of.share_over(minute, length, k * BUDGET_PPM)

    ways = {
        "burnline: 1h/5m at 14.4x, 6h/30m at 6x": ours(of),
        "one window: 1h at 14.4x": while_true(over(60, 14.4), minutes),
        "one window: 1h at 36x": while_true(over(60, 36), minutes),
        "fixed: over 5 % of the runs for 5 min": while_true(over(1, 5), minutes, 5),
        "for: 5m at 14.4x for 15 min": while_true(over(5, 14.4), minutes, 15),
        "for: 1h at 6x for 1 h": while_true(over(60, 6), minutes, 60),
    }
    for name, firings in ways.items():
        yield (name, *judged(of.incidents, firings))


def judged(incidents: list[Incident], firings: list[Firing]) -> tuple[str, str, str, str]:
    """Return precision, recall, and the mean detection and reset times."""
    real = [each for each in incidents if each.counts]
    right = 0
    detected, reset = [], []
    for incident in real:
        mine = [each for each in firings if incident.first <= each.first < incident.end]
        right += len(mine)
        if mine:
            detected.append(mine[0].first - incident.first + 1)
            reset.append(max(0, mine[-1].end - incident.end))
    return (
        f"{100 * right // len(firings)} %" if firings else "-",
        f"{100 * len(detected) // len(real)} %",
        f"{sum(detected) / len(detected):.0f} min" if detected else "-",
        f"{sum(reset) / len(reset):.0f} min" if reset else "-",
    )


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description="precision and recall of ways to alert")
    parser.add_argument("--incidents", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rows = [("pages by", "precision", "recall", "detection", "reset"), ("---",) * 5]
    rows += table(course(asked.incidents, asked.seed))
    for row in rows:
        sys.stdout.write(f"| {' | '.join(row)} |\n")


if __name__ == "__main__":
    main()
