"""Conditions of the budget itself: spent, nearly so, soon so, by whom; and what is not measured.

They look at the whole budget window, as charged, and are judged against the volume guard: under
B * total >= 1 and `min_misses` a single awkward run would say everything. Those that move with
every run end only after an hour on the right side, since a budget that hovers at its mark would
otherwise tell people of every run.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from itertools import compress
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from console.burn import arithmetic, forecast, kinds
from console.burn.ground import QUARTER_US, RESCUE_SPAN_US, UNMEASURED
from console.burn.lifecycle import Condition, Verdict, unsaid
from console.burn.rules import burning, percent
from console.model import CLASSES, HOUR_US, Counts, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from console.burn.ground import Ground
    from console.burn.lifecycle import Held
    from console.model import ErrorClass

HOLD_US = HOUR_US
LEFT_STEPS = ((Fraction(1, 4), "25 %"), (Fraction(1, 2), "50 %"))
"""What is left of the budget when its owner is told, the least first (GOV.UK's 25 % and 50 %)."""
CLASS_SHARE = Fraction(1, 5)
"""More of a quarter's budget by one class asks for a plan (SRE Workbook, error budget policy)."""
RESCUES = 3
_NAMES = tuple(item.value for item in CLASSES)
_PAST = {
    kinds.LEFT: "at its mark",
    kinds.EXHAUSTS: "soon gone",
    kinds.CAP: "over a cap",
    kinds.CLASS_SHARE: "taken by one class",
    kinds.RESCUES: "rescued often",
    kinds.HANDOFF_RATE: "handed off too often",
}
"""What a condition was that is so no more, where its kind does not say it."""


class Case(NamedTuple):
    """What a condition of the budget is judged on: the route, and what stands in its alerts."""

    ground: Ground
    held: Mapping[tuple[str, str], Held]


def watched(
    ground: Ground, held: Mapping[tuple[str, str], Held] = MappingProxyType({})
) -> list[Condition]:
    """Return every condition of the budget, firing or not.

    `held` are the conditions that stand in the route's open alerts, by (kind, part).
    """
    case, route = Case(ground, held), ground.route
    if ground.catching_up or ground.stale:
        parts, handed_off = tuple(route.caps_ppm), route.max_handoff_ppm is not None
        withheld = _all_withheld(_why_withheld(ground), parts, handed_off=handed_off)
        return [_spent(case), _rescues(case), *withheld]
    found = [_spent(case), _exhausts(case)]
    found += [_left(case, *step) for step in LEFT_STEPS]
    found += [_cap(case, item) for item in CLASSES if item.value in route.caps_ppm]
    found += _class_shares(case)
    found += [_rescues(case), _unmeasured(case)]
    if route.max_handoff_ppm is not None:
        found.append(_handoff_rate(case, route.max_handoff_ppm))
    return found


@lru_cache(maxsize=256)
def _all_withheld(
    verdict: Verdict, capped: tuple[str, ...], *, handed_off: bool
) -> tuple[Condition, ...]:
    """Return what a route that is stale or catching up is not judged on, one for all routes."""
    named = [(kinds.EXHAUSTS, ""), *((kinds.LEFT, part) for _, part in LEFT_STEPS)]
    named += [(kinds.CAP, part) for part in capped]
    named += [(kinds.CLASS_SHARE, part) for part in _NAMES]
    named += [(kinds.UNMEASURED, ""), *([(kinds.HANDOFF_RATE, "")] if handed_off else [])]
    return tuple(unsaid(kind, Severity.TICKET, verdict, part) for kind, part in named)


def _spent(case: Case) -> Condition:
    """Nothing is left: also while the sources are stale, since the window holds data."""
    ground, left = case.ground, case.ground.left
    fires = left is not None and left <= 0 and ground.budget_counts
    if ground.catching_up or left is None or (ground.stale and not fires):
        return _withheld(ground, kinds.SPENT, Severity.PAGE)

    def words() -> str:
        route = ground.route
        owned = f"Owner: {route.owner}." if route.owner else "Nobody owns it."
        said = f"{percent(left or Fraction(0))} of the budget is left over {route.window.text}."
        if ground.hour.bad:
            said += f" It {burning(ground.hour, HOUR_US, route.budget_ppm)}."
        return f"{route.name}: {said} {owned}"

    return _judged(
        case, kinds.SPENT, words, fires=fires, severity=Severity.PAGE,
        rule=f"left {percent(left)}" if fires else "", classes=_classes(ground.charged, fires),
    )  # fmt: skip


def _left(case: Case, step: Fraction, part: str) -> Condition:
    ground, left = case.ground, case.ground.left
    if left is None:
        return _withheld(ground, kinds.LEFT, part=part)

    def words() -> str:
        said = f"{percent(left)} of the budget is left over {ground.route.window.text}"
        return f"{ground.route.name}: {said}, the mark is {part}."

    fires = left <= step and ground.budget_counts
    rule, classes = f"left at most {part}", _classes(ground.charged, fires)
    return _judged(case, kinds.LEFT, words, fires=fires, part=part, rule=rule, classes=classes)


def _exhausts(case: Case) -> Condition:
    """The budget is gone within `exhausts_within`, at a pace that rests on more than one miss."""
    ground, route, found = case.ground, case.ground.route, case.ground.forecast
    if found.outlook == forecast.NO_DATA:
        return _withheld(ground, kinds.EXHAUSTS)

    def words() -> str:
        gone = forecast.words(found, ground.minute_us, route.window.timezone)
        return f"{route.name}: {gone or 'at this pace the budget lasts.'}"

    soon = found.at_us is not None and found.at_us - ground.minute_us <= route.exhausts_within_us
    fires = soon and ground.budget_counts and found.bad >= route.min_misses
    classes = _classes(ground.day, fires)
    return _judged(case, kinds.EXHAUSTS, words, fires=fires, rule="gone soon", classes=classes)


def _cap(case: Case, error_class: ErrorClass) -> Condition:
    """A class has spent the cap that its owner set: a share of all runs, like the budget."""
    ground, part = case.ground, error_class.value
    counts, cap_ppm = ground.charged, ground.route.caps_ppm[part]
    if not counts.total:
        return _withheld(ground, kinds.CAP, part=part)
    took = counts.of(error_class)
    cap = percent(Fraction(cap_ppm, arithmetic.PPM))

    def words() -> str:
        missed = f"{took} of {counts.total} runs missed by {part}"
        return f"{ground.route.name}: {missed}, its cap is {cap}."

    spent = took * arithmetic.PPM >= cap_ppm * counts.total
    enough = took >= ground.route.min_misses and cap_ppm * counts.total >= arithmetic.PPM
    fires, rule = spent and enough, f"cap {part} {cap}"
    return _judged(case, kinds.CAP, words, fires=fires, part=part, rule=rule, classes=(part,))


def _class_shares(case: Case) -> list[Condition]:
    """A class took over a fifth of a quarter's budget; judged once a whole quarter is known."""
    ground = case.ground
    whole = ground.now_us - ground.first_us >= QUARTER_US
    if not ground.quarter.total or not whole:
        return [_withheld(ground, kinds.CLASS_SHARE, part=part) for part in _NAMES]
    return [_class_share(case, item) for item in CLASSES]


def _class_share(case: Case, error_class: ErrorClass) -> Condition:
    ground, part = case.ground, error_class.value
    counts, route = ground.quarter, ground.route
    took = counts.of(error_class)
    budget = counts.total * route.budget_ppm

    def words() -> str:
        share = percent(Fraction(took * arithmetic.PPM, budget))
        return f"{route.name}: {part} took {share} of the budget of the last 90 days."

    over = took * arithmetic.PPM * CLASS_SHARE.denominator > budget * CLASS_SHARE.numerator
    fires = over and took >= route.min_misses and budget >= arithmetic.PPM
    return _judged(
        case, kinds.CLASS_SHARE, words, fires=fires, part=part,
        rule=f"{part} over 20 % of a quarter", classes=(part,),
    )  # fmt: skip


def _rescues(case: Case) -> Condition:
    """Humans repaired so often that it is no accident; silence of the agents changes nothing."""
    ground = case.ground
    if ground.catching_up:
        return _withheld(ground, kinds.RESCUES)
    since_us = ground.minute_us - RESCUE_SPAN_US
    times = sum(at_us > since_us for at_us in ground.rescued_us)

    def words() -> str:
        return f"{ground.route.name}: rescued {times} times in seven days."

    rule = f"{RESCUES} rescues in 7d"
    return _judged(case, kinds.RESCUES, words, fires=times >= RESCUES, rule=rule, hold_us=0)


def _handoff_rate(case: Case, most_ppm: int) -> Condition:
    """So much is handed off that being green says little; needs `min_runs` in the window."""
    ground = case.ground
    total, given = ground.experienced.total, ground.handoffs
    if total == 0:
        return _withheld(ground, kinds.HANDOFF_RATE)
    most = percent(Fraction(most_ppm, arithmetic.PPM))

    def words() -> str:
        said = f"{given} of {total} runs were handed off, at most {most} may be"
        return f"{ground.route.name}: {said}."

    fires = given * arithmetic.PPM > most_ppm * total and total >= ground.route.min_runs
    return _judged(case, kinds.HANDOFF_RATE, words, fires=fires, rule=f"handed off over {most}")


def _unmeasured(case: Case) -> Condition:
    """Too many runs have no verdict for the numbers to be trusted."""
    ground = case.ground
    total = ground.experienced.total + ground.unknown
    if not total:
        return _withheld(ground, kinds.UNMEASURED)

    def words() -> str:
        return f"{ground.route.name}: {ground.unknown} of {total} runs have no verdict."

    fires = ground.unknown * UNMEASURED.denominator > total * UNMEASURED.numerator
    return _judged(case, kinds.UNMEASURED, words, fires=fires, rule="unknown over 5 %")


def _judged(
    case: Case,
    kind: str,
    words: Callable[[], str],
    *,
    fires: bool,
    rule: str,
    severity: Severity = Severity.TICKET,
    part: str = "",
    classes: tuple[str, ...] = (),
    hold_us: int = HOLD_US,
) -> Condition:
    """Return a condition that was judged on data; its words where somebody reads them."""
    held = case.held.get((kind, part))
    if fires:
        return Condition(
            kind, severity, Verdict.FIRE, words(), (rule,), hold_us=hold_us, part=part,
            classes=classes,
        )  # fmt: skip
    if held is None:
        return unsaid(kind, severity, Verdict.HEALTHY, part)
    said = _was(case.ground, held, words())
    return Condition(kind, severity, Verdict.HEALTHY, said, hold_us=hold_us, part=part)


def _was(ground: Ground, held: Held, now: str) -> str:
    """Say of a condition that stands but fires no more what was, when it clears, and what is."""
    zone = ground.route.window.timezone
    quiet_us = ground.now_us if held.quiet_since_us is None else held.quiet_since_us
    began = forecast.clock(held.since_us, ground.minute_us, zone)
    clears = forecast.clock(quiet_us + held.hold_us, ground.minute_us, zone)
    name = f"{ground.route.name}: "
    what = _PAST.get(held.kind, held.kind.replace("_", " "))
    return f"{name}was {what} at {began}; clears at {clears}. {now.removeprefix(name)}"


def _withheld(
    ground: Ground, kind: str, severity: Severity = Severity.TICKET, part: str = ""
) -> Condition:
    """Return a condition that cannot be judged now: the last state stands."""
    return unsaid(kind, severity, _why_withheld(ground), part)


def _why_withheld(ground: Ground) -> Verdict:
    return Verdict.CATCHING_UP if ground.catching_up else Verdict.FROZEN


def _classes(counts: Counts, fires: bool) -> tuple[str, ...]:
    """Return the classes of the misses behind a condition that fires."""
    return tuple(compress(_NAMES, counts[-len(_NAMES) :])) if fires else ()
