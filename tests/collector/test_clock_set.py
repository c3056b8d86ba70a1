"""A wall clock that is set: nothing ends sooner for it, and nobody waits until it is back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.collector import Collector
from console.collector.drift import TOLERATED_US, Drift
from console.intake.times import rfc3339
from console.model import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from console.settings import Settings, Source
from console.settings.tiers import BUILT_IN
from console.store import alerts
from console.store.writer import Writer
from tests.burn.floor import FAST, NOON_US, ROUTE, route


class Desk:
    """A collector over one log, with a wall clock that can be set and one that only goes on."""

    def __init__(self, folder: Path) -> None:
        self.log, self.folder = folder / "agent.jsonl", folder
        self.wall_us, self.steady_us = NOON_US - 20 * DAY_US, 0
        low = route(rules=(FAST,))
        self.settings = Settings(
            sources=(Source(path=self.log),), tiers=dict(BUILT_IN), routes={ROUTE: low}
        )
        self._runs = 0
        self.start()
        self.runs("run.delivered", 2_000)
        self.pass_time(20 * DAY_US)
        self.runs("run.failed", 20)
        assert self.open() == ["firing"]

    def start(self) -> None:
        self.collector = Collector(
            self.settings,
            self.folder / "s.db",
            self.folder / "control" / "control.json",
            now=lambda: self.wall_us,
            steady=lambda: self.steady_us,
        )

    def pass_time(self, length_us: int) -> None:
        self.wall_us += length_us
        self.steady_us += length_us

    def set_clock(self, by_us: int) -> None:
        self.wall_us += by_us
        self.pass_time(SECOND_US)

    def runs(self, kind: str, count: int) -> None:
        """Let runs end now, by the clock of this machine, and look."""
        with self.log.open("a", encoding="utf-8") as file:
            for _ in range(count):
                self._runs += 1
                line = {"ts": rfc3339(self.wall_us), "route": ROUTE, "run": f"r-{self._runs}"}
                file.write(json.dumps({**line, "event": kind, "reason": "none"}) + "\n")
        self.look()

    def look(self) -> None:
        self.collector.catch_up()
        self.collector.evaluate()

    def open(self) -> list[str]:
        found = alerts.read(self.collector.writer.connection, open_only=True)
        return [alert.standing for alert in found]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def recovered(desk: Desk) -> None:
    """Let the short window be quiet for the first time."""
    desk.pass_time(MINUTE_US)
    desk.runs("run.delivered", 30)
    assert desk.open() == ["firing"]


@pytest.mark.parametrize("restart", [False, True])
def test_a_clock_set_forward_makes_no_quiet_time_pass(desk: Desk, restart: bool) -> None:
    recovered(desk)
    if restart:
        desk.collector.close()
    desk.set_clock(4 * MINUTE_US)
    if restart:
        desk.start()
    desk.runs("run.delivered", 30)
    assert desk.open() == ["firing"]
    desk.pass_time(5 * MINUTE_US)
    desk.runs("run.delivered", 1)
    assert desk.open() == []
    desk.collector.close()


def test_a_clock_set_back_does_not_keep_an_alert_until_it_is_where_it_was(desk: Desk) -> None:
    recovered(desk)
    desk.set_clock(-2 * HOUR_US)
    desk.runs("run.delivered", 600)
    desk.pass_time(5 * MINUTE_US)
    desk.runs("run.delivered", 1)
    assert desk.open() == []
    desk.collector.close()


def test_a_route_pages_at_once_under_a_clock_that_was_set_back(desk: Desk) -> None:
    recovered(desk)
    desk.pass_time(6 * MINUTE_US)
    desk.runs("run.delivered", 1)
    assert desk.open() == []
    desk.set_clock(-3 * HOUR_US)
    desk.runs("run.failed", 30)
    assert desk.open() == ["firing"]
    desk.collector.close()


def test_a_slow_correction_of_the_clock_is_no_jump_and_a_reboot_is_one(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "s.db")
    with writer.transaction():
        drift = Drift(writer.connection)
        assert not drift.jumped(NOON_US, HOUR_US)
        assert not drift.jumped(NOON_US + DAY_US + TOLERATED_US, HOUR_US + DAY_US)
        assert not Drift(writer.connection).jumped(NOON_US + DAY_US, HOUR_US + DAY_US)
        assert Drift(writer.connection).jumped(NOON_US + DAY_US + HOUR_US, 0)
    writer.close()
