"""One simulated fleet, and the committed sample logs, each collected once and reviewed.

The truth is for comparison only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from console.simulate import read_truth
from tests.review import fleets

if TYPE_CHECKING:
    from pathlib import Path

    from console.review.types import Review
    from console.simulate import Truth


class Fleet(NamedTuple):
    """A store that was collected from simulated logs."""

    store: Path
    truth: Truth
    review: Review


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    folder = tmp_path_factory.mktemp("fleet")
    truth, review = fleets.reviewed(folder, fleets.Fleet(4))
    return Fleet(folder / "burnline.db", truth, review)


@pytest.fixture(scope="session")
def fleet(simulated: Fleet) -> Fleet:
    """Return the simulated fleet; a module may look at the sample instead."""
    return simulated


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """Return the sample logs as they are committed, under the settings that stand beside them."""
    store = tmp_path_factory.mktemp("sample") / "burnline.db"
    review = fleets.review_of(fleets.sample_settings(), store, 30)
    return Fleet(store, read_truth(fleets.SAMPLE / "logs.truth.json"), review)
