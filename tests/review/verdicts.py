"""How often the review is right: `python -m tests.review.verdicts [SEEDS] [FIRST]`.

Simulates fleets, reviews each over all its days, and compares with the truth file, which the
review never sees: the verdict on every route, each incident by name, time, runs and the routes
that shared it, and the weakness it shows. `--days`, `--routes` and `--lines` make other fleets.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from console.intake.times import instant_us
from console.model import DAY_US, MINUTE_US
from console.review import incident
from console.review.incident import Incident
from console.review.types import Review, RouteReview
from console.review.verdict import (
    FRAGILE,
    NOISE,
    OVER_PERMISSIONED,
    STRUCTURAL,
    TOO_FEW,
    UNDER_SPECIFIED,
    WITHIN,
)
from console.simulate import IncidentTruth, Truth
from tests.review.fleets import Fleet, reviewed

NAMES = {
    "slow_burn": incident.SLOW,
    "fast_burn": incident.FAST,
    "quiet": incident.QUIET,
    "silent": incident.SILENT,
    "permission_breach": incident.BREACH,
    "rescue_cluster": incident.RESCUES,
    "failed_rollback": incident.ROLLBACK,
    "dependency_outage": incident.OUTAGE,
}
"""What the review calls each incident of a simulation."""
WORDS = {
    "slow_burn": UNDER_SPECIFIED,
    "fast_burn": UNDER_SPECIFIED,
    "permission_breach": OVER_PERMISSIONED,
    "rescue_cluster": UNDER_SPECIFIED,
    "failed_rollback": FRAGILE,
}
"""The weakness that each incident of a route's own shows; the others show none."""
_RUNS_IN_THREE_DAYS = 10
"""Fewer, and rates say little: `min_runs` in the longest window of the built-in rules."""
_FEWEST = 3
_SLACK_US = 60 * MINUTE_US
"""A run that starts in an incident may miss, and be found, a deadline later."""


class Score(NamedTuple):
    """What was asked and how much of it was right, with what was not."""

    right: Counter[str]
    asked: Counter[str]
    wrong: list[str]

    def ask(self, what: str, found: object, *, good: bool, name: str) -> None:
        self.asked[what] += 1
        self.right[what] += good
        if not good:
            self.wrong.append(f"{name}: {what}: {found}")


def score(truth: Truth, review: Review) -> Score:
    """Compare a review with the truth."""
    said = Score(Counter(), Counter(), [])
    for view in review.routes:
        _route(said, truth, view)
    return said


def _route(said: Score, truth: Truth, view: RouteReview) -> None:
    name = f"seed {truth.seed} {view.settings.name}"
    suffered = felt(truth, view.settings.name)
    kinds = {one.kind for one in suffered}
    found = {item.kind for item, _ in view.incidents}
    for one in suffered:
        _incident(said, truth, view, one)
    unexpected = found - {NAMES[kind] for kind in kinds}
    if scarce(truth, view.settings.name, 2 * _RUNS_IN_THREE_DAYS):
        unexpected -= {incident.QUIET}
    said.ask("nothing else found", sorted(unexpected), good=not unexpected, name=name)
    verdict = view.verdict.verdict
    said.ask("verdict", verdict, good=verdict in expected(truth, view.settings.name), name=name)
    words = {word.word for word in view.verdict.words}
    for kind in sorted(kinds & WORDS.keys()):
        unsaid = TOO_FEW in words and truth.routes[view.settings.name].bad < _FEWEST
        said.ask("weakness", sorted(words), good=WORDS[kind] in words or unsaid, name=name)


def _incident(said: Score, truth: Truth, view: RouteReview, one: IncidentTruth) -> None:
    """Ask for one incident on one route: its name, then its time, its runs and who shared it."""
    route = view.settings.name
    name = f"seed {truth.seed} {route}"
    named = [item for item, _ in view.incidents if item.kind == NAMES[one.kind]]
    kinds = sorted(item.kind for item, _ in view.incidents)
    said.ask(f"incident {one.kind}", kinds, good=bool(named), name=name)
    if not named:
        return
    hurt = hit(truth, route, one)
    there = [item for item in named if _overlap(item, one) or hurt & {*item.runs}]
    said.ask("its time", [item.span for item in named], good=bool(there), name=name)
    runs = {run for item in there for run in item.runs}
    if hurt:
        both = len(hurt & runs)
        good = 3 * both >= 2 * len(hurt) and 3 * both >= 2 * len(runs)
        said.ask("its runs", f"{both} of {len(hurt)} in {len(runs)}", good=good, name=name)
    if one.kind == "dependency_outage":
        sharing = {route for item in there for route in (item.route, *item.shared)}
        own = {other for other in one.routes if hit(truth, other, one)}
        good = own <= sharing <= own | _at_once(truth, one)
        said.ask("who shared it", sorted(sharing), good=good, name=name)


