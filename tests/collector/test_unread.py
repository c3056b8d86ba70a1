"""Logs that go on while no collector reads them: their routes are not healthy for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from console.collector import Lease
from console.control.directives import Order, Refused
from console.model import DirectiveKind
from console.operate import Operator

from .running import MINUTE, Station, good, route

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """Two routes with a log each, read to their ends; nobody holds the store."""
    found = Station(tmp_path, route(), route("drafts"))
    found.write("refunds.jsonl", *(good(f"r-{number}") for number in range(30)))
    found.write("drafts.jsonl", good("d-1", route="drafts"))
    found.at(MINUTE).read()
    yield found
    found.close()


def data(station: Station) -> dict[str, tuple[str, bool]]:
    return {view.route: (view.data, view.unread) for view in station.snapshot().routes}


LIVE, STALE = ("live", False), ("stale", True)


def test_a_route_whose_logs_were_read_to_their_end_is_live_though_no_collector_runs(
    station: Station,
) -> None:
    assert data(station) == {"refunds": LIVE, "drafts": LIVE}


def test_a_route_whose_logs_go_on_unread_is_stale_until_they_are_read(station: Station) -> None:
    station.write("refunds.jsonl", good("r-99"))
    assert data(station) == {"refunds": STALE, "drafts": LIVE}
    views = {view.route: view.health for view in station.snapshot().routes}
    assert views == {"refunds": "frozen", "drafts": "healthy"}
    station.read()
    assert data(station)["refunds"] == LIVE


def test_a_log_that_took_the_place_of_another_is_unread(station: Station) -> None:
    log = station.logs / "refunds.jsonl"
    log.rename(station.logs / "refunds.jsonl.1")
    station.write("refunds.jsonl", good("r-99"))
    assert data(station)["refunds"] == STALE


def test_a_log_that_was_emptied_or_is_gone_holds_nothing_unread(station: Station) -> None:
    os.truncate(station.logs / "refunds.jsonl", 0)
    (station.logs / "drafts.jsonl").unlink()
    assert data(station) == {"refunds": LIVE, "drafts": LIVE}


def test_half_a_line_that_a_collector_has_seen_is_not_unread(station: Station) -> None:
    station.write("refunds.jsonl", good("r-99")[:20])
    station.read()
    assert data(station)["refunds"] == LIVE


def test_a_collector_that_runs_is_trusted_to_read_and_one_that_hangs_is_not(
    station: Station,
) -> None:
    station.write("refunds.jsonl", good("r-99"))
    lease = Lease(station.store)
    lease.beat()
    beat_s = station.now_us / 1_000_000
    os.utime(f"{station.store}.heartbeat", (beat_s, beat_s))
    assert data(station)["refunds"] == LIVE
    station.at(2 * MINUTE)
    assert data(station)["refunds"] == STALE
    lease.release()


def test_the_past_is_what_it_was_whatever_is_unread_now(station: Station) -> None:
    station.write("refunds.jsonl", good("r-99"))
    assert {view.data for view in station.snapshot(as_of=True).routes} == {"live"}


def test_nothing_is_lifted_by_its_exit_rule_while_lines_are_unread(station: Station) -> None:
    operator = Operator(station.settings, station.store, station.control)
    freeze = Order(
        route="refunds", kind=DirectiveKind.FREEZE, by="dana", reason="a probe", changes=("prompt",)
    )
    order = operator.give(freeze, station.now_us)
    later = [good(f"s-{number}", 2 * MINUTE + number) for number in range(30)]
    station.write("refunds.jsonl", *later)
    station.at(3 * MINUTE).read()
    assert operator.bar_to_lifting(order, station.now_us) == ""
    station.write("refunds.jsonl", good("r-99", 3 * MINUTE))
    with pytest.raises(Refused, match=r"logs of refunds go on and no collector reads them.*--over"):
        operator.lift(
            "refunds", "", by="dana", reason="well", override=False, now_us=station.now_us
        )
    station.read()
    lifted = operator.lift(
        "refunds", "", by="dana", reason="well", override=False, now_us=station.now_us
    )
    operator.close()
    assert not lifted.overridden
