"""Stages on one folder, closed after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.settings import Settings
from tests.control.stage import SETTINGS, Stage


@pytest.fixture
def enter(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Return a maker of further operators' stages on the same store and control file."""
    made: list[Stage] = []

    def another(settings: Settings = SETTINGS) -> Stage:
        made.append(Stage(tmp_path, settings))
        return made[-1]

    yield another
    for stage in made:
        stage.close()


@pytest.fixture
def stage(enter: Callable[..., Stage]) -> Stage:
    """Return one operator's stage, with generation 1 written."""
    found = enter()
    found.initialise()
    return found
