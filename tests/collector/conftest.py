"""Fixtures of the collector's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.collector.running import Station

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    station = Station(tmp_path)
    yield station
    station.close()
