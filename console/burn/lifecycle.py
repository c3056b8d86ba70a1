"""The life of an alert: firing -> acknowledged -> resolved, on data only.

Pure: an alert, what its condition says now, and the clock give the next alert. Silence never
resolves anything: a condition that cannot be judged keeps the alert as it is (semantics 6).
"""

from __future__ import annotations

import enum
from typing import NamedTuple

import msgspec

from console.model import Severity

FIRING, ACKNOWLEDGED, RESOLVED = "firing", "acknowledged", "resolved"
_EVIDENCE_LIMIT = 200


class Verdict(enum.StrEnum):
    """What an evaluation says of a condition."""

    FIRE = "fire"
    HEALTHY = "healthy"
    FROZEN = "frozen"
    CATCHING_UP = "catching up"


class Condition(NamedTuple):
    """One kind of alert of one route, as evaluated now.

    `quiet` says, for a condition that does not fire, that what must be under its threshold is so on
    data; the alert resolves after `hold_us` of that. `signed` ones are closed by the owner only.
    """

    kind: str
    severity: Severity
    verdict: Verdict
    words: str
    rules: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    quiet: bool = True
    hold_us: int = 0
    signed: bool = False


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert of one route: one per kind and severity at a time; rules and runs are evidence."""

    id: str
    route: str
    severity: str
    kind: str
    state: str
    opened_us: int
    words: str
    rules: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    hold_us: int = 0
    quiet_since_us: int | None = None
    resolved_us: int | None = None
    acknowledged_by: str = ""
    acknowledged_us: int | None = None
    note: str = ""


def step(
    alert: Alert | None, condition: Condition, route: str, now_us: int, new_id: str
) -> Alert | None:
    """Return the alert after one evaluation; `new_id` names it if it opens now.

    Args:
        alert: the open alert of this route, severity and kind, or None.
        condition: what the evaluation found.
        route: the route's name.
        now_us: the instant of the evaluation.
        new_id: the id to give to an alert that opens.
    """
    if condition.verdict is Verdict.FIRE:
        return _fired(alert, condition, route, now_us, new_id)
    if alert is None or condition.verdict is not Verdict.HEALTHY or condition.signed:
        return alert
    if not condition.quiet:
        return msgspec.structs.replace(alert, quiet_since_us=None)
    since = alert.quiet_since_us if alert.quiet_since_us is not None else now_us
    if now_us - since < alert.hold_us:
        return msgspec.structs.replace(alert, quiet_since_us=since)
    return msgspec.structs.replace(
        alert, state=RESOLVED, resolved_us=now_us, quiet_since_us=since, words=condition.words
    )


def acknowledge(alert: Alert, by: str, note: str, now_us: int) -> Alert:
    """Return the alert owned by `by`: acknowledging is taking responsibility, with a name."""
    return msgspec.structs.replace(
        alert, state=ACKNOWLEDGED, acknowledged_by=by, acknowledged_us=now_us, note=note
    )


def close(alert: Alert, now_us: int) -> Alert:
    """Return the alert ended by signature, as only a hard stop is."""
    return msgspec.structs.replace(alert, state=RESOLVED, resolved_us=now_us)


def _fired(
    alert: Alert | None, condition: Condition, route: str, now_us: int, new_id: str
) -> Alert:
    # A signed close covers the runs that it names, and no other: none of them may be left out.
    limit = None if condition.signed else _EVIDENCE_LIMIT
    if alert is None:
        return Alert(
            id=new_id, route=route, severity=condition.severity.value, kind=condition.kind,
            state=FIRING, opened_us=now_us, words=condition.words, rules=condition.rules,
            runs=condition.runs[:limit], hold_us=condition.hold_us,
        )  # fmt: skip
    return msgspec.structs.replace(
        alert,
        words=condition.words,
        rules=_merged(alert.rules, condition.rules),
        runs=_merged(condition.runs, alert.runs)[:limit],
        hold_us=max(alert.hold_us, condition.hold_us),
        quiet_since_us=None,
    )


def _merged(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """Return both without repetition, in order."""
    return tuple(dict.fromkeys((*first, *second)))
