"""The review is right about simulated fleets, whose truth it never reads."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from console.review import incident
from console.review.types import RouteReview
from console.review.verdict import (
    FRAGILE,
    NOISE,
    OVER_PERMISSIONED,
    STRUCTURAL,
    UNDER_SPECIFIED,
)
from tests.review import fleets, verdicts
from tests.review.conftest import Fleet

FLEETS = (
    fleets.Fleet(20),
    fleets.Fleet(23, days=14),
    fleets.Fleet(25, days=20, routes=16),
    fleets.Fleet(26, lines=6_000),
)


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> list[verdicts.Score]:
    found = []
    for fleet in FLEETS:
        folder = tmp_path_factory.mktemp(f"seed{fleet.seed}")
        found.append(verdicts.score(*fleets.reviewed(folder, fleet)))
    return found


def test_nearly_every_verdict_incident_and_weakness_is_right(scores: list[verdicts.Score]) -> None:
    right, asked = Counter[str](), Counter[str]()
    for score in scores:
        right.update(score.right)
        asked.update(score.asked)
    wrong = [line for score in scores for line in score.wrong]
    named = {f"incident {kind}" for kind in verdicts.NAMES}
    assert set(asked) >= {"verdict", "weakness", "its time", "its runs", "who shared it", *named}
    assert sum(right.values()) >= 0.95 * sum(asked.values()), wrong
    for what in ("verdict", "its runs", "who shared it"):
        assert right[what] >= 0.95 * asked[what], wrong


def test_every_incident_of_the_sample_logs_is_found_by_name_time_and_runs(sample: Fleet) -> None:
    score = verdicts.score(sample.truth, sample.review)
    assert score.wrong == []
    for kind in verdicts.NAMES:
        assert score.right[f"incident {kind}"] >= 1


def of(fleet: Fleet, route: str) -> RouteReview:
    return next(view for view in fleet.review.routes if view.settings.name == route)


@pytest.mark.parametrize(
    ("route", "kind", "verdict", "word"),
    [
        ("fraud-screen", incident.OUTAGE, NOISE, None),
        ("invoice-triage", incident.SLOW, STRUCTURAL, UNDER_SPECIFIED),
        ("refunds", incident.BREACH, STRUCTURAL, OVER_PERMISSIONED),
        ("inventory-sync", incident.ROLLBACK, STRUCTURAL, FRAGILE),
        ("contract-summaries", incident.RESCUES, STRUCTURAL, UNDER_SPECIFIED),
    ],
)
def test_the_sample_tells_an_outage_from_what_is_a_routes_own(
    sample: Fleet, route: str, kind: str, verdict: str, word: str | None
) -> None:
    view = of(sample, route)
    assert kind in {item.kind for item, _ in view.incidents}
    assert view.verdict.verdict == verdict
    words = {one.word for one in view.verdict.words}
    assert words == set() if word is None else word in words


def test_a_dependency_outage_names_the_routes_that_shared_it(sample: Fleet) -> None:
    (outage,) = (one for one in sample.truth.incidents if one.kind == "dependency_outage")
    found = [
        item
        for view in sample.review.routes
        for item, _ in view.incidents
        if item.kind == incident.OUTAGE
    ]
    assert {item.route for item in found} == set(outage.routes)
    assert all({item.route, *item.shared} == set(outage.routes) for item in found)


def test_the_review_reads_no_truth() -> None:
    folder = Path(fleets.SAMPLE).parent / "console" / "review"
    assert not [path for path in folder.glob("*.py") if "truth" in path.read_text("utf-8")]


def test_a_truth_that_says_otherwise_is_seen(sample: Fleet) -> None:
    """The comparison is no formality: the truth of another seed does not fit."""
    other = sample.truth.__class__(
        seed=1,
        since=sample.truth.since,
        until=sample.truth.until,
        routes=sample.truth.routes,
        incidents=[
            one.__class__(
                kind=one.kind, routes=["kyc-review"], since=one.since, until=one.until, runs={}
            )
            for one in sample.truth.incidents
        ],
    )
    score = verdicts.score(other, sample.review)
    assert len(score.wrong) > len(sample.truth.incidents)
