"""What one run logs, from its start to whatever comes after delivery.

A run takes a log-normal time, within its SLA unless its fate says otherwise. Its steps share that
time by weight: work and human approval take long, a verdict does not.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from console.model import HOUR_US, MINUTE_US, SECOND_US
from console.simulate.aftermath import aftermath
from console.simulate.lines import Line, LineFields, after
from console.simulate.profile import ActionHabit, CheckHabit, Fate, RouteProfile

_HANDED_OFF, _APPROVED = 0.35, 0.5
"""Of the runs that doubt: the share handed off, and up to where a human decides instead."""
_APPROVAL_DENIED = 0.07


class _Step(NamedTuple):
    """One line to come: its share of the run's time, and bounds on its wait in microseconds."""

    event: str
    fields: LineFields
    weight: float = 1.0
    least_us: int = 0
    most_us: int = 7 * 24 * HOUR_US


def compose(
    profile: RouteProfile, run: str, start_us: int, fate: Fate, rng: Random, *, check: str = ""
) -> list[Line]:
    """Return the lines of one run in time order; `check` is the check that a failed one fails."""
    started: LineFields = {"sla_s": profile.sla_s} if profile.sla_s is not None else {}
    lines = [Line(start_us, "run.started", run, started)]
    failing = ""
    if fate is Fate.FAILED_CHECK and profile.checks:
        failing = check or rng.choice(profile.checks).name
    steps = _steps(profile, run, fate, rng, failing)
    _lay_out(lines, run, steps, _duration_us(profile, fate, rng), rng)
    end = lines[-1]
    if fate is Fate.GOOD and rng.random() < profile.children:
        lines += _child(profile, run, lines)
    lines += aftermath(profile, end, fate, rng, failing)
    lines.sort(key=lambda line: line.at_us)
    return lines


def _duration_us(profile: RouteProfile, fate: Fate, rng: Random) -> int:
    """Return how long the run takes to its end."""
    natural_s = profile.median_s * rng.lognormvariate(0, profile.sigma)
    if profile.sla_s is not None:
        if fate in (Fate.LATE, Fate.TIMED_OUT):
            natural_s = profile.sla_s * rng.uniform(1.08, 1.7)
        elif fate is Fate.STUCK:
            natural_s = min(natural_s, profile.sla_s * 0.3)
        else:
            natural_s = min(natural_s, profile.sla_s * rng.uniform(0.68, 0.88))
    return int(natural_s * SECOND_US)


def _lay_out(
    lines: list[Line], run: str, steps: list[_Step], duration_us: int, rng: Random
) -> None:
    """Append the steps to the lines, sharing the duration among them by weight."""
    weights = [step.weight * rng.uniform(0.6, 1.4) for step in steps]
    unit_us = duration_us / sum(weights)
    for step, weight in zip(steps, weights, strict=True):
        gap_us = min(max(int(unit_us * weight), step.least_us), step.most_us)
        lines.append(after(lines[-1], run, gap_us, step.event, step.fields))


def _steps(profile: RouteProfile, run: str, fate: Fate, rng: Random, failing: str) -> list[_Step]:
    if fate is Fate.STUCK or fate is Fate.PREVENTABLE:
        return _mishandled(profile, fate, rng)
    if fate is Fate.FAILED or fate is Fate.TIMED_OUT:
        return [_Step("run.failed", {"reason": rng.choice(profile.failures)})]
    if fate is Fate.GOOD and rng.random() < profile.cancelled:
        return [_Step("run.cancelled", {"by": "requester"})]
    steps = _doubt(profile, rng) if fate is Fate.GOOD and rng.random() < profile.uncertain else []
    if steps and steps[-1].event == "handoff":
        return steps
    for habit in profile.checks:
        if not habit.after:
            steps += _verdict(profile, habit, failing, rng, fate)
    for action in profile.actions:
        if rng.random() < action.share:
            steps += _action(profile, action, run, rng)
    return [*steps, *_stray(profile, fate), _delivery(profile, fate, failing)]


