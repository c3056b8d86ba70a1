"""What a run logs after its end: late verdicts, human rescue, recovery."""

from __future__ import annotations

from random import Random

from console.model import HOUR_US, MINUTE_US, SECOND_US
from console.simulate.lines import Line, LineFields, after
from console.simulate.profile import Fate, RouteProfile

_RECOVERED_UNASKED = 0.4
"""How often agents log a recovery where no deadline demands one."""
_DISCARDED = 0.25


def aftermath(
    profile: RouteProfile, end: Line, fate: Fate, rng: Random, failing: str
) -> list[Line]:
    """Return the lines that follow a run's last one; `failing` is the check that fails, if any."""
    found = _late_verdicts(profile, end, rng, failing)
    last = found[-1] if found else end
    if fate is Fate.RESCUED:
        found.append(_rescue(profile, end, rng))
        last = found[-1]
    if fate is Fate.FAILED_RECOVERY:
        return [*found, *_second_attempt(last, rng)]
    if fate is not Fate.GOOD and (profile.recover_within_s or rng.random() < _RECOVERED_UNASKED):
        found += _recovery(profile, last, fate, rng)
    return found


def _late_verdicts(profile: RouteProfile, end: Line, rng: Random, failing: str) -> list[Line]:
    """Return the verdicts of checks that look at delivered work, within an hour of it."""
    if end.event != "run.delivered":
        return []
    found: list[Line] = []
    for habit in profile.checks:
        if habit.after:
            fields: LineFields = {"check": habit.name}
            failed = habit.name == failing
            if failed:
                fields["reason"] = rng.choice(habit.reasons)
            verdict = "check.failed" if failed else "check.passed"
            gap_us = int(rng.uniform(4, 45) * MINUTE_US)
            found.append(after(end, end.run, gap_us, verdict, fields))
    return found


def _rescue(profile: RouteProfile, end: Line, rng: Random) -> Line:
    fields: LineFields = {
        "by": rng.choice(profile.people) if profile.people else profile.desk,
        "minutes": rng.randrange(15, 75, 5),
    }
    if rng.random() < _DISCARDED:
        fields["discarded"] = True
    return after(end, end.run, int(rng.uniform(2, 7) * HOUR_US), "rescued", fields)


def _recovery(profile: RouteProfile, last: Line, fate: Fate, rng: Random) -> list[Line]:
    kind = "rollback" if fate is Fate.OUT_OF_SCOPE else rng.choice(("notify", "rollback"))
    within_us = (profile.recover_within_s or 3600) * SECOND_US
    started = after(
        last, last.run, int(within_us * rng.uniform(0.02, 0.2)), "recovery.started", {"kind": kind}
    )
    gap_us = int(within_us * rng.uniform(0.03, 0.3))
    return [started, after(started, last.run, gap_us, "recovery.succeeded", {"kind": kind})]


def _second_attempt(last: Line, rng: Random) -> list[Line]:
    """Return a rollback that does not work, and the one that does."""
    kind: LineFields = {"kind": "rollback"}
    plan = (
        ("recovery.started", 1, 4, kind),
        ("recovery.failed", 3, 9, kind | {"reason": "previous image no longer in the registry"}),
        ("recovery.started", 20, 40, kind),
        ("recovery.succeeded", 4, 12, kind),
    )
    found: list[Line] = []
    for event, low, high, fields in plan:
        gap_us = int(rng.uniform(low, high) * MINUTE_US)
        last = after(last, last.run, gap_us, event, fields)
        found.append(last)
    return found
