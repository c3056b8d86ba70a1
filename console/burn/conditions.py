"""What can be wrong with a route now: burning, silence, and orders that are not kept.

Pure: a `Ground` gives every condition that is watched, firing or not (semantics 6). While a route
is catching up nothing fires or ends that rests on a window or on a receipt; a breach that is not
tolerated is one whatever is unread. While its sources are stale, burning is frozen; a budget that
is spent is spent all the same, since its window holds data.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from console.burn import forecast, kinds, rules, spending, windows
from console.burn.lifecycle import Condition, Verdict, unsaid
from console.burn.rules import decimal
from console.model import CLASSES, DAY_US, HOUR_US, MINUTE_US, Counts, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.burn.ground import Ground
    from console.burn.lifecycle import Alert
    from console.model import BurnRule

_PAGED_WHEN_SILENT = frozenset({"high", "critical"})


def watched(ground: Ground, known: Mapping[Severity, Alert]) -> list[Condition]:
    """Return every condition of a route, firing or not; `known` are its open alerts."""
    held = {item.key: item for alert in known.values() for item in alert.open}
    found = [_burn(ground, severity, known.get(severity)) for severity in Severity]
    found += spending.watched(ground, held)
    if ground.route.zero_tolerance:
        found.append(_hard_stop(ground))
    found += [
        _overdue(ground, held=(kinds.OVERDUE, "") in held),
        _expired(ground, held=(kinds.EXPIRED, "") in held),
        _signal_lost(ground),
    ]
    return found


def of_control_file(tampering: str) -> Condition:
    """Return the condition of the control file, which is one for all routes: "" is as written."""
    verdict = Verdict.FIRE if tampering else Verdict.HEALTHY
    words = (
        f"The control file is not as it was written: {tampering}. Agents on it are closed or ask "
        "for approval; `burnline doctor` says what to do."
        if tampering
        else "The control file is as it was written."
    )
    return Condition(kinds.TAMPERING, Severity.PAGE, verdict, words)


def _burn(ground: Ground, severity: Severity, alert: Alert | None) -> Condition:
    """Judge the burn rules of one severity; an open alert ends by the rules that fired it."""
    kind = kinds.BURN
    if ground.catching_up:
        return unsaid(kind, severity, Verdict.CATCHING_UP)
    if ground.stale:
        return unsaid(kind, severity, Verdict.FROZEN)
    mine = [item for item in ground.readings if item.rule.severity is severity]
    firing = [item for item in mine if item.fires]
    if firing:
        gating = firing[0]
        since_us = windows.trailing(ground.now_us, gating.rule.long_us).first * MINUTE_US
        return Condition(
            kind,
            severity,
            Verdict.FIRE,
            sentence(ground, gating),
            tuple(rule_name(item.rule) for item in firing),
            ground.missed_since(since_us),
            hold_us=max(item.rule.short_us for item in firing),
            classes=classes_of(gating.long),
        )
    gating_rules = gating_of([item.rule for item in mine], alert)
    return _unburning(ground, severity, [item for item in mine if item.rule in gating_rules], alert)


def gating_of(mine: Sequence[BurnRule], alert: Alert | None) -> tuple[BurnRule, ...]:
    """Return the rules, of those of one severity, by which an alert's burn ends: that fired it.

    A rule that was rewritten since cannot say that what it fired on is over: then all have to.
    """
    fired = _rules_fired(alert)
    return tuple(rule for rule in mine if fired and rule_name(rule) in fired) or tuple(mine)


def _unburning(
    ground: Ground, severity: Severity, gating: list[rules.Reading], alert: Alert | None
) -> Condition:
    """Judge rules of which none fires: over, recovering, or not to be told.

    One that is loud says so whatever the others cannot tell: its quiet time begins anew.
    """
    loud = any(not item.quiet and not _unjudged(item) for item in gating)
    if not loud and any(_unjudged(item) for item in gating):
        words = "no data in a window that fired"
        return Condition(kinds.BURN, severity, Verdict.FROZEN, words)
    quiet = all(item.quiet for item in gating)
    words = ""
    if gating and alert is not None:
        # The one that is furthest from its end says how it goes.
        loudest = max(gating, key=lambda item: (not item.quiet, item.long_rate or 0))
        words = recovering(ground, loudest)
    return Condition(kinds.BURN, severity, Verdict.HEALTHY, words, quiet=quiet)


def _rules_fired(alert: Alert | None) -> tuple[str, ...]:
    if alert is None:
        return ()
    return next((item.rules for item in alert.open if item.kind == kinds.BURN), ())


def sentence(ground: Ground, gating: rules.Reading) -> str:
    """Say what burns, how fast, by what, when it is gone, and who owns it."""
    gone = forecast.words(ground.forecast, ground.minute_us, ground.route.window.timezone)
    return " ".join(filter(None, (_burns(ground, gating), gone, owned(ground.route.owner))))


def recovering(ground: Ground, gating: rules.Reading) -> str:
    """Say how fast a route burns that is under its thresholds again, and what ends its alert."""
    rule = gating.rule
    short = windows.label(rule.short_us)
    ends = f"Recovering: over once {short} has been under {decimal(rule.k)}x for {short}."
    return f"{_burns(ground, gating)} {ends} {owned(ground.route.owner)}"


def _burns(ground: Ground, gating: rules.Reading) -> str:
    route = ground.route
    return f"{route.name} {rules.burning(gating.long, gating.rule.long_us, route.budget_ppm)}."


def owned(owner: str) -> str:
    """Say who owns a route."""
    return f"Owner: {owner}." if owner else "Nobody owns it."


def reowned(words: str, owner: str) -> str:
    """Return words of a condition that end with who owns its route, with the owner of now."""
    at = max(words.rfind(owned("")), words.rfind("Owner: "))
    return words if at < 0 or not owner else words[:at] + owned(owner)


def classes_of(counts: Counts) -> tuple[str, ...]:
    """Return the classes that missed."""
    return tuple(item.value for item in CLASSES if counts.of(item))


def _hard_stop(ground: Ground) -> Condition:
    """One miss of a zero-tolerance class pages at once; the owner's signed close ends it."""
    route, runs = ground.route, ground.breaches
    classes = ", ".join(route.zero_tolerance)
    if not runs:
        return Condition(kinds.HARD_STOP, Severity.PAGE, Verdict.HEALTHY, "", signed=True)
    noun = "run" if len(runs) == 1 else "runs"
    words = (
        f"{route.name}: zero tolerance for {classes} misses, and {len(runs)} {noun} had one. "
        f"Only a signed close ends this. {owned(route.owner)}"
    )
    return Condition(
        kinds.HARD_STOP, Severity.PAGE, Verdict.FIRE, words, (f"zero tolerance: {classes}",), runs,
        signed=True,
    )  # fmt: skip