def _at_once(truth: Truth, one: IncidentTruth) -> set[str]:
    """Return the routes of other outages of the same hours, which nothing tells from this one."""
    first_us, end_us = instant_us(one.since) - _SLACK_US, instant_us(one.until) + _SLACK_US
    return {
        route
        for other in truth.incidents
        if other.kind == one.kind
        and instant_us(other.since) < end_us
        and instant_us(other.until) > first_us
        for route in other.routes
    }


def _overlap(item: Incident, one: IncidentTruth) -> bool:
    first_us, end_us = instant_us(one.since), instant_us(one.until) + _SLACK_US
    return item.span.first * MINUTE_US < end_us and item.span.end * MINUTE_US > first_us


def felt(truth: Truth, name: str) -> list[IncidentTruth]:
    """Return the incidents that a route really suffered.

    Not an outage in which none of its runs missed, nor a rescue cluster of fewer than three, which
    the end of the logs cut off: three in seven days is what makes one (semantics 4). Nor a fast
    burn of one miss, which never pages (6), nor few runs where a variation of the route has enough.
    """
    least = {"dependency_outage": 1, "rescue_cluster": 3, "fast_burn": 2}
    return [
        one
        for one in truth.incidents
        if name in one.routes
        and len(hit(truth, name, one)) >= least.get(one.kind, 0)
        and (one.kind != "quiet" or scarce(truth, name, _RUNS_IN_THREE_DAYS))
    ]


def scarce(truth: Truth, name: str, runs: int) -> bool:
    """Say whether fewer runs than that closed in three days on average."""
    length_us = instant_us(truth.until) - instant_us(truth.since)
    return truth.routes[name].closed * 3 * DAY_US < runs * length_us


def hit(truth: Truth, name: str, incident: IncidentTruth) -> set[str]:
    """Return the runs of a route that an incident made miss."""
    missed = {run for runs in truth.routes[name].missed.values() for run in runs}
    return missed & {run for runs in incident.runs.values() for run in runs}


def expected(truth: Truth, name: str) -> set[str]:
    """Return the verdicts that are right for a route.

    One that suffered an incident of its own is structural. Of the others one whose misses lie in
    an outage, half of them or more, is noise; misses that lie elsewhere are its ordinary ones.
    """
    if {one.kind for one in felt(truth, name)} & WORDS.keys():
        return {STRUCTURAL}
    outages = [one for one in truth.incidents if one.kind == "dependency_outage"]
    outside = {run for one in outages for run in hit(truth, name, one)}
    if outside and 2 * len(outside) >= truth.routes[name].bad:
        return {NOISE}
    return {TOO_FEW, WITHIN}


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.review.verdicts", description=__doc__.partition("\n\n")[2]
    )
    parser.add_argument("seeds", type=int, nargs="?", default=100, help="how many (default 100)")
    parser.add_argument("first", type=int, nargs="?", default=1, help="the first (default 1)")
    parser.add_argument("--days", type=int, default=30, help="how many days (default 30)")
    parser.add_argument("--routes", type=int, default=8, help="how many routes (default 8)")
    parser.add_argument("--lines", type=int, help="about how many lines (default: as it comes)")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Print the rates, and what was wrong; 1 where under 95 % of the verdicts are right."""
    options = _options(arguments)
    right, asked = Counter[str](), Counter[str]()
    for seed in range(options.first, options.first + options.seeds):
        fleet = Fleet(seed, options.days, options.routes, options.lines)
        with tempfile.TemporaryDirectory() as folder:
            found = score(*reviewed(Path(folder), fleet))
        right.update(found.right)
        asked.update(found.asked)
        for line in found.wrong:
            sys.stdout.write(line + "\n")
    for what in sorted(asked):
        share = 100 * right[what] / asked[what]
        sys.stdout.write(f"{what:32} {right[what]:5} of {asked[what]:5}  {share:.1f} %\n")
    return 0 if right["verdict"] >= 0.95 * asked["verdict"] else 1


if __name__ == "__main__":
    sys.exit(main())