def _doubt(profile: RouteProfile, rng: Random) -> list[_Step]:
    """Return an uncertain run's lines: sure again, handed off or decided by a human, in time."""
    patience_us = int(profile.escalate_within_s * 0.75 * SECOND_US)
    doubt = _Step(
        "uncertain", _confidence(rng, 0.35, 0.62) | {"reason": rng.choice(profile.doubts)}
    )
    point = rng.random()
    if point < _HANDED_OFF:
        return [doubt, _Step("handoff", {"to": profile.desk}, 2, most_us=patience_us)]
    if point < _APPROVED and profile.approval_required:
        action = profile.approval_required[0]
        return [
            doubt,
            _Step("approval.requested", {"action": action}, 0.5, most_us=patience_us),
            _Step("approval.denied", {"action": action, "by": rng.choice(profile.people)}, 3),
        ]
    return [doubt, _Step("certain", _confidence(rng, 0.8, 0.97), 2, most_us=patience_us)]


def _mishandled(profile: RouteProfile, fate: Fate, rng: Random) -> list[_Step]:
    """Return a doubt that waited too long, or a handoff that nobody should have needed."""
    doubt = _Step("uncertain", _confidence(rng, 0.3, 0.55) | {"reason": rng.choice(profile.doubts)})
    if fate is Fate.PREVENTABLE:
        patience_us = int(profile.escalate_within_s * 0.75 * SECOND_US)
        fields: LineFields = {"to": profile.desk, "preventable": True}
        return [doubt, _Step("handoff", fields, most_us=patience_us)]
    waited_us = int(profile.escalate_within_s * rng.uniform(1.3, 2.4) * SECOND_US)
    return [doubt, _Step("handoff", {"to": profile.desk}, least_us=waited_us)]


def _confidence(rng: Random, low: float, high: float) -> LineFields:
    return {"confidence": round(rng.uniform(low, high), 2)}


def _verdict(
    profile: RouteProfile, habit: CheckHabit, failing: str, rng: Random, fate: Fate
) -> list[_Step]:
    failed = _Step("check.failed", {"check": habit.name, "reason": rng.choice(habit.reasons)}, 2)
    if habit.name == failing:
        return [failed]
    passed = _Step("check.passed", {"check": habit.name}, 2)
    reworked = fate is Fate.GOOD and rng.random() < profile.rework
    return [failed, passed] if reworked else [passed]


def _action(profile: RouteProfile, habit: ActionHabit, run: str, rng: Random) -> list[_Step]:
    fields: LineFields = {"action": habit.name, "scope": "in"}
    if not habit.approval:
        return [_Step("action.taken", fields)]
    asked = _Step("approval.requested", {"action": habit.name}, 0.5)
    by: LineFields = {"action": habit.name, "by": rng.choice(profile.people)}
    if rng.random() < _APPROVAL_DENIED:
        return [asked, _Step("approval.denied", by, 4)]
    grant = f"g-{run}"
    granted = _Step("approval.granted", by | {"grant": grant}, 4)
    return [asked, granted, _Step("action.taken", fields | {"grant": grant}, 0.5)]


def _stray(profile: RouteProfile, fate: Fate) -> list[_Step]:
    action = profile.stray_action
    if fate is Fate.DENIED:
        return [_Step("action.denied", {"action": action, "rule": profile.stray_rule}, 0.5)]
    if fate is Fate.OUT_OF_SCOPE:
        return [_Step("action.taken", {"action": action, "scope": "out"}, 0.5)]
    return []


def _delivery(profile: RouteProfile, fate: Fate, failing: str) -> _Step:
    untrusted = fate in (Fate.UNTRUSTED, Fate.FAILED_RECOVERY)
    untrusted = untrusted or (fate is Fate.FAILED_CHECK and not failing)
    if not (untrusted or profile.verdict_on_delivery):
        return _Step("run.delivered", {})
    return _Step("run.delivered", {"trusted": not untrusted})


def _child(profile: RouteProfile, parent: str, lines: list[Line]) -> list[Line]:
    """Return a run that this one started for a part of the work, and that ended well before it."""
    run = f"{parent}.1"
    fields: LineFields = {"parent": parent}
    first, last = lines[0].at_us, lines[-1].at_us
    step_us = min((last - first) // (len(profile.checks) + 4), 5 * MINUTE_US)
    found = [Line(first + step_us, "run.started", run, fields)]
    for check in profile.checks:
        verdict: LineFields = fields | {"check": check.name}
        found.append(after(found[-1], run, step_us, "check.passed", verdict))
    return [*found, after(found[-1], run, step_us, "run.delivered", fields)]
