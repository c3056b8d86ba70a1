"""The review is right about simulated fleets, whose truth it never reads."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from console.review import incident
from tests.review import verdicts
from tests.review.conftest import Fleet

SEEDS = range(20, 26)


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> list[verdicts.Score]:
    found = []
    for seed in SEEDS:
        folder = tmp_path_factory.mktemp(f"seed{seed}")
        found.append(verdicts.score(*verdicts.reviewed(folder, seed), seed))
    return found


def test_nearly_every_verdict_incident_and_weakness_is_right(scores: list[verdicts.Score]) -> None:
    right, asked = Counter[str](), Counter[str]()
    for score in scores:
        right.update(score.right)
        asked.update(score.asked)
    wrong = [line for score in scores for line in score.wrong]
    assert set(asked) >= {"verdict", "weakness", *(f"incident {kind}" for kind in verdicts.NAMES)}
    assert sum(right.values()) >= 0.95 * sum(asked.values()), wrong
    assert right["verdict"] >= 0.95 * asked["verdict"], wrong


def test_a_dependency_outage_names_the_routes_that_shared_it(fleet: Fleet) -> None:
    (outage,) = (one for one in fleet.truth.incidents if one.kind == "dependency_outage")
    found = [
        item
        for view in fleet.review.routes
        for item, _ in view.incidents
        if item.kind == incident.OUTAGE
    ]
    assert {item.route for item in found} == set(outage.routes)
    assert all({item.route, *item.shared} == set(outage.routes) for item in found)


def test_the_review_reads_no_truth() -> None:
    folder = Path(verdicts.SAMPLE).parent / "console" / "review"
    assert not [path for path in folder.glob("*.py") if "truth" in path.read_text("utf-8")]
