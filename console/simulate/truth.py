"""What a simulation made happen: written beside the logs, never into them.

Run ids are unique over the whole fleet. A miss counts at the end of the logs only if its deadline
had passed by then; the generator sees to it that none is pending.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from console.model import ErrorClass
from console.simulate.course import ORDINARY, Outcome
from console.simulate.incidents import Episode
from console.simulate.lines import stamp
from console.simulate.profile import RouteProfile


class IncidentTruth(msgspec.Struct, kw_only=True):
    """One incident: its routes, its time (RFC 3339), the runs it made miss by class."""

    kind: str
    routes: list[str]
    since: str = msgspec.field(name="from")
    until: str = msgspec.field(name="to")
    runs: dict[str, list[str]] = {}


class RouteTruth(msgspec.Struct, kw_only=True):
    """One route as it was simulated, and its totals.

    `runs` counts runs started, child runs apart; `closed` those with a verdict, `bad` those of them
    with a miss; `misses` and `missed` hold, by class, how many runs missed and which.
    """

    tier: str
    agents: list[str]
    requires: list[str]
    approval_required: list[str]
    sla_s: int | None
    escalate_within_s: int
    recover_within_s: int | None
    runs: int = 0
    closed: int = 0
    cancelled: int = 0
    open: int = 0
    handoffs: int = 0
    bad: int = 0
    lines: int = 0
    misses: dict[str, int] = {}
    missed: dict[str, list[str]] = {}


class Truth(msgspec.Struct, kw_only=True):
    """The whole simulation."""

    seed: int
    since: str = msgspec.field(name="from")
    until: str = msgspec.field(name="to")
    lines: int = 0
    routes: dict[str, RouteTruth] = {}
    incidents: list[IncidentTruth] = []


def truth_path(out: Path) -> Path:
    """Return where the truth of the logs in `out` is written."""
    return out.with_name(out.name + ".truth.json")


def write_truth(truth: Truth, out: Path) -> None:
    """Write the truth beside the logs."""
    text = msgspec.json.format(msgspec.json.encode(truth), indent=1)
    truth_path(out).write_bytes(text + b"\n")


def read_truth(path: Path) -> Truth:
    """Read what `write_truth` wrote."""
    return msgspec.json.decode(path.read_bytes(), type=Truth)


class Tally:
    """Keeps count for one route while its logs are written."""

    def __init__(self, profile: RouteProfile, agents: list[str], episodes: list[Episode]) -> None:
        self.route = RouteTruth(
            tier=profile.tier,
            agents=agents,
            requires=list(profile.requires),
            approval_required=list(profile.approval_required),
            sla_s=profile.sla_s,
            escalate_within_s=profile.escalate_within_s,
            recover_within_s=profile.recover_within_s,
            misses={one.value: 0 for one in ErrorClass},
        )
        self.incidents = [
            IncidentTruth(
                kind=one.kind,
                routes=[profile.name],
                since=stamp(one.from_us),
                until=stamp(one.to_us),
            )
            for one in episodes
        ]
        self._profile = profile

    def count(self, run: str, outcome: Outcome, events: frozenset[str]) -> None:
        """Count one run that was written, given the events that it logged itself."""
        self.route.runs += 1
        self.route.handoffs += "handoff" in events
        if "run.cancelled" in events:
            self.route.cancelled += 1
        elif events.isdisjoint(("run.delivered", "run.failed", "handoff")):
            self.route.open += 1
        else:
            self.route.closed += 1
        classes = self._profile.charged(outcome.fate)
        self.route.bad += bool(classes)
        for one in classes:
            self.route.misses[one] += 1
            self.route.missed.setdefault(one, []).append(run)
            if outcome.episode != ORDINARY:
                self.incidents[outcome.episode].runs.setdefault(one, []).append(run)


def merged(incidents: list[IncidentTruth]) -> list[IncidentTruth]:
    """Join what several routes suffered at once for one cause, and sort by beginning."""
    found: dict[tuple[str, str, str], IncidentTruth] = {}
    for one in incidents:
        shared = one.kind == "dependency_outage"
        key = (one.kind, one.since, "" if shared else one.routes[0])
        known = found.setdefault(key, one)
        if known is not one:
            known.routes += one.routes
            for name, runs in one.runs.items():
                known.runs.setdefault(name, []).extend(runs)
    return sorted(found.values(), key=lambda one: (one.since, one.routes))
