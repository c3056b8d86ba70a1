"""One simulated fleet, collected once, and its review; the truth is for comparison only."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.review import verdicts

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
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    folder = tmp_path_factory.mktemp("fleet")
    truth, review = verdicts.reviewed(folder, 4)
    return Fleet(folder / "burnline.db", truth, review)
