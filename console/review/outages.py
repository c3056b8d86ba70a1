"""Naming a burst: a dependency outage, a bad change, a failed rollback, a fast burn, or a burst.

Pure. It is a *dependency outage* where runs of another route missed for the same reason in the same
minutes, or where it was short and is over, most runs were late or got no outcome at all, and no
change of the route began it that another had to undo. After a change of the route it is a *bad
change*, with a recovery that failed a *failed rollback*; one that reaches into the last hour of the
review is a *fast burn*.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.burn.windows import Span
from console.model import MINUTE_US
from console.review.incident import BAD_CHANGE, BURST, FAST, OUTAGE, ROLLBACK, Incident

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.review.past import Past
    from console.store.past import BadRun, Deployed

_BEFORE, _AFTER = 120, 15
"""A change counts as before a burst from two hours before its first miss to 15 min after."""
_FEWEST = 3
_SHORT = 120
_LAST_HOUR = 60
_AROUND = 30
_ROLLBACK_WITHIN = 180


class _Burst(NamedTuple):
    past: Past
    runs: tuple[BadRun, ...]

    @property
    def span(self) -> Span:
        return Span(self.runs[0].minute, self.runs[-1].minute + 1)


def named(past: Past, runs: tuple[BadRun, ...], pasts: Sequence[Past]) -> list[Incident]:
    """Return a burst of a route by its name, on that route and on those that shared it.

    Two runs are a burst only where they follow a change and it still goes on.
    """
    burst = _Burst(past, runs)
    change, after = _change_behind(burst)
    touched = _shared(burst, pasts) if _mostly_starved(burst) or change is None else []
    whole = (burst, *touched)
    if touched and sum(len(one.runs) for one in whole) >= _FEWEST:
        return [_incident(one, OUTAGE, _outage_words(one, whole), whole) for one in whole]
    kind = _kind_alone(after, change)
    if len(after.runs) < _FEWEST and not (kind == FAST and change is not None):
        return []
    words = _burst_words(after)
    if change is not None:
        words += f", after {change.words}"
    incident = _incident(after, kind, words, (after,))
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


def _incident(burst: _Burst, kind: str, words: str, whole: Sequence[_Burst]) -> Incident:
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
