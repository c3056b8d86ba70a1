"""What next: the decision proposed for a route, the rule behind it, and the command.

The first rule that holds decides. Nothing is carried out: an operator signs, and gives the order.
"""

from __future__ import annotations

import shlex
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from console.burn import arithmetic
from console.burn.rules import percent
from console.burn.windows import MINUTES_PER_DAY
from console.intake.times import rfc3339
from console.model import MINUTE_US
from console.review import incident
from console.review.types import (
    CHANGE_OBJECTIVE,
    CHANGE_TIER,
    EXPAND,
    FREEZE,
    KEEP,
    NARROW,
    Decision,
    Exclusion,
    Move,
)
from console.review.verdict import NOISE, OVER_CLAIMED, STRUCTURAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.review.incident import Incident
    from console.review.past import Past
    from console.review.types import Advice
    from console.review.verdict import Verdict


class _Case(NamedTuple):
    """A route as it is decided on; `spent` is the share of its budget in ppm, as charged."""

    past: Past
    found: Sequence[Incident]
    verdict: Verdict
    spent: int | None
    ready: bool
    advice: Sequence[Advice]

    @property
    def route(self) -> str:
        return shlex.quote(self.past.route.name)

    @property
    def sign(self) -> str:
        return f"burnline review --sign NAME --route {self.route}"

    def has(self, *kinds: str) -> bool:
        return any(item.kind in kinds for item in self.found)


def propose(
    past: Past,
    found: Sequence[Incident],
    verdict: Verdict,
    *,
    spent: int | None,
    ready: bool,
    advice: Sequence[Advice],
) -> Decision:
    """Return the proposed decision; `spent` is the share of the budget spent, in ppm, charged."""
    case = _Case(past, found, verdict, spent, ready, advice)
    for rule in (_beyond_permission, _over_claimed, _structural, _noise, _unready, _unheard):
        decision = rule(case)
        if decision is not None:
            return decision
    if spent is not None and 2 * spent <= arithmetic.PPM:
        why = "ready, nothing structural, and at least half of the budget is left"
        return Decision(decision=EXPAND, rule=why, command=f"{case.sign} --decision expand")
    why = "less than half of the budget is left"
    return Decision(decision=KEEP, rule=why, command=case.sign)


def _beyond_permission(case: _Case) -> Decision | None:
    if not case.has(incident.BREACH):
        return None
    rule = "an agent acted beyond its permission"
    return _by_order(NARROW, rule, case, _tighten(case.past))


def _over_claimed(case: _Case) -> Decision | None:
    """Propose the strictest objective that would have been kept; where there is none, a tier."""
    if not any(word.word == OVER_CLAIMED for word in case.verdict.words):
        return None
    table = f"[route.{case.past.route.name}]"
    kept = next((item for item in case.advice if item.kept), None)
    if kept is None:
        rule = "its objective was met in no window, nor would any that is offered have been"
        command = f"give {table} a lower tier, and run burnline check"
        return Decision(decision=CHANGE_TIER, rule=rule, command=command)
    objective = percent(Fraction(arithmetic.PPM - kept.budget_ppm, arithmetic.PPM))
    rule = f"its objective was met in no window; {objective} would have been kept"
    command = f'set objective = "{objective}" under {table}, and run burnline check'
    return Decision(decision=CHANGE_OBJECTIVE, rule=rule, command=command)


def _structural(case: _Case) -> Decision | None:
    if case.verdict.verdict != STRUCTURAL:
        return None
    gone = case.spent is not None and case.spent >= arithmetic.PPM
    if gone or _ongoing(case.past, case.found):
        what = "the budget is spent" if gone else "it still burns"
        rule = f"structural, and {what}: no change but the fix until it recovers"
        return _by_order(FREEZE, rule, case, _freeze(case.past))
    rule = "structural: it keeps its scope until the cause is gone"
    return Decision(decision=KEEP, rule=rule, command=case.sign)


def _noise(case: _Case) -> Decision | None:
    if case.verdict.verdict != NOISE:
        return None
    rule = "what was missed came from outside; a correction takes it out of the budget"
    step = _correct(case.found)
    command = case.sign if step is None else _correction(case.route, step)
    return Decision(decision=KEEP, rule=rule, command=command, step=step)


def _unready(case: _Case) -> Decision | None:
    if case.ready:
        return None
    rule = "a question is blank: it is not ready to scale"
    return Decision(decision=KEEP, rule=rule, command="burnline check")


def _unheard(case: _Case) -> Decision | None:
    """Keep what cannot be judged: too few runs, or a signal that is lost."""
    past = case.past
    small = arithmetic.smaller_than_one_run(past.total, past.route.budget_ppm)
    few = past.total < past.route.min_runs or small
    if not few and not case.has(incident.SILENT, incident.QUIET):
        return None
    lost = case.has(incident.SILENT)
    rule = "its signal is lost" if lost else "too few runs to scale on"
    return Decision(decision=KEEP, rule=rule, command=f"burnline status {case.route}")


def _ongoing(past: Past, found: Sequence[Incident]) -> bool:
    """Say whether something structural reaches into the last day of the review."""
    day = past.span.end - MINUTES_PER_DAY
    going = {incident.FAST, incident.SLOW}
    return any(item.kind in going and item.span.end > day for item in found)


def _by_order(decision: str, rule: str, case: _Case, move: Move) -> Decision:
    return Decision(decision=decision, rule=rule, command=_command(case.route, move), step=move)


def _freeze(past: Past) -> Move:
    return Move(verb="freeze", changes=tuple(past.route.freeze_kinds) or ("prompt",))


def _tighten(past: Past) -> Move:
    """Return the order that has the actions that went too far granted by a human."""
    reasons = sorted(
        reason for run in past.charged if "permission" in run.classes for reason in run.reasons
    )
    actions = [words.split()[1] for words in reasons if words.startswith("action ")]
    if not actions:
        return Move(verb="reduce", max_runs=1)
    return Move(verb="tighten", actions=tuple(dict.fromkeys(actions)))


def _command(route: str, move: Move) -> str:
    """Return an order as it is typed."""
    changes = [f"--change {kind}" for kind in move.changes]
    actions = [f"--action {shlex.quote(one)}" for one in move.actions]
    runs = [] if move.max_runs is None else [f"--max-runs {move.max_runs}"]
    options = " ".join((*changes, *actions, *runs))
    return f"burnline {move.verb} {route} {options} --reason 'weekly review'"


def _correct(found: Sequence[Incident]) -> Exclusion | None:
    """Return the correction of the outage that explains most; None where all are corrected."""
    outages = [item for item in found if item.noise]
    if not outages:
        return None
    span = max(outages, key=lambda item: len(item.runs)).span
    return Exclusion(from_us=span.first * MINUTE_US, to_us=span.end * MINUTE_US)


def _correction(route: str, step: Exclusion) -> str:
    """Return a correction as it is typed."""
    return (
        f"burnline correct {route} --from {rfc3339(step.from_us)} --to {rfc3339(step.to_us)} "
        "--category outage --reason 'dependency outage'"
    )
