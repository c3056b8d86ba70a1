"""What the conditions of a route that rest on counts say at an instant, told in a few steps.

`calm` says that none fires, `standing` what they all say: two instants at which it is the same are
the same to an alert, so that what has been judged once need not be judged again. Both are decided
in integers, from the definitions in `rules`, `spending` and `forecast`, of which they are a shorter
way to the same answer; a test holds them to `evaluation`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.burn import arithmetic, rules, windows
from console.burn.spending import LEFT_STEPS
from console.model import DAY_US

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from console.burn.windows import Span
    from console.model import BurnRule, Severity
    from console.settings import RouteSettings

    Gating = Mapping[Severity, tuple[BurnRule, ...]]

    Counted = Callable[[Span], tuple[int, int]]
    """Returns (bad, total) of a span of minutes, as experienced and as charged."""

_PPM = arithmetic.PPM
_MARK = max(step for step, _ in LEFT_STEPS)


def calm(route: RouteSettings, counted: Counted, now_us: int) -> bool:
    """Say whether neither burn nor budget can fire; False where that takes a closer look."""
    budget_ppm, fewest = route.budget_ppm, route.min_misses
    bad, total = counted(windows.budget_span(route.window, now_us))
    allowed = total * budget_ppm
    if bad and route.caps_ppm:
        return False
    if bad >= fewest and allowed >= _PPM:
        if bad * _PPM * _MARK.denominator >= allowed * (_MARK.denominator - _MARK.numerator):
            return False
        bad, total = counted(windows.trailing(now_us, DAY_US))
        if bad >= fewest and bad * _PPM > total * budget_ppm:
            return False
    for rule in rules.of(route):
        bad, total = counted(windows.trailing(now_us, rule.long_us))
        if not bad:
            continue
        spent = bad * _PPM
        if total < route.min_runs:
            if bad >= fewest and spent * rule.share.denominator >= rule.share.numerator * allowed:
                return False
        elif spent * rule.k.denominator >= rule.k.numerator * total * budget_ppm:
            return False
    return True


def standing(
    route: RouteSettings, counted: Counted, now_us: int, gating: Gating
) -> tuple[object, ...]:
    """Return what burn and budget say of a route without caps, in a form to be compared.

    `gating` are, by severity, the rules that decide when a burn that stands is over.
    """
    budget_ppm, fewest = route.budget_ppm, route.min_misses
    bad, total = counted(windows.budget_span(route.window, now_us))
    allowed, spent = total * budget_ppm, bad * _PPM
    said: list[object] = [not total]
    governing = None
    for rule in rules.of(route):
        read = _read(route, rule, counted, now_us, allowed)
        if read.fires:
            governing = governing or (read.bad, read.total)
            said.append(rule)
    for severity, mine in gating.items():
        reads = [_read(route, rule, counted, now_us, allowed) for rule in mine]
        said.append((severity, _over(reads)))
    if bad >= fewest and allowed >= _PPM:
        marks = [(step.numerator, step.denominator) for step, _ in LEFT_STEPS]
        said.append(spent >= allowed)
        said += [spent * whole >= allowed * (whole - part) for part, whole in marks]
        paced_bad, paced_total = governing or counted(windows.trailing(now_us, DAY_US))
        paced, at_one = paced_bad * _PPM, paced_total * budget_ppm
        if fewest <= paced_bad and spent < allowed and paced > at_one:
            length_us = windows.length_us(route.window, now_us)
            lasts_us = (allowed - spent) * length_us * at_one // (allowed * paced)
            said.append(lasts_us <= route.exhausts_within_us)
        else:
            said.append(False)
    return tuple(said)


class _Read(NamedTuple):
    """What a rule says, as `rules.read` has it, and the counts of its long window."""

    fires: bool
    quiet: bool
    unjudged: bool
    bad: int
    total: int


def _read(
    route: RouteSettings, rule: BurnRule, counted: Counted, now_us: int, allowed: int
) -> _Read:
    bad, total = counted(windows.trailing(now_us, rule.long_us))
    if not total:
        return _Read(False, False, True, bad, total)
    over = arithmetic.over(bad, total, route.budget_ppm, rule.k)
    short = counted(windows.trailing(now_us, rule.short_us))
    short_over = arithmetic.over(*short, route.budget_ppm, rule.k)
    lonely = rules.single(rule, bad)
    if total < route.min_runs:
        share = rule.share
        enough = bad >= route.min_misses and not lonely
        fires = enough and bad * _PPM * share.denominator >= share.numerator * allowed
        quiet = not fires and (short_over is False or not over)
        return _Read(fires, quiet, False, bad, total)
    fires = bool(over and short_over) and not lonely
    return _Read(fires, short_over is False, short_over is None, bad, total)


def _over(reads: Sequence[_Read]) -> str:
    """Say whether rules of which none fires are over, loud, or not to be told."""
    loud = any(not read.quiet and not read.unjudged for read in reads)
    if not loud and any(read.unjudged for read in reads):
        return "frozen"
    return "quiet" if all(read.quiet for read in reads) else "loud"
