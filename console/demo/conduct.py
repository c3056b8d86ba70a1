"""How a sample agent behaves: what befalls its runs, and what it does where the guard says no.

No clock and no waiting here: `agents` plays this in time.
"""

from __future__ import annotations

import threading
from random import Random
from typing import Protocol

from console.agent import ApprovalNeeded, Refused, RoutePaused
from console.simulate.course import Course
from console.simulate.incidents import ALLOWED, Episode
from console.simulate.lines import Line, LineFields
from console.simulate.profile import Fate, RouteProfile
from console.simulate.script import compose

_BURN = 15.5
_FOREVER_US = 1 << 62
_ASKED = ("approval.requested", "action.taken")


class Gate(Protocol):
    """The part of a guard that is asked within a run."""

    def check_action(self, name: str, run: str = "") -> str:
        """Return if the action may be taken, else raise."""
        ...


class Floor:
    """How many runs of one route are being worked on, by all of its agents together.

    Each agent has a guard of its own, which counts that agent's runs alone. Where the route is
    reduced to few runs, the agents therefore take turns.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy = 0

    def enter(self, *, alone: bool) -> bool:
        """Begin a run; with `alone` only if no other one is being worked on."""
        with self._lock:
            if alone and self._busy:
                return False
            self._busy += 1
            return True

    def leave(self) -> None:
        """End a run."""
        with self._lock:
            self._busy -= 1


def runs_live(profile: RouteProfile) -> bool:
    """Say whether the route has agents in the demonstration; the silent one has none."""
    return "silent" not in profile.incidents


def live_course(profile: RouteProfile, rng: Random) -> Course:
    """Return the fates of a route's runs from now on: what burned fast goes on, others behave."""
    found: list[Episode] = []
    if "fast_burn" in profile.incidents:
        share = min(0.9, _BURN * ALLOWED[profile.tier])
        found.append(
            Episode(
                kind="fast_burn",
                from_us=0,
                to_us=_FOREVER_US,
                share=(share, share),
                fates=((Fate.FAILED_CHECK, 1.0),),
                check=profile.checks[0].name if profile.checks else "",
            )
        )
    return Course(found, [], rng)


def live_script(
    profile: RouteProfile, run: str, course: Course, work_us: int, rng: Random
) -> list[Line]:
    """Return the lines of one run, their times counted from its start and fitted into `work_us`."""
    outcome = course.outcome(1)
    lines = compose(profile, run, 0, outcome.fate, rng, check=outcome.check)
    last_us = max(1, lines[-1].at_us)
    return [line._replace(at_us=line.at_us * work_us // last_us) for line in lines]


class Conduct:
    """One run under a guard: turns each line that is meant into those that may be logged.

    The guard is asked when an action is to be approved and again when it is to be taken, since an
    order may come in between. Where it refuses, the refusal is logged and the run goes on without
    that action; a route that stops its runs ends this one.
    """

    def __init__(self, gate: Gate, run: str) -> None:
        self.ended = False
        self._gate = gate
        self._run = run
        self._dropped: set[object] = set()

    def line(self, meant: Line) -> Line | None:
        """Return what to log for a line of the script, None where it is left out."""
        action = meant.fields.get("action")
        if self.ended or (action is not None and action in self._dropped):
            return None
        if not isinstance(action, str) or meant.event not in _ASKED:
            return meant
        try:
            grant = self._gate.check_action(action, run=self._run)
        except Refused as refusal:
            self._dropped.add(action)
            return self._refused(meant, action, refusal)
        if grant and meant.event == "action.taken":
            return meant._replace(fields=meant.fields | {"grant": grant})
        return meant

    def _refused(self, meant: Line, action: str, refusal: Refused) -> Line:
        """Return the line that tells of a refusal; the guard's text carries the order's mark."""
        if isinstance(refusal, RoutePaused):
            self.ended = True
            if refusal.directive:
                return Line(meant.at_us, "run.cancelled", self._run, {"by": refusal.directive})
            return Line(meant.at_us, "run.failed", self._run, {"reason": refusal.reason})
        fields: LineFields = {"action": action}
        if refusal.directive:
            fields["directive"] = refusal.directive
        if isinstance(refusal, ApprovalNeeded):
            return Line(meant.at_us, "approval.requested", self._run, fields)
        return Line(meant.at_us, "action.denied", self._run, fields | {"rule": str(refusal)})
