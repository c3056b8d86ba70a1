"""How often the review is right: `python -m tests.review.verdicts [SEEDS] [FIRST]`.

Simulates fleets, reviews each over its thirty days, and compares with the truth file, which the
review never sees: the verdict on every route, and each incident by name.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import msgspec

from console.collector import Collector
from console.intake.times import instant_us
from console.review import build, incident, period
from console.review.types import Review
from console.review.verdict import (
    FRAGILE,
    NOISE,
    OVER_PERMISSIONED,
    STRUCTURAL,
    TOO_FEW,
    UNDER_SPECIFIED,
    WITHIN,
)
from console.settings import Settings, Source, load
from console.simulate import IncidentTruth, Truth, simulate
from console.store.connect import attach

SAMPLE = Path(__file__).parents[2] / "sample_logs"
END_US = instant_us("2026-11-19T15:30:00Z")
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


class Score(NamedTuple):
    """What was asked and how much of it was right, with what was not."""

    right: Counter[str]
    asked: Counter[str]
    wrong: tuple[str, ...]

    def rate(self, what: str) -> float:
        return self.right[what] / self.asked[what]


def settings_for(truth: Truth, logs: Path) -> Settings:
    """Return the settings of the sample logs for every route of a simulation."""
    sample = load(SAMPLE / "burnline.toml")
    return msgspec.structs.replace(sample, path=None, sources=(Source(path=logs, format="native"),))


def reviewed(folder: Path, seed: int) -> tuple[Truth, Review]:
    """Return a simulation's truth, and the review of its thirty days."""
    truth = simulate(folder / "logs", seed=seed, end_us=END_US)
    settings = settings_for(truth, folder / "logs")
    store = folder / "burnline.db"
    collector = Collector(settings, store, folder / "control" / "control.json", now=lambda: END_US)
    collector.catch_up()
    collector.evaluate()
    collector.close()
    connection = attach(store)
    try:
        whole = period.latest(END_US, days=30)
        return truth, build.review(connection, settings, whole, now_us=END_US)
    finally:
        connection.close()


def score(truth: Truth, review: Review, seed: int) -> Score:
    """Compare a review with the truth."""
    right, asked, wrong = Counter[str](), Counter[str](), list[str]()

    def ask(what: str, found: object, *, good: bool, name: str) -> None:
        asked[what] += 1
        right[what] += good
        if not good:
            wrong.append(f"seed {seed} {name}: {what}: {found}")

    for view in review.routes:
        name = view.settings.name
        kinds = felt(truth, name)
        found = {item.kind for item, _ in view.incidents}
        for kind in sorted(kinds):
            ask(f"incident {kind}", sorted(found), good=NAMES[kind] in found, name=name)
        unexpected = found - {NAMES[kind] for kind in kinds}
        ask("nothing else found", sorted(unexpected), good=not unexpected, name=name)
        verdict = view.verdict.verdict
        ask("verdict", verdict, good=verdict in expected(truth, name), name=name)
        words = {word.word for word in view.verdict.words}
        for kind in sorted(kinds & WORDS.keys()):
            ask("weakness", sorted(words), good=WORDS[kind] in words, name=name)
    return Score(right, asked, tuple(wrong))


def felt(truth: Truth, name: str) -> set[str]:
    """Return the kinds of incident that a route really suffered.

    Not an outage in which none of its runs missed, nor a rescue cluster of fewer than three, which
    the end of the logs cut off: three in seven days is what makes one (semantics 4).
    """
    least = {"dependency_outage": 1, "rescue_cluster": 3}
    return {
        one.kind
        for one in truth.incidents
        if name in one.routes and len(hit(truth, name, one)) >= least.get(one.kind, 0)
    }


def hit(truth: Truth, name: str, incident: IncidentTruth) -> set[str]:
    """Return the runs of a route that an incident made miss."""
    missed = {run for runs in truth.routes[name].missed.values() for run in runs}
    return missed & {run for runs in incident.runs.values() for run in runs}


def expected(truth: Truth, name: str) -> set[str]:
    """Return the verdicts that are right for a route.

    One that suffered an incident of its own is structural. Of the others one whose misses lie in
    an outage, half of them or more, is noise; misses that lie elsewhere are its ordinary ones.
    """
    if felt(truth, name) & WORDS.keys():
        return {STRUCTURAL}
    outages = [one for one in truth.incidents if one.kind == "dependency_outage"]
    outside = {run for one in outages for run in hit(truth, name, one)}
    if outside and 2 * len(outside) >= truth.routes[name].bad:
        return {NOISE}
    return {TOO_FEW, WITHIN}


def main(arguments: list[str]) -> int:
    """Print the rates over so many seeds (100), from a first one (1) on."""
    seeds = int(arguments[0]) if arguments else 100
    first = int(arguments[1]) if len(arguments) > 1 else 1
    right, asked = Counter[str](), Counter[str]()
    for seed in range(first, first + seeds):
        with tempfile.TemporaryDirectory() as folder:
            found = score(*reviewed(Path(folder), seed), seed)
        right.update(found.right)
        asked.update(found.asked)
        for line in found.wrong:
            sys.stdout.write(line + "\n")
    for what in sorted(asked):
        sys.stdout.write(
            f"{what:32} {right[what]:5} of {asked[what]:5}  "
            f"{100 * right[what] / asked[what]:.1f} %\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
