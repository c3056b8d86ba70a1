"""The tiers that hold without a settings file, and how a route's risk leads to one of them."""

from __future__ import annotations

from typing import Literal

from console.settings.types import RouteSettings

Level = Literal["low", "medium", "high"]
Reversibility = Literal["easy", "hard", "none"]

LEVELS: tuple[Level, ...] = ("low", "medium", "high")
REVERSIBILITIES: tuple[Reversibility, ...] = ("easy", "hard", "none")
DEFAULT_TIER = "medium"
"""The tier of a route that nobody configured."""


def _tier(
    name: str, budget_ppm: int, on_fault: str, zero_tolerance: tuple[str, ...] = ()
) -> RouteSettings:
    return RouteSettings(
        name=name,
        tier=name,
        budget_ppm=budget_ppm,
        on_fault=on_fault,
        zero_tolerance=zero_tolerance,
    )


BUILT_IN: dict[str, RouteSettings] = {
    tier.name: tier
    for tier in (
        _tier("low", 50_000, "last_known"),
        _tier("medium", 20_000, "approval"),
        _tier("high", 10_000, "closed", ("permission",)),
        _tier("critical", 5_000, "closed", ("permission", "recovery")),
    )
}
"""Semantics 6: 30 d rolling, no SLA, nothing automatic. Mildest first."""


def derive_tier(risk: str, reversibility: str, rescue_cost: str) -> str:
    """Return the built-in tier that fits a route's answers to three questions.

    The risk names the tier: `low`, `medium` or `high`. What makes a miss worse lifts it: an outcome
    that is `hard` to reverse, or a `medium` rescue cost, by half a step each; one that cannot be
    reversed (`none`), or a `high` rescue cost, by a whole step each. A half step that stays alone
    is dropped, nothing lowers a tier, and `critical` is the highest.

    Raises:
        ValueError: an answer is none of `LEVELS` (risk, rescue cost) or `REVERSIBILITIES`.
    """
    for answer, known in (
        (risk, LEVELS),
        (reversibility, REVERSIBILITIES),
        (rescue_cost, LEVELS),
    ):
        if answer not in known:
            raise ValueError(f"{answer!r} is not one of {', '.join(known)}")
    places: tuple[str, ...] = REVERSIBILITIES
    costs: tuple[str, ...] = LEVELS
    half_steps = places.index(reversibility) + costs.index(rescue_cost)
    names = list(BUILT_IN)
    return names[min(costs.index(risk) + half_steps // 2, len(names) - 1)]
