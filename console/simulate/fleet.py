"""The routes of a simulation: the catalogue first, then variations of it under other names."""

from __future__ import annotations

import msgspec

from console.model import DAY_US
from console.simulate.catalogue import CATALOGUE
from console.simulate.chance import dice
from console.simulate.incidents import Span
from console.simulate.profile import Fate, RouteProfile
from console.simulate.script import compose

GROUP = len(CATALOGUE)
_PLACES = ("eu", "us", "apac", "uk", "latam", "mea", "ca", "nordics")
_NAMES: tuple[tuple[str, ...], ...] = (
    ("chargebacks", "goodwill-credits", "returns-desk"),
    ("expense-claims", "purchase-orders", "dunning-letters"),
    ("chat-replies", "review-answers", "warranty-mails"),
    ("merchant-onboarding", "loan-intake", "age-checks"),
    ("changelog-digest", "docs-updates", "status-notes"),
    ("login-risk", "payout-screen", "ad-review"),
    ("price-sync", "catalog-import", "shipment-status"),
    ("tender-summaries", "policy-briefs", "claim-reports"),
)
_TRIAL_RUNS = 400


def fleet(count: int, seed: int) -> list[RouteProfile]:
    """Return `count` profiles; from the ninth on each varies the one eight before it."""
    if count < 1:
        raise ValueError("a fleet needs at least one route")
    return [
        CATALOGUE[index] if index < GROUP else _variation(index, seed) for index in range(count)
    ]


def _variation(index: int, seed: int) -> RouteProfile:
    kind, turn = index % GROUP, index // GROUP - 1
    origin = CATALOGUE[kind]
    names = _NAMES[kind]
    place = "" if turn < len(names) else f"-{_PLACES[(turn // len(names) - 1) % len(_PLACES)]}"
    number = turn // (len(names) * (len(_PLACES) + 1))
    name = f"{names[turn % len(names)]}{place}{number + 1 if number else ''}"
    rng = dice(seed, name)
    pace = rng.uniform(0.6, 1.7)
    return msgspec.structs.replace(
        origin,
        name=name,
        code=f"{origin.code}{index // GROUP}",
        per_day=origin.per_day * pace,
        every_s=int(origin.every_s / pace) if origin.every_s else None,
        median_s=origin.median_s * rng.uniform(0.7, 1.3),
        agents=max(1, min(3, origin.agents + rng.choice((-1, 0, 0, 1)))),
        uncertain=origin.uncertain * rng.uniform(0.5, 1.8),
        rework=origin.rework * rng.uniform(0.5, 1.8),
        background=tuple((fate, expected * pace) for fate, expected in origin.background),
    )


def scaled(profiles: list[RouteProfile], days: int, lines: int | None) -> list[float]:
    """Return the traffic factor of each route that makes about `lines` lines in `days`."""
    if lines is None:
        return [1.0] * len(profiles)
    usual = [profile.per_day * days * lines_per_run(profile) for profile in profiles]
    fixed = sum(n for n, one in zip(usual, profiles, strict=True) if not one.scalable)
    moving = sum(usual) - fixed
    factor = max(lines - fixed, 0.02 * moving) / moving if moving else 1.0
    return [factor if profile.scalable else 1.0 for profile in profiles]


def at_scale(profile: RouteProfile, factor: float) -> RouteProfile:
    """Return the profile with `factor` times the traffic; the kind of work stays the same."""
    if factor == 1:
        return profile
    every_s = max(1, round(profile.every_s / factor)) if profile.every_s else None
    return msgspec.structs.replace(profile, per_day=profile.per_day * factor, every_s=every_s)


def lines_per_run(profile: RouteProfile) -> float:
    """Return how many lines a good run of the route logs on average, by trial."""
    rng = dice("lines of", profile.name)
    total = sum(len(compose(profile, "trial", 0, Fate.GOOD, rng)) for _ in range(_TRIAL_RUNS))
    return total / _TRIAL_RUNS


def span_of(end_us: int, days: int) -> Span:
    """Return the stretch that `days` days of logs up to `end_us` cover."""
    if days < 1:
        raise ValueError("a simulation covers at least one day")
    return Span(end_us - days * DAY_US, end_us)
