"""Conditions of the budget itself: spent, nearly so, soon so, by whom; and what is not measured.

They look at the whole budget window, as charged, and are judged against the volume guard: under
B * total >= 1 and `min_misses` a single awkward run would say everything. Those that move with
every run end only after an hour on the right side, since a budget that hovers at its mark would
otherwise tell people of every run.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from console.burn import arithmetic, forecast, kinds
from console.burn.ground import QUARTER_US, RESCUE_SPAN_US, UNMEASURED
from console.burn.lifecycle import Condition, Verdict
from console.burn.rules import percent
from console.model import CLASSES, HOUR_US, Counts, Severity

if TYPE_CHECKING:
    from console.burn.ground import Ground
    from console.model import ErrorClass

HOLD_US = HOUR_US
LEFT_STEPS = (Fraction(1, 4), Fraction(1, 2))
"""What is left of the budget when its owner is told, the least first (GOV.UK's 25 % and 50 %)."""
CLASS_SHARE = Fraction(1, 5)
"""More of a quarter's budget by one class asks for a plan (SRE Workbook, error budget policy)."""
RESCUES = 3


def watched(ground: Ground) -> list[Condition]:
    """Return every condition of the budget, firing or not."""
    found = [_spent(ground), _exhausts(ground)]
    found += [_left(ground, step) for step in LEFT_STEPS]
    found += [_cap(ground, item) for item in CLASSES if item.value in ground.route.caps_ppm]
    found += [_class_share(ground, item) for item in CLASSES]
    found += [_rescues(ground), _unmeasured(ground)]
    if ground.route.max_handoff_ppm is not None:
        found.append(_handoff_rate(ground, ground.route.max_handoff_ppm))
    return found


def _spent(ground: Ground) -> Condition:
    """Nothing is left: also while the sources are stale, since the window holds data."""
    route, left = ground.route, _left_of(ground)
    if ground.catching_up or left is None:
        return _withheld(ground, kinds.SPENT, Severity.PAGE)
    words = f"{route.name}: {percent(left)} of the budget is left over {route.window.text}."
    words += f" Owner: {route.owner}." if route.owner else " Nobody owns it."
    if left <= 0 and ground.budget_counts:
        rules = (f"left {percent(left)}",)
        return Condition(
            kinds.SPENT, Severity.PAGE, Verdict.FIRE, words, rules,
            hold_us=HOLD_US, classes=_classes(ground.charged),
        )  # fmt: skip
    if ground.stale:
        return _withheld(ground, kinds.SPENT, Severity.PAGE)
    return Condition(kinds.SPENT, Severity.PAGE, Verdict.HEALTHY, words)


def _left(ground: Ground, step: Fraction) -> Condition:
    route, left, part = ground.route, _left_of(ground), percent(step)
    if ground.catching_up or ground.stale or left is None:
        return _withheld(ground, kinds.LEFT, part=part)
    words = (
        f"{route.name}: {percent(left)} of the budget is left over {route.window.text}, "
        f"the mark is {part}."
    )
    fires = left <= step and ground.budget_counts
    rules, classes = (f"left at most {part}",), _classes(ground.charged)
    return _ticket(kinds.LEFT, words, rules, fires=fires, part=part, classes=classes)


def _exhausts(ground: Ground) -> Condition:
    """The budget is gone within `exhausts_within`, at a pace that rests on more than one miss."""
    route, found = ground.route, ground.forecast
    if ground.catching_up or ground.stale or found.outlook == forecast.NO_DATA:
        return _withheld(ground, kinds.EXHAUSTS)
    soon = found.at_us is not None and found.at_us - ground.minute_us <= route.exhausts_within_us
    fires = soon and ground.budget_counts and found.bad >= route.min_misses
    gone = forecast.words(found, ground.minute_us, route.window.timezone)
    words = f"{route.name}: {gone or 'at this pace the budget lasts.'}"
    classes = _classes(ground.day)
    return _ticket(kinds.EXHAUSTS, words, ("gone soon",), fires=fires, classes=classes)


def _cap(ground: Ground, error_class: ErrorClass) -> Condition:
    """A class has spent the cap that its owner set: a share of all runs, like the budget."""
    counts, cap_ppm = ground.charged, ground.route.caps_ppm[error_class.value]
    part = error_class.value
    if ground.catching_up or ground.stale or not counts.total:
        return _withheld(ground, kinds.CAP, part=part)
    took = counts.of(error_class)
    spent = took * arithmetic.PPM >= cap_ppm * counts.total
    enough = took >= ground.route.min_misses and cap_ppm * counts.total >= arithmetic.PPM
    cap = percent(Fraction(cap_ppm, arithmetic.PPM))
    missed = f"{took} of {counts.total} runs missed by {part}"
    words = f"{ground.route.name}: {missed}, its cap is {cap}."
    rules = (f"cap {part} {cap}",)
    return _ticket(kinds.CAP, words, rules, fires=spent and enough, part=part, classes=(part,))


def _class_share(ground: Ground, error_class: ErrorClass) -> Condition:
    """One class took over a fifth of a quarter's budget; judged once a whole quarter is known."""
    counts, route, part = ground.quarter, ground.route, error_class.value
    whole = ground.now_us - ground.first_us >= QUARTER_US
    if ground.catching_up or ground.stale or not counts.total or not whole:
        return _withheld(ground, kinds.CLASS_SHARE, part=part)
    took = counts.of(error_class)
    share = Fraction(took * arithmetic.PPM, counts.total * route.budget_ppm)
    small = arithmetic.smaller_than_one_run(counts.total, route.budget_ppm)
    fires = share > CLASS_SHARE and took >= route.min_misses and not small
    words = f"{route.name}: {part} took {percent(share)} of the budget of the last 90 days."
    rules = (f"{part} over {percent(CLASS_SHARE)} of a quarter",)
    return _ticket(kinds.CLASS_SHARE, words, rules, fires=fires, part=part, classes=(part,))


def _rescues(ground: Ground) -> Condition:
    """Humans repaired so often that it is no accident; silence of the agents changes nothing."""
    if ground.catching_up:
        return _withheld(ground, kinds.RESCUES)
    since_us = ground.minute_us - RESCUE_SPAN_US
    times = sum(at_us > since_us for at_us in ground.rescued_us)
    words = f"{ground.route.name}: rescued {times} times in seven days."
    rules = (f"{RESCUES} rescues in 7d",)
    verdict = Verdict.FIRE if times >= RESCUES else Verdict.HEALTHY
    return Condition(kinds.RESCUES, Severity.TICKET, verdict, words, rules)


def _handoff_rate(ground: Ground, most_ppm: int) -> Condition:
    """So much is handed off that being green says little; needs `min_runs` in the window."""
    total, given = ground.experienced.total, ground.handoffs
    if ground.catching_up or ground.stale or total == 0:
        return _withheld(ground, kinds.HANDOFF_RATE)
    most = percent(Fraction(most_ppm, arithmetic.PPM))
    fires = given * arithmetic.PPM > most_ppm * total and total >= ground.route.min_runs
    words = f"{ground.route.name}: {given} of {total} runs were handed off, at most {most} may be."
    return _ticket(kinds.HANDOFF_RATE, words, (f"handed off over {most}",), fires=fires)


def _unmeasured(ground: Ground) -> Condition:
    """Too many runs have no verdict for the numbers to be trusted."""
    total = ground.experienced.total + ground.unknown
    if ground.catching_up or ground.stale or not total:
        return _withheld(ground, kinds.UNMEASURED)
    most = percent(UNMEASURED)
    words = f"{ground.route.name}: {ground.unknown} of {total} runs have no verdict."
    fires = ground.unknown > UNMEASURED * total
    return _ticket(kinds.UNMEASURED, words, (f"unknown over {most}",), fires=fires)


def _ticket(
    kind: str,
    words: str,
    rules: tuple[str, ...],
    *,
    fires: bool,
    part: str = "",
    classes: tuple[str, ...] = (),
) -> Condition:
    verdict = Verdict.FIRE if fires else Verdict.HEALTHY
    return Condition(
        kind, Severity.TICKET, verdict, words, rules, hold_us=HOLD_US, part=part, classes=classes
    )


def _withheld(
    ground: Ground, kind: str, severity: Severity = Severity.TICKET, part: str = ""
) -> Condition:
    """Return a condition that cannot be judged now: the last state stands."""
    verdict = Verdict.CATCHING_UP if ground.catching_up else Verdict.FROZEN
    return Condition(kind, severity, verdict, "", part=part)


def _left_of(ground: Ground) -> Fraction | None:
    counts = ground.charged
    return arithmetic.remaining(counts.bad, counts.total, ground.route.budget_ppm)


def _classes(counts: Counts) -> tuple[str, ...]:
    return tuple(item.value for item in CLASSES if counts.of(item))
