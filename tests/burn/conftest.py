"""A floor for each test, closed after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.settings import RouteSettings
from tests.burn.floor import Floor


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Callable[..., Floor]]:
    """Return a maker of floors with the given routes (none: one of the low tier)."""
    made: list[Floor] = []

    def floor_of(*routes: RouteSettings) -> Floor:
        made.append(Floor(tmp_path / f"{len(made)}.db", *routes))
        return made[-1]

    yield floor_of
    for floor in made:
        floor.close()


@pytest.fixture
def floor(build: Callable[..., Floor]) -> Floor:
    """Return a floor with one route of the low tier."""
    return build()
