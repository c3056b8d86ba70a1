"""Finding what happened, by name: bursts, slow burns, breaches, rescues, silence, low volume.

Pure. A *burst* is a stretch of at most four hours in which at least three runs missed, at or over
the share at which the fastest page of the route fires (two are enough where it follows a change and
still goes on at the end). It is a *dependency outage* where runs of
another route missed for the same reason in the same minutes, or where it came with no change of the
route that another change had to undo, was short, is over, and most runs were late or got no outcome
at all. After a change of the route it is a *bad change*, with a recovery that failed a *failed rollback*; one that reaches into the
last hour of the review is a *fast burn*. What misses outside of bursts beyond the budget over at
least two days is a *slow burn*.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.burn import arithmetic
from console.burn.rules import decimal
from console.burn.windows import Span
from console.model import DAY_US, MINUTE_US
from console.review.stretches import bursts, worst_stretch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.review.past import Past
    from console.store.past import BadRun, Deployed

OUTAGE, BAD_CHANGE, ROLLBACK = "dependency outage", "bad change", "failed rollback"
FAST, SLOW, BURST = "fast burn", "slow burn", "burst"
BREACH, DENIALS, RESCUES = "permission breach", "denials", "rescue cluster"
SILENT, QUIET = "signal lost", "low volume"

_BEFORE, _AFTER = 120, 15
"""A change counts as before a burst from two hours before its first miss to 15 min after."""
_FEWEST = 3
_SHORT = 120
_LAST_HOUR = 60
_AROUND = 30
_ROLLBACK_WITHIN = 180
_SLOW_FEWEST, _SLOW_BURN, _SLOW_MINUTES = 4, 2, 2 * 1440
_CLUSTER, _CLUSTER_US = 3, 7 * DAY_US
_DENIED_OFTEN = 2


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a route, with its minutes, and the bad runs that it explains.

    `shared` names the other routes that suffered it, `change` what was deployed before it.
    """

    kind: str
    route: str
    span: Span
    runs: tuple[str, ...]
    words: str
    shared: tuple[str, ...] = ()
    change: str = ""

    @property
    def noise(self) -> bool:
        """Say whether it came from outside and says nothing of the route itself."""
        return self.kind == OUTAGE


class _Burst(NamedTuple):
    past: Past
    runs: tuple[BadRun, ...]

    @property
    def span(self) -> Span:
        return Span(self.runs[0].minute, self.runs[-1].minute + 1)


def find(pasts: Sequence[Past]) -> dict[str, list[Incident]]:
    """Return the incidents of every route, by time; all routes are needed to see what is shared."""
    found: dict[str, list[Incident]] = {past.route.name: [] for past in pasts}
    for past in pasts:
        for runs in bursts(past):
            for incident in _of_burst(_Burst(past, runs), pasts):
                known = found[incident.route]
                if not any(set(incident.runs) & set(other.runs) for other in known):
                    known.append(incident)
    for past in pasts:
        mine = found[past.route.name]
        mine += [*_breaches(past), *_rescues(past), *_slow_burn(past, mine), *_silence(past)]
        mine.sort(key=lambda item: (item.span, item.kind))
    return found


def _of_burst(burst: _Burst, pasts: Sequence[Past]) -> list[Incident]:
    """Return a burst by its name, on its own route and on those that shared it."""
    change, after = _change_behind(burst)
    touched = _shared(burst, pasts) if _mostly_starved(burst) or change is None else []
    whole = (burst, *touched)
    if touched and sum(len(one.runs) for one in whole) >= _FEWEST:
        return [_named(one, OUTAGE, _outage_words(one, whole), whole) for one in whole]
    kind = _kind_alone(after, change)
    if len(after.runs) < _FEWEST and not (kind == FAST and change is not None):
        return []
    words = _burst_words(after)
    if change is not None:
        words += f", after {change.words}"
    incident = _named(after, kind, words, (after,))
    return [msgspec.structs.replace(incident, change="" if change is None else change.words)]


