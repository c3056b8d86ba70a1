"""Whether a collector ever worked on a store, and whether one is just beginning to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.collector import Lease

from .running import Station, route

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from console.snapshot.types import StoreView


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    found = Station(tmp_path, route())
    yield found
    found.close()


def seen(station: Station) -> StoreView:
    return station.snapshot().store


def test_a_collector_has_begun_with_its_first_turn_though_there_is_nothing_to_read(
    station: Station,
) -> None:
    assert not seen(station).began
    station.collector.step()
    assert seen(station).began


def test_a_collector_starts_until_its_first_heartbeat(station: Station) -> None:
    assert not seen(station).starting
    lease = Lease(station.store)
    assert seen(station).starting
    lease.beat()
    assert not seen(station).starting
    lease.release()


def test_a_collector_that_cannot_write_the_store_is_not_said_to_start(station: Station) -> None:
    lease = Lease(station.store)
    lease.trouble("the disk is full")
    assert not seen(station).starting
    lease.release()
