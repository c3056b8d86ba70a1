"""A route's part of the control document: orders as written and as read, and what covers what.

Of two orders of one kind the one with at least the reach of the other *covers* it. A new order that
covers an older one stands in for it; one that is covered already would change nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.intake.times import instant_us, rfc3339
from console.ledger.orders import Grant
from console.model import STRICTNESS, Directive, DirectiveKind, RouteState

if TYPE_CHECKING:
    from collections.abc import Iterable

Section = dict[str, Any]


def covers(wide: Directive, narrow: Directive) -> bool:
    """Say whether an order restricts at least what another of its kind does, time left aside."""
    if wide.kind is not narrow.kind:
        return False
    if wide.kind is DirectiveKind.PAUSE:
        return narrow.drain or not wide.drain
    if wide.kind is DirectiveKind.FREEZE:
        return set(narrow.changes) <= set(wide.changes)
    if wide.kind is DirectiveKind.TIGHTEN:
        return set(narrow.actions) <= set(wide.actions)
    return _within(wide, narrow)


def _within(wide: Directive, narrow: Directive) -> bool:
    """Say whether a reduction leaves no more than another one: actions, and runs at once."""
    fewer = narrow.max_runs is None or (
        wide.max_runs is not None and wide.max_runs <= narrow.max_runs
    )
    listed = not narrow.actions or (bool(wide.actions) and set(wide.actions) <= set(narrow.actions))
    return fewer and listed


def outlasts(one: Directive, other: Directive) -> bool:
    """Say whether an order ends no earlier than another one by their expiries."""
    if one.until_us is None:
        return True
    return other.until_us is not None and one.until_us >= other.until_us


def supersedes(new: Directive, old: Directive) -> bool:
    """Say whether an order stands in for an older one.

    What lifts by itself never stands in for what would stand longer: that would be a relaxation.
    """
    return covers(new, old) and (not new.lifts_by_itself or outlasts(new, old))


def covering(new: Directive, standing: Iterable[Directive]) -> Directive | None:
    """Return the order that stands and makes a new one change nothing, or None.

    A pause that is to end sooner than the one that stands changes nothing either: it would only
    call its owner earlier, who can look at any time.
    """
    return next((old for old in standing if covers(old, new) and outlasts(old, new)), None)


def standing_in(section: Section, route: str) -> list[Directive]:
    """Return the orders of a route's section of the document."""
    return [as_read(route, item) for item in section.get("directives", ())]


def state_of(section: Section) -> RouteState:
    """Return what the strictest of a route's orders makes of it."""
    kinds = {item["kind"] for item in section["directives"]}
    strictest = [state for kind, state in STRICTNESS.items() if kind.value in kinds]
    return strictest[-1] if strictest else RouteState.OPEN


def as_written(directive: Directive) -> Section:
    """Return an order as the control file says it."""
    return {
        "id": directive.id,
        "kind": directive.kind.value,
        "by": directive.by,
        "reason": directive.reason,
        "issued_at": rfc3339(directive.issued_us),
        "generation": directive.generation,
        "until": None if directive.until_us is None else rfc3339(directive.until_us),
        "changes": list(directive.changes),
        "actions": list(directive.actions),
        "max_runs": directive.max_runs,
        "drain": directive.drain,
        "ladder": directive.ladder,
    }


def grant_as_written(grant: Grant) -> Section:
    """Return a grant as the control file says it."""
    limits = {
        "action": grant.action,
        "change": grant.change,
        "run": grant.run,
        "version": grant.version,
    }
    return {
        "id": grant.id,
        **{key: value for key, value in limits.items() if value},
        "by": grant.by,
        "until": None if grant.until_us is None else rfc3339(grant.until_us),
    }


def grant_as_read(item: Section, from_us: int) -> Grant:
    """Return a grant of the control file; since when it holds is not in there."""
    until = item.get("until")
    return Grant(
        id=str(item["id"]),
        action=str(item.get("action") or ""),
        change=str(item.get("change") or ""),
        run=str(item.get("run") or ""),
        version=str(item.get("version") or ""),
        from_us=from_us,
        until_us=None if until is None else instant_us(str(until)),
        by=str(item.get("by") or ""),
    )


def live_grants(section: Section, now_us: int) -> list[Section]:
    """Return the grants of a section that are not over: others need not be written again."""
    found = section.get("grants", ())
    return [item for item in found if grant_as_read(item, 0).holds(now_us)]


def voided(section: Section, directive: Directive) -> list[Section]:
    """Return the grants that a new order puts an end to: those for what it is to stop.

    Who tightens or freezes anew means what happens from now on, whatever was allowed before.
    """
    stops = set(directive.actions if directive.kind is DirectiveKind.TIGHTEN else ())
    frozen = set(directive.changes if directive.kind is DirectiveKind.FREEZE else ())
    return [
        item
        for item in section.get("grants", ())
        if item.get("action") in stops or item.get("change") in frozen
    ]


def as_read(route: str, item: Section) -> Directive:
    """Return an order of the control file; its exit rule and alert are not in there."""
    until = item.get("until")
    return Directive(
        id=str(item["id"]),
        route=route,
        kind=DirectiveKind(item["kind"]),
        by=str(item["by"]),
        reason=str(item["reason"]),
        issued_us=instant_us(str(item["issued_at"])),
        generation=int(item["generation"]),
        until_us=None if until is None else instant_us(str(until)),
        changes=tuple(item.get("changes", ())),
        actions=tuple(item.get("actions", ())),
        max_runs=item.get("max_runs"),
        drain=bool(item.get("drain", True)),
        ladder=bool(item.get("ladder", False)),
    )