def _change_behind(burst: _Burst) -> tuple[Deployed | None, _Burst]:
    """Return the change that a burst followed, and the burst without what missed before it.

    The latest change from two hours before the first miss on, after which three quarters of the
    misses lie; one up to `_AFTER` minutes past a miss may still be behind it, as clocks go.
    """
    fewest = -(-3 * len(burst.runs) // 4)
    for change in reversed(burst.past.deployed):
        at = change.at_us // MINUTE_US
        if at > burst.span.end:
            continue
        if at < burst.span.first - _BEFORE:
            break
        runs = tuple(run for run in burst.runs if run.minute >= at - _AFTER)
        if len(runs) >= fewest:
            return change, burst._replace(runs=runs)
    return None, burst


def _named(burst: _Burst, kind: str, words: str, whole: Sequence[_Burst]) -> Incident:
    name = burst.past.route.name
    return Incident(
        kind=kind,
        route=name,
        span=burst.span,
        runs=tuple(run.run for run in burst.runs),
        words=words,
        shared=tuple(other.past.route.name for other in whole if other.past.route.name != name),
    )


def _shared(burst: _Burst, pasts: Sequence[Past]) -> list[_Burst]:
    """Return what other routes missed in the same minutes for the same reason.

    Only runs that were starved point to something outside, and are compared: that two routes
    deliver what is not to be trusted at the same time means nothing.
    """
    first, end = burst.span.first - _AROUND, burst.span.end + _AROUND
    reasons = {reason for run in burst.runs if _starved(run) for reason in run.reasons}
    found = []
    for past in pasts:
        if past is burst.past:
            continue
        runs = tuple(
            run
            for run in past.charged
            if first <= run.minute < end and _starved(run) and run.reasons & reasons
        )
        if runs:
            found.append(_Burst(past, runs))
    return found


def _kind_alone(burst: _Burst, change: Deployed | None) -> str:
    past, span = burst.past, burst.span
    if past.span.end - span.end <= _LAST_HOUR:
        return FAST
    starved = span.end - span.first <= _SHORT and _mostly_starved(burst)
    if change is None:
        return OUTAGE if starved else BURST
    if _recovery_failed(burst):
        return ROLLBACK
    return OUTAGE if starved and not _followed(burst, change) else BAD_CHANGE


def _followed(burst: _Burst, change: Deployed) -> bool:
    """Say whether another change may have ended a burst: a bad one does not pass by itself."""
    until_us = (burst.span.end + _LAST_HOUR) * MINUTE_US
    return any(change.at_us < item.at_us < until_us for item in burst.past.deployed)


def _mostly_starved(burst: _Burst) -> bool:
    return 2 * sum(_starved(run) for run in burst.runs) >= len(burst.runs)


def _starved(run: BadRun) -> bool:
    """Say whether a run was late or ended with no outcome, as one does that waits for another."""
    return "latency" in run.classes or any(path.endswith("run.failed") for path in run.paths)


def _recovery_failed(burst: _Burst) -> bool:
    until = burst.span.end + _ROLLBACK_WITHIN
    return any(
        "recovery" in run.classes and burst.span.first <= run.minute < until
        for run in burst.past.charged
    )


def _burst_words(burst: _Burst) -> str:
    span = burst.span
    closed = burst.past.closed(*span)
    reason = Counter(reason for run in burst.runs for reason in run.reasons).most_common(1)[0][0]
    return (
        f"{len(burst.runs)} of {closed} runs missed within {span.end - span.first} min, "
        f"most for: {reason}"
    )


def _outage_words(burst: _Burst, whole: Sequence[_Burst]) -> str:
    others = [one.past.route.name for one in whole if one.past is not burst.past]
    return f"{_burst_words(burst)}; at the same time on {', '.join(others)}"


def _breaches(past: Past) -> list[Incident]:
    """Return what agents did beyond their permission, and denials where there were several."""
    mine = [run for run in past.charged if "permission" in run.classes]
    denied = [run for run in mine if any(path.endswith("action.denied") for path in run.paths)]
    taken = [run for run in mine if run not in denied]
    found = [_single(past, BREACH, taken)] if taken else []
    if len(denied) >= _DENIED_OFTEN:
        found.append(_single(past, DENIALS, denied))
    return found


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
