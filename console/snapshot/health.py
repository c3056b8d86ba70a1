"""Whether a route can be judged, and what it most needs a human for."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from console.burn import arithmetic, kinds, rules
from console.burn.ground import UNMEASURED, absent_after_us
from console.ledger.case import duration
from console.model import Counts

if TYPE_CHECKING:
    from console.settings import RouteSettings
    from console.snapshot.frame import Frame
    from console.snapshot.types import AlertView
    from console.store import reader

HEALTH = ("hard stop", "page", "spent", "frozen", "no data", "ticket", "at risk", "healthy")
"""What a route's health can be, in the order in which a human is needed."""


def answers(route: RouteSettings) -> tuple[tuple[str, str], ...]:
    """Return the five questions of semantics 1 with this route's answers, "" where blank.

    Questions 2 and 3 are answered by the classes and the budget, which always hold; 1, 4 and 5
    need an owner's words.
    """
    measured = route.measured
    trusted = route.outcome
    if trusted and measured.requires:
        trusted += f" (checks: {', '.join(measured.requires)})"
    recovery = "recovery (failed)"
    if measured.recover_within_us is not None:
        recovery = f"recovery (failed, or not within {duration(measured.recover_within_us)})"
    classes = ["trust", "escalation", "permission", recovery]
    if measured.sla_us is not None:
        classes.insert(0, f"latency over {duration(measured.sla_us)}")
    if route.zero_tolerance:
        classes.append(f"zero tolerance: {', '.join(route.zero_tolerance)}")
    objective = Fraction(arithmetic.PPM - route.budget_ppm, arithmetic.PPM)
    budget = f"objective {rules.percent(objective)} over {route.window.text}"
    return (
        ("What counts as a trusted outcome?", trusted),
        ("Which misses consume the budget?", "; ".join(classes)),
        ("How fast is it burning?", budget),
        ("Who owns the intervention?", route.owner),
        ("Which changes are frozen until it recovers?", ", ".join(route.freeze_kinds)),
    )


def data_of(
    frame: Frame,
    route: RouteSettings,
    row: reader.RouteRow | None,
    counts: Counts,
    apart: dict[str, int],
) -> str:
    """Return live, stale, none or unmeasured: silence is never health."""
    if row is None or (counts.total == 0 and not apart):
        return "none"
    limit_us = absent_after_us(route, row.gap_minutes)
    if frame.now_us - row.last_us > limit_us or route.name in frame.unread:
        return "stale"
    unknown = apart.get("unknown", 0)
    if unknown and Fraction(unknown, counts.total + unknown) > UNMEASURED:
        return "unmeasured"
    return "live"


def health_of(
    mine: tuple[AlertView, ...],
    *,
    left: Fraction | None,
    data: str,
    outlook: str,
    enough: bool,
) -> str:
    """Return what the route most needs a human for; a hard stop and a page beat silence.

    `enough` says that so many runs missed that a spent budget is more than one awkward run.
    """
    firing = [alert for alert in mine if alert.state != "resolved"]
    severities = {alert.severity for alert in firing}
    spent = left is not None and left <= 0
    found = (
        ("hard stop", any(kinds.HARD_STOP in alert.kinds for alert in firing)),
        ("page", "page" in severities),
        ("spent", spent and enough),
        ("frozen", data in {"stale", "unmeasured"}),
        ("no data", data == "none" or left is None),
        ("ticket", "ticket" in severities),
        ("at risk", spent or outlook == "exhausts"),
    )
    return next((name for name, holds in found if holds), "healthy")
