"""Fixtures of the tests of intake; properties hold however slow the machine is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.intake.watching import Watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

settings.register_profile("at-any-speed", deadline=None)
settings.load_profile("at-any-speed")


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    watched.tailer.close()
