"""The built-in tiers, and how a route's risk leads to one."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from console.model import Window
from console.settings.tiers import BUILT_IN, LEVELS, REVERSIBILITIES, derive_tier
from tests.settings.writing import refusal, refused, route

RANKS = list(BUILT_IN)


@pytest.mark.parametrize(
    ("name", "budget_ppm", "on_fault", "zero_tolerance"),
    [
        ("low", 50_000, "last_known", ()),
        ("medium", 20_000, "approval", ()),
        ("high", 10_000, "closed", ("permission",)),
        ("critical", 5_000, "closed", ("permission", "recovery")),
    ],
)
def test_a_built_in_tier_has_its_objective_and_its_reaction_to_a_fault(
    name: str, budget_ppm: int, on_fault: str, zero_tolerance: tuple[str, ...]
) -> None:
    tier = BUILT_IN[name]
    assert (tier.name, tier.tier) == (name, name)
    assert (tier.budget_ppm, tier.on_fault) == (budget_ppm, on_fault)
    assert tier.zero_tolerance == zero_tolerance


@pytest.mark.parametrize("name", RANKS)
def test_a_built_in_tier_rolls_over_30_days_without_sla_or_consequences(name: str) -> None:
    found = BUILT_IN[name]
    assert found.window == Window(days=30)
    assert found.measured.sla_us is None
    assert found.ladder == ()
    assert found.rules is None


@pytest.mark.parametrize(
    ("risk", "reversibility", "rescue_cost", "tier"),
    [
        ("low", "easy", "low", "low"),
        ("medium", "easy", "low", "medium"),
        ("high", "easy", "low", "high"),
        ("low", "hard", "low", "low"),
        ("low", "hard", "medium", "medium"),
        ("low", "none", "low", "medium"),
        ("low", "easy", "high", "medium"),
        ("low", "none", "high", "high"),
        ("medium", "none", "high", "critical"),
        ("high", "none", "low", "critical"),
        ("high", "none", "high", "critical"),
    ],
)
def test_risk_names_the_tier_and_what_makes_a_miss_worse_lifts_it(
    risk: str, reversibility: str, rescue_cost: str, tier: str
) -> None:
    assert derive_tier(risk, reversibility, rescue_cost) == tier


def test_no_worse_answer_leads_to_a_milder_tier() -> None:
    for risk, way_back, cost in product(range(3), repeat=3):
        here = RANKS.index(derive_tier(LEVELS[risk], REVERSIBILITIES[way_back], LEVELS[cost]))
        for worse in ((risk + 1, way_back, cost), (risk, way_back + 1, cost)):
            if max(worse) < 3:
                answers = LEVELS[worse[0]], REVERSIBILITIES[worse[1]], LEVELS[worse[2]]
                assert RANKS.index(derive_tier(*answers)) >= here


def test_an_answer_that_is_none_of_the_known_is_refused() -> None:
    with pytest.raises(ValueError, match="'huge' is not one of low, medium, high"):
        derive_tier("huge", "easy", "low")


def test_a_route_may_answer_three_questions_instead_of_naming_its_tier(tmp_path: Path) -> None:
    found = route(tmp_path, 'risk = "high"\nreversibility = "none"\nrescue_cost = "low"')
    assert (found.tier, found.budget_ppm, found.tier_explicit) == ("critical", 5_000, True)


def test_one_answer_alone_leads_to_no_tier(tmp_path: Path) -> None:
    found = refused(tmp_path, '[route.a]\nrisk = "high"\n')
    assert [words.split(" ", 1)[1] for words in found] == [
        "route.a has no reversibility; risk leads to a tier only with it; or write tier instead.",
        "route.a has no rescue_cost; risk leads to a tier only with it; or write tier instead.",
    ]


def test_a_tier_and_answers_together_are_refused(tmp_path: Path) -> None:
    found = refusal(tmp_path, 'tier = "low"\nrisk = "high"')
    assert found.startswith("route.refunds.risk leads to a tier, which is written too")


def test_an_unknown_tier_names_the_nearest(tmp_path: Path) -> None:
    found = refusal(tmp_path, 'tier = "hihg"')
    assert found == 'route.refunds.tier = "hihg" is not known; the nearest that works is "high".'
