"""Finding what happened, by name: bursts, slow burns, breaches, rescues, silence, low volume.

Pure. A *burst* is a stretch of at most four hours in which at least three runs missed, at or over
the share at which the fastest page of the route fires; `outages` says what kind it is. What misses
outside of bursts beyond the budget over at least two days is a *slow burn*. A rollback that failed
within twelve hours of a change is a *failed rollback* also where too few runs missed for a burst.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from console.burn import arithmetic
from console.burn.rules import decimal
from console.burn.windows import Span
from console.model import DAY_US, MINUTE_US
from console.review.incident import (
    BREACH,
    DENIALS,
    QUIET,
    RESCUES,
    ROLLBACK,
    SILENT,
    SLOW,
    Incident,
)
from console.review.outages import named
from console.review.stretches import bursts, worst_stretch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.review.past import Past
    from console.store.past import BadRun

_SLOW_FEWEST, _SLOW_BURN, _SLOW_MINUTES = 4, 2, 2 * 1440
_CLUSTER, _CLUSTER_US = 3, 7 * DAY_US
_DENIED_OFTEN, _DENIED_PART = 2, 10
"""Denials say something from two on: of a class without tolerance, or for a tenth of the budget."""
_ROLLED_BACK, _ROLLBACK_WITHIN, _HOUR = "recovery failed: rollback", 720, 60


def find(pasts: Sequence[Past]) -> dict[str, list[Incident]]:
    """Return the incidents of every route, by time; all routes are needed to see what is shared."""
    found: dict[str, list[Incident]] = {past.route.name: [] for past in pasts}
    for past in pasts:
        for runs in bursts(past):
            for incident in named(past, runs, pasts):
                known = found[incident.route]
                if not any(set(incident.runs) & set(other.runs) for other in known):
                    known.append(incident)
    for past in pasts:
        mine = found[past.route.name]
        mine += _rollback(past, mine)
        mine += [*_breaches(past), *_rescues(past), *_slow_burn(past, mine), *_silence(past)]
        mine.sort(key=lambda item: (item.span, item.kind))
    return found


def _breaches(past: Past) -> list[Incident]:
    """Return what agents did beyond their permission, and denials where there were several."""
    mine = [run for run in past.charged if "permission" in run.classes]
    denied = [run for run in mine if any(path.endswith("action.denied") for path in run.paths)]
    taken = [run for run in mine if run not in denied]
    found = [_single(past, BREACH, taken)] if taken else []
    if len(denied) >= _DENIED_OFTEN and _weighs(past, len(denied)):
        found.append(_single(past, DENIALS, denied))
    return found


def _weighs(past: Past, denied: int) -> bool:
    if "permission" in past.route.zero_tolerance:
        return True
    return denied * _DENIED_PART * arithmetic.PPM >= past.total * past.route.budget_ppm


def _rollback(past: Past, known: Sequence[Incident]) -> list[Incident]:
    """Return a rollback that failed after a change, with what missed from the change on."""
    if any(item.kind == ROLLBACK for item in known):
        return []
    explained = {run for incident in known for run in incident.runs}
    for run in past.charged:
        change = past.change_before(run.minute, _ROLLBACK_WITHIN)
        if _ROLLED_BACK not in run.reasons or run.run in explained or change is None:
            continue
        since = change.at_us // MINUTE_US
        runs = [
            other
            for other in past.charged
            if since <= other.minute <= run.minute + _HOUR and other.run not in explained
        ]
        incident = _single(past, ROLLBACK, runs)
        words = f"{len(runs)} runs: {_ROLLED_BACK}, after {change.words}"
        return [msgspec.structs.replace(incident, words=words, change=change.words)]
    return []


def _single(past: Past, kind: str, runs: Sequence[BadRun]) -> Incident:
    reasons = Counter(reason for run in runs for reason in run.reasons)
    return Incident(
        kind=kind,
        route=past.route.name,
        span=Span(runs[0].minute, runs[-1].minute + 1),
        runs=tuple(run.run for run in runs),
        words=f"{len(runs)} runs: {reasons.most_common(1)[0][0]}",
    )


def _rescues(past: Past) -> list[Incident]:
    """Return the first stretch of seven days in which humans rescued three runs or more."""
    for place, (first_us, _, _) in enumerate(past.rescues):
        within = [item for item in past.rescues[place:] if item[0] < first_us + _CLUSTER_US]
        if len(within) >= _CLUSTER:
            minutes = sum(length for _, _, length in within) // MINUTE_US
            return [
                Incident(
                    kind=RESCUES,
                    route=past.route.name,
                    span=Span(first_us // MINUTE_US, within[-1][0] // MINUTE_US + 1),
                    runs=tuple(dict.fromkeys(run for _, run, _ in within)),
                    words=f"{len(within)} rescues in seven days, {minutes} min of human work",
                )
            ]
    return []


def _slow_burn(past: Past, known: Sequence[Incident]) -> list[Incident]:
    explained = {run for incident in known for run in incident.runs}
    explained |= {run for _, run, _ in past.rescues}
    rest = [run for run in past.charged if run.run not in explained]
    runs = worst_stretch(past, rest)
    if len(runs) < _SLOW_FEWEST or runs[-1].minute - runs[0].minute < _SLOW_MINUTES:
        return []
    span = Span(runs[0].minute, runs[-1].minute + 1)
    burn = past.burn(len(runs), *span)
    if burn is None or burn < _SLOW_BURN:
        return []
    change = past.change_before(span.first, 7 * 1440)
    days = (span.end - span.first) // 1440
    words = f"{len(runs)} of {past.closed(*span)} runs missed over {days} days, {decimal(burn)}x"
    if change is not None:
        words += f", after {change.words}"
    incident = _single(past, SLOW, runs)
    return [
        msgspec.structs.replace(
            incident, words=words, change="" if change is None else change.words
        )
    ]


def _silence(past: Past) -> list[Incident]:
    found = []
    if past.silent_since_us is not None:
        since = past.silent_since_us // MINUTE_US
        words = "nothing was heard of it until the end of the review"
        found.append(
            Incident(
                kind=SILENT,
                route=past.route.name,
                span=Span(since, past.span.end),
                runs=(),
                words=words,
            )
        )
    if _starved_windows(past):
        words = (
            f"{past.total} runs: in many windows of three days fewer than {past.route.min_runs}, "
            "so that rates say little"
        )
        if arithmetic.smaller_than_one_run(past.total, past.route.budget_ppm):
            words += "; the budget is smaller than one run"
        found.append(
            Incident(kind=QUIET, route=past.route.name, span=past.span, runs=(), words=words)
        )
    return found


def _starved_windows(past: Past) -> bool:
    """Say whether over a quarter of the windows of three days hold too few runs to use a rate."""
    ends = range(past.span.end, past.span.first + 3 * 1440 - 1, -1440)
    few = sum(past.closed(end - 3 * 1440, end) < past.route.min_runs for end in ends)
    return bool(ends) and 4 * few > len(ends)
