"""Objectives as OpenSLO v1 documents: a service, and an SLO with its alert policies, per route.

Method *occurrences*: a run counts once. Each burn rule is an alert condition of kind `burnrate`:
its long window is `lookbackWindow`, and its short one, which OpenSLO has no field for, is the
annotation `burnline/short-window`. OpenSLO names are DNS labels; the route's own name stands in
`displayName` and in the annotation `burnline/route`.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from console.burn import arithmetic, rules, windows
from console.burn.windows import calendar_start_us
from console.export.decimals import exact, share
from console.export.prometheus import selector
from console.model import SECOND_US

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.model import BurnRule, Window
    from console.settings import RouteSettings

VERSION = "openslo/v1"
ROUTE, TIER = "burnline/route", "burnline/tier"
SHORT = "burnline/short-window"
"""Annotations."""
UNDESCRIBED = "trusted outcomes"
UNITS = {"day": "1d", "week": "1w", "month": "1M"}
_LONGEST_NAME = 55

Document = dict[str, Any]


def documents(routes: Iterable[RouteSettings], now_us: int) -> list[Document]:
    """Return the documents of some routes; `now_us` dates the start of calendar windows."""
    found: list[Document] = []
    for route in routes:
        found += [_service(route), _slo(route, now_us)]
    return found


def label(name: str) -> str:
    """Return a DNS label for a name; what was changed or cut is told apart by a digest."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST_NAME].rstrip("-")
    if plain == name:
        return plain
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{plain}-{digest}".lstrip("-")


def _service(route: RouteSettings) -> Document:
    return {
        "apiVersion": VERSION,
        "kind": "Service",
        "metadata": _metadata(label(route.name), route),
        "spec": {"description": route.outcome or "a route of AI agents"},
    }


def _metadata(name: str, route: RouteSettings) -> Document:
    return {
        "name": name,
        "displayName": route.name,
        "annotations": {ROUTE: route.name, TIER: route.tier},
    }


def _slo(route: RouteSettings, now_us: int) -> Document:
    name = label(route.name)
    objective = share(arithmetic.PPM - route.budget_ppm)
    return {
        "apiVersion": VERSION,
        "kind": "SLO",
        "metadata": _metadata(f"{name}-trusted", route),
        "spec": {
            "description": route.outcome or UNDESCRIBED,
            "service": name,
            "indicator": indicator(route.name),
            "timeWindow": [_window(route.window, now_us)],
            "budgetingMethod": "Occurrences",
            "objectives": [{"displayName": "trusted outcomes", "target": objective}],
            "alertPolicies": [_policy(rule, place, route) for place, rule in _numbered(route)],
        },
    }


def _numbered(route: RouteSettings) -> Iterable[tuple[int, BurnRule]]:
    return enumerate(rules.of(route), 1)


def indicator(route: str) -> Document:
    """Return the ratio over the budget window, as `collect --metrics` serves its counts."""
    where = selector(route, "budget")

    def source(query: str) -> Document:
        return {"metricSource": {"type": "Prometheus", "spec": {"query": query}}}

    ratio = {
        "counter": False,
        "bad": source(f"burnline_bad_runs{where}"),
        "total": source(f"burnline_runs{where}"),
    }
    name = f"{label(route)}-trusted-outcomes"
    return {"metadata": {"name": name}, "spec": {"ratioMetric": ratio}}


def _window(window: Window, now_us: int) -> Document:
    if window.days is not None:
        return {"duration": f"{window.days}d", "isRolling": True}
    start = datetime.fromtimestamp(
        calendar_start_us(window, now_us) // SECOND_US, ZoneInfo(window.timezone)
    )
    return {
        "duration": UNITS[str(window.unit)],
        "isRolling": False,
        "calendar": {"startTime": start.strftime("%Y-%m-%d %H:%M:%S"), "timeZone": window.timezone},
    }


def _policy(rule: BurnRule, place: int, route: RouteSettings) -> Document:
    name = f"{label(route.name)}-{rule.severity.value}-{place}"
    condition = {
        "kind": "AlertCondition",
        "metadata": {
            "name": name,
            "annotations": {SHORT: windows.label(rule.short_us)},
        },
        "spec": {
            "severity": rule.severity.value,
            "condition": {
                "kind": "burnrate",
                "op": "gte",
                "threshold": exact(rule.k),
                "lookbackWindow": windows.label(rule.long_us),
                "alertAfter": "0m",
            },
        },
    }
    return {
        "kind": "AlertPolicy",
        "metadata": {"name": f"{name}-policy"},
        "spec": {
            "alertWhenBreaching": True,
            "alertWhenNoData": False,
            "alertWhenResolved": True,
            "conditions": [condition],
            "notificationTargets": [],
        },
    }