def _overdue(ground: Ground, *, held: bool) -> Condition:
    """An agent that works on without confirming an order: a receipt may still be unread."""
    name, late = ground.route.name, ground.overdue
    if ground.catching_up:
        return unsaid(kinds.OVERDUE, Severity.PAGE, Verdict.CATCHING_UP)
    if not (late or held):
        return unsaid(kinds.OVERDUE, Severity.PAGE, Verdict.HEALTHY)
    words = f"{name}: {'; '.join(late)}." if late else f"{name}: every order is confirmed."
    verdict = Verdict.FIRE if late else Verdict.HEALTHY
    return Condition(kinds.OVERDUE, Severity.PAGE, verdict, words, late)


def _expired(ground: Ground, *, held: bool) -> Condition:
    """An order that stands at its expiry says so to its owner (semantics 7)."""
    name, late = ground.route.name, ground.expired
    if not (late or held):
        return unsaid(kinds.EXPIRED, Severity.TICKET, Verdict.HEALTHY)
    words = f"{name}: {'; '.join(late)}." if late else f"{name}: no order is past its end."
    verdict = Verdict.FIRE if late else Verdict.HEALTHY
    return Condition(kinds.EXPIRED, Severity.TICKET, verdict, words, late)


def _signal_lost(ground: Ground) -> Condition:
    """Nothing is heard of a route that should be at work; only an event ends it."""
    route = ground.route
    loud = route.tier in _PAGED_WHEN_SILENT
    severity = Severity.PAGE if loud else Severity.TICKET
    kind, since_us = kinds.SIGNAL_LOST, ground.silent_since_us
    if ground.catching_up:
        return unsaid(kind, severity, Verdict.CATCHING_UP)
    if not ground.stale:
        return Condition(kind, severity, Verdict.HEALTHY, f"{route.name} is heard of again.")
    if since_us is None or ground.now_us - since_us <= ground.absent_after_us:
        return unsaid(kind, severity, Verdict.FROZEN)
    heard = forecast.clock(ground.last_us, ground.minute_us, route.window.timezone)
    limit = _span(ground.absent_after_us)
    words = (
        f"{route.name}: no event since {heard}, longer than {limit}: nothing says that it is well. "
        f"{owned(route.owner)}"
    )
    return Condition(kind, severity, Verdict.FIRE, words, (f"silent for over {limit}",))


def _span(length_us: int) -> str:
    """Return a length in its largest unit, rounded down: what is longer than it is longer."""
    unit_us = next((unit for unit in (DAY_US, HOUR_US) if length_us >= unit), MINUTE_US)
    return windows.label(max(MINUTE_US, length_us // unit_us * unit_us))


@lru_cache(maxsize=1024)
def rule_name(rule: BurnRule) -> str:
    """Return a rule as evidence: `1h/5m at 14.40x`."""
    pair = f"{windows.label(rule.long_us)}/{windows.label(rule.short_us)}"
    return f"{pair} at {decimal(rule.k)}x"


def _unjudged(reading: rules.Reading) -> bool:
    """Say whether a rule cannot tell now that what it fired on is over."""
    return reading.basis == "no data" or (reading.basis == "ratio" and not reading.short.total)
