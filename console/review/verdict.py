"""Noise or structural, with the numbers behind the word (semantics 9). Pure.

*Noise*: at least half of the misses lie in excluded incidents or in a dependency outage, and
nothing structural was found. *Structural*: something is wrong with the route itself: a burst after
its own change, a burst that goes on, a slow burn, an action beyond its permission, a cluster of
rescues, a recovery that failed, outages that come back, or misses outside of incidents that spend
the budget alone. *Within budget*: misses, none of that. *Not enough data*: too few runs or misses.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from console.burn.rules import decimal
from console.review import incident
from console.review.incident import Incident

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.review.past import Past
    from console.store.past import BadRun

NOISE, STRUCTURAL, WITHIN, TOO_FEW = "noise", "structural", "within budget", "not enough data"
FRAGILE, UNDER_SPECIFIED = "fragile", "under-specified"
OVER_PERMISSIONED, OVER_CLAIMED = "over-permissioned", "over-claimed"
GROUPS = (
    (FRAGILE, frozenset({"latency", "recovery"})),
    (UNDER_SPECIFIED, frozenset({"trust", "escalation"})),
)
_ALWAYS = frozenset(
    {
        incident.BAD_CHANGE,
        incident.ROLLBACK,
        incident.FAST,
        incident.SLOW,
        incident.BREACH,
        incident.DENIALS,
        incident.RESCUES,
    }
)
_COMES_BACK = 2
_FEWEST = 3
"""So many misses outside of noise it takes to say what kind of weakness a route has."""


class Word(msgspec.Struct, frozen=True):
    """One classification with its numbers; `word` may be "not enough data"."""

    word: str
    because: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on a route: `because` are its reasons, `words` what kind of weakness it has.

    `noise_runs` of the bad runs lie in excluded incidents or outages, `structural_runs` in
    incidents of the route's own, `spread_runs` in neither.
    """

    verdict: str
    because: tuple[str, ...]
    words: tuple[Word, ...]
    noise_runs: int
    structural_runs: int
    spread_runs: int


def judge(past: Past, found: Sequence[Incident], windows_met: tuple[int, int]) -> Verdict:
    """Return the verdict on a route.

    Args:
        past: its evidence.
        found: its incidents.
        windows_met: of how many budget windows in the review the objective was met: (met, all).
    """
    outside = {run for item in found if item.noise for run in item.runs}
    own = {run for item in found if not item.noise for run in item.runs} - outside
    charged = past.charged
    noise = len(past.bad) - len(charged) + sum(run.run in outside for run in charged)
    mine = [run for run in charged if run.run not in outside]
    spread = [run for run in mine if run.run not in own]
    reasons = _structural(past, found, spread)
    words = _words(found, mine, windows_met)
    verdict, because = _name(past, reasons, noise)
    if verdict != STRUCTURAL:
        words = tuple(word for word in words if word.word == OVER_CLAIMED)
    return Verdict(
        verdict=verdict,
        because=because,
        words=words,
        noise_runs=noise,
        structural_runs=len(mine) - len(spread),
        spread_runs=len(spread),
    )


def _name(past: Past, reasons: tuple[str, ...], noise: int) -> tuple[str, tuple[str, ...]]:
    bad = len(past.bad)
    if reasons:
        return STRUCTURAL, reasons
    if noise and 2 * noise >= bad:
        return NOISE, (f"{noise} of {bad} misses lie in excluded incidents or outages",)
    if past.total < past.route.min_runs:
        return TOO_FEW, (f"{past.total} runs closed, {past.route.min_runs} are needed",)
    if bad < past.route.min_misses:
        return TOO_FEW, (f"{bad} misses, {past.route.min_misses} are needed to tell",)
    return WITHIN, (f"{bad} of {past.total} runs missed, which the objective allows",)


def _structural(past: Past, found: Sequence[Incident], spread: Sequence[BadRun]) -> tuple[str, ...]:
    reasons = [f"{item.kind}: {item.words}" for item in found if item.kind in _ALWAYS]
    outages = [item for item in found if item.kind in {incident.OUTAGE, incident.BURST}]
    days = {item.span.first // 1440 for item in outages}
    if len(days) >= _COMES_BACK:
        reasons.append(f"outages on {len(days)} days: a dependency that keeps failing is its own")
    failed = [run for run in spread if "recovery" in run.classes]
    if len(failed) >= past.route.min_misses:
        reasons.append(f"{len(failed)} recoveries failed or were overdue")
    burn = past.burn(len(spread), *past.span)
    if burn is not None and burn >= 1 and len(spread) >= _FEWEST:
        reasons.append(
            f"{len(spread)} of {past.total} runs missed outside of incidents, {decimal(burn)}x: "
            "the budget is spent without any"
        )
    return tuple(reasons)


def _words(
    found: Sequence[Incident], mine: Sequence[BadRun], windows_met: tuple[int, int]
) -> tuple[Word, ...]:
    """Return the kinds of weakness; each counts what noise does not explain."""
    said: list[Word] = []
    breaches = [item for item in found if item.kind in {incident.BREACH, incident.DENIALS}]
    if breaches:
        said.append(Word(OVER_PERMISSIONED, "; ".join(item.words for item in breaches)))
    classes = Counter(error_class for run in mine for error_class in run.classes)
    failed_rollback = any(item.kind == incident.ROLLBACK for item in found)
    for word, group in GROUPS:
        count = sum(bool(run.classes & group) for run in mine)
        strong = count >= _FEWEST and 3 * count >= len(mine)
        if strong or (word == FRAGILE and failed_rollback):
            parts = ", ".join(f"{classes[name]} {name}" for name in sorted(group))
            said.append(Word(word, f"{count} of {len(mine)} misses: {parts}"))
    if not said:
        said.append(Word(TOO_FEW, f"{len(mine)} misses outside of noise, {_FEWEST} are needed"))
    met, known = windows_met
    if known and not met:
        said.append(Word(OVER_CLAIMED, f"the objective was met in none of {known} windows"))
    return tuple(said)
