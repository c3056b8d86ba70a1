"""Fixtures of the tests of intake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.intake.watching import Watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    watched.tailer.close()
