"""Each incident shows in the logs as an operator would meet it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from console.model import DAY_US
from console.simulate import IncidentTruth, Truth, simulate
from console.simulate.chance import dice
from console.simulate.course import Course
from console.simulate.incidents import Episode
from console.simulate.lines import instant
from console.simulate.profile import Fate
from tests.simulate.oracle import Event, Reading, Rules, events_of, read_route

END = datetime.fromisoformat("2026-11-19T15:30:00Z")
END_US = instant("2026-11-19T15:30:00Z")
ALLOWED = {"low": 0.05, "medium": 0.02, "high": 0.01, "critical": 0.005}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("incidents") / "logs"


@pytest.fixture(scope="module")
def truth(out: Path) -> Truth:
    return simulate(out, lines=150_000, seed=11, end_us=END_US)


def incident(truth: Truth, kind: str) -> IncidentTruth:
    return next(one for one in truth.incidents if one.kind == kind)


def span(one: IncidentTruth) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(one.since), datetime.fromisoformat(one.until)


def closed(out: Path, truth: Truth, name: str) -> list[Reading]:
    route = truth.routes[name]
    rules = Rules(route.sla_s, route.escalate_within_s, route.recover_within_s, [], [])
    return [one for one in read_route(out / name, rules, END).values() if not one.cancelled]


def burn(readings: list[Reading], tier: str, since: datetime, until: datetime) -> float:
    """Return the burn rate in a window: the share of bad runs over the share allowed."""
    inside = [one for one in readings if one.at and since < one.at <= until]
    return sum(bool(one.misses) for one in inside) / len(inside) / ALLOWED[tier]


def started(events: list[Event], since: datetime, until: datetime) -> list[str]:
    return [e["run"] for e in events if e["event"] == "run.started" and since <= e["at"] < until]


def test_a_slow_burn_grows_over_ten_days_in_one_kind_of_check(out: Path, truth: Truth) -> None:
    one = incident(truth, "slow_burn")
    readings = closed(out, truth, one.routes[0])
    rates = [
        burn(readings, "medium", END - timedelta(days=high), END - timedelta(days=high - 2))
        for high in (10, 6, 2)
    ]
    assert rates == sorted(rates)
    assert rates[0] < 3 < rates[-1]
    failed = {
        event["check"]
        for event in events_of(out / one.routes[0])
        if event["event"] == "check.failed" and event["run"] in one.runs["trust"]
    }
    assert failed == {"evidence"}


def test_a_fast_burn_is_about_15_times_for_the_last_90_minutes(out: Path, truth: Truth) -> None:
    one = incident(truth, "fast_burn")
    readings = closed(out, truth, one.routes[0])
    for minutes in (85, 60, 30):
        assert 12 < burn(readings, "medium", END - timedelta(minutes=minutes), END) < 22
    before = END - timedelta(minutes=95)
    assert burn(readings, "medium", before - timedelta(hours=6), before) < 1


def test_a_quiet_route_has_a_few_runs_a_day(out: Path, truth: Truth) -> None:
    [name] = incident(truth, "quiet").routes
    assert 30 < truth.routes[name].runs < 5 * 30


def test_a_silent_route_stops_hours_before_the_end_though_it_logs_every_few_minutes(
    out: Path, truth: Truth
) -> None:
    one = incident(truth, "silent")
    times = [event["at"] for event in events_of(out / one.routes[0])]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert max(gaps) < timedelta(hours=1.5)
    assert timedelta(hours=4.6) < END - times[-1] < timedelta(hours=6.1)


def test_a_breach_is_one_action_outside_the_scope(out: Path, truth: Truth) -> None:
    one = incident(truth, "permission_breach")
    strays = [event for event in events_of(out / one.routes[0]) if event.get("scope") == "out"]
    assert [stray["run"] for stray in strays] == one.runs["permission"]


def test_four_rescues_in_two_days_are_logged_hours_after_delivery(out: Path, truth: Truth) -> None:
    one = incident(truth, "rescue_cluster")
    events = events_of(out / one.routes[0])
    rescued = {event["run"]: event["at"] for event in events if event["event"] == "rescued"}
    delivered = {event["run"]: event["at"] for event in events if event["event"] == "run.delivered"}
    assert set(rescued) == set(one.runs["trust"])
    assert len(rescued) == 4
    assert max(rescued.values()) - min(rescued.values()) < timedelta(days=2)
    assert all(at - delivered[run] >= timedelta(hours=2) for run, at in rescued.items())


def test_an_outage_takes_most_runs_of_two_routes_in_the_same_40_minutes(
    out: Path, truth: Truth
) -> None:
    one = incident(truth, "dependency_outage")
    since, until = span(one)
    assert until - since == timedelta(minutes=40)
    assert len(one.routes) == 2
    bad = set().union(*one.runs.values())
    for name in one.routes:
        runs = started(events_of(out / name), since, until)
        assert len(bad.intersection(runs)) > 0.6 * len(runs)


def test_a_bad_change_is_rolled_back_in_vain_before_it_is_rolled_back(
    out: Path, truth: Truth
) -> None:
    one = incident(truth, "failed_rollback")
    since, until = span(one)
    events = events_of(out / one.routes[0])
    changes = [event for event in events if event["event"] == "change.deployed"]
    assert since in {change["at"] for change in changes}
    before, reverted = (max(c["at"] for c in changes if c["at"] < since), until)
    versions = {change["at"]: change["version"] for change in changes}
    assert versions[before] == versions[reverted]
    [run] = one.runs["recovery"]
    recovery = [event["event"].split(".")[-1] for event in events if event.get("run") == run]
    assert recovery[-4:] == ["started", "failed", "started", "succeeded"]


def test_an_episode_deals_out_its_share_evenly() -> None:
    episode = Episode(
        kind="even", from_us=0, to_us=DAY_US, share=(0.3, 0.3), fates=((Fate.FAILED, 1.0),)
    )
    course = Course([episode], [], dice("even"))
    fates = [course.outcome(at_us).fate for at_us in range(0, DAY_US, DAY_US // 100)]
    assert fates.count(Fate.FAILED) == 30
    assert all(Fate.FAILED in fates[at : at + 4] for at in range(0, 96, 4))
