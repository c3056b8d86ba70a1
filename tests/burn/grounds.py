"""Grounds made by hand: a route at noon whose windows hold what a test says."""

from __future__ import annotations

from typing import Any

import msgspec

from console.burn import conditions, rules
from console.burn.ground import Ground
from console.burn.lifecycle import Condition, Verdict
from console.model import DAY_US, MINUTE_US, Counts
from console.settings import RouteSettings
from tests.burn.floor import NOON_US, route

CALM = Counts(total=1_000)


def ground(of: RouteSettings | None = None, **changes: Any) -> Ground:
    """Return a route that was heard of a minute ago and missed nothing, unless changed.

    `long` are the counts of every window of its burn rules.
    """
    owner = of or route()
    long = changes.pop("long", CALM)
    charged = changes.pop("charged", CALM)
    readings = tuple(rules.read(rule, long, long, charged.total, owner) for rule in rules.of(owner))
    plain = Ground(
        route=owner,
        now_us=NOON_US,
        readings=readings,
        experienced=charged,
        charged=charged,
        first_us=NOON_US - 400 * DAY_US,
        last_us=NOON_US - MINUTE_US,
        hour=long,
        day=long,
        quarter=CALM,
    )
    return msgspec.structs.replace(plain, **changes)


def found(of: Ground, kind: str, part: str = "") -> Condition:
    """Return the condition of a kind, with no alert open."""
    return next(
        item for item in conditions.watched(of, {}) if item.kind == kind and part in {"", item.part}
    )


def firing(of: Ground) -> set[str]:
    """Return `severity kind part` of all conditions that fire."""
    return {
        f"{item.severity.value} {item.kind} {item.part}".strip()
        for item in conditions.watched(of, {})
        if item.verdict is Verdict.FIRE
    }
