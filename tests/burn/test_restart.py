"""Alerts across the collector's own ends: from log files, on a clock that only the test moves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.burn.lifecycle import Alert, acknowledge
from console.collector import Collector
from console.intake.times import rfc3339
from console.model import DAY_US, MINUTE_US, SECOND_US
from console.settings import Settings, Source
from console.settings.tiers import BUILT_IN
from console.store import alerts, outbox
from tests.burn.floor import FAST, NOON_US, ROUTE, route


class Killed(BaseException):
    """The process ends here."""


class Bench:
    """A log file, a collector that can be ended at any moment, and the clock of both."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "logs" / "agent.jsonl"
        self.log.parent.mkdir()
        self.folder = folder
        self.now_us = NOON_US
        low = route(rules=(FAST,), zero_tolerance=("permission",))
        self.settings = Settings(
            sources=(Source(path=self.log.parent),), tiers=dict(BUILT_IN), routes={ROUTE: low}
        )
        self._runs = 0
        self.start()

    def start(self) -> None:
        """Begin anew on the same store."""
        store, control = self.folder / "s.db", self.folder / "control" / "control.json"
        self.collector = Collector(self.settings, store, control, now=lambda: self.now_us)

    def end(self) -> None:
        """End the collector."""
        self.collector.close()

    def log_runs(self, kind: str, count: int, **fields: Any) -> None:
        """Write so many runs that end now."""
        with self.log.open("a", encoding="utf-8") as file:
            for _ in range(count):
                self._runs += 1
                line = {"ts": rfc3339(self.now_us), "route": ROUTE, "run": f"r-{self._runs}"}
                file.write(json.dumps({**line, "event": kind, **fields}) + "\n")

    def turn(self, minute: int) -> list[Alert]:
        """Move the clock, read everything, evaluate; return all alerts, the open ones first."""
        self.now_us = NOON_US + minute * MINUTE_US
        self.collector.catch_up()
        self.collector.evaluate()
        return self.alerts()

    def told(self) -> list[str]:
        """Return the keys of all notices that were ever posted."""
        return [item.key for item in outbox.posted(self.collector.writer.connection)]

    def alerts(self) -> list[Alert]:
        """Return all alerts as they are stored."""
        return alerts.read(self.collector.writer.connection)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Return a bench on which a burn page fired at noon."""
    found = Bench(tmp_path)
    found.now_us = NOON_US - 20 * DAY_US
    found.log_runs("run.delivered", 2_000)
    found.now_us = NOON_US
    found.log_runs("run.failed", 20, reason="no answer")
    assert [alert.id for alert in found.turn(0)] == ["A1"]
    yield found
    found.end()


def test_a_restart_repeats_no_alert(bench: Bench) -> None:
    before = bench.alerts()
    bench.end()
    bench.start()
    assert bench.turn(0) == before


def test_a_restart_loses_no_alert_and_its_owner(bench: Bench) -> None:
    with bench.collector.writer.transaction():
        owned = acknowledge(bench.alerts()[0], "dana", "on it", NOON_US)
        alerts.save(bench.collector.writer.connection, owned)
    bench.end()
    bench.start()
    after = bench.turn(3)[0]
    assert (after.id, after.state, after.acknowledged_by, after.note) == (
        "A1",
        "acknowledged",
        "dana",
        "on it",
    )


def test_the_quiet_time_before_a_restart_counts(bench: Bench) -> None:
    for minute in (1, 3):
        bench.now_us = NOON_US + minute * MINUTE_US
        bench.log_runs("run.delivered", 30)
        bench.turn(minute)
    bench.end()
    bench.start()
    bench.now_us = NOON_US + 6 * MINUTE_US
    bench.log_runs("run.delivered", 30)
    assert [(alert.id, alert.state) for alert in bench.turn(6)] == [("A1", "resolved")]


def test_lines_written_while_it_was_away_resolve_nothing_before_they_are_read(
    bench: Bench,
) -> None:
    bench.end()
    bench.now_us = NOON_US + 30 * MINUTE_US
    bench.log_runs("run.failed", 20, reason="no answer")
    bench.start()
    bench.collector.evaluate()
    assert [(alert.id, alert.state) for alert in bench.alerts()] == [("A1", "firing")]
    assert [(alert.id, alert.state) for alert in bench.turn(30)] == [("A1", "firing")]


def test_a_kill_in_the_middle_of_an_evaluation_loses_and_repeats_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.now_us = NOON_US + 2 * MINUTE_US
    bench.log_runs("action.denied", 1, action="pay")
    save = alerts.save_all

    def killed_after(connection: Any, changed: list[Alert]) -> None:
        save(connection, changed)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(alerts, "save_all", killed_after)
        with pytest.raises(Killed):
            bench.turn(2)
    bench.end()
    bench.start()
    found = {(alert.id, alert.kinds) for alert in bench.turn(2)}
    assert found == {("A1", ("hard_stop", "burn"))}
    assert bench.told() == ["A1/opened/1", "A1/joined/hard_stop"]


def test_it_evaluates_at_most_once_a_second(bench: Bench) -> None:
    bench.log_runs("action.denied", 1, action="pay")
    bench.collector.catch_up()
    bench.now_us = NOON_US + SECOND_US - 1
    bench.collector.evaluate()
    assert bench.alerts()[0].kinds == ("burn",)
    bench.now_us = NOON_US + SECOND_US
    bench.collector.evaluate()
    assert bench.alerts()[0].kinds == ("hard_stop", "burn")


def test_only_data_resolves_however_long_the_collector_was_away(bench: Bench) -> None:
    bench.end()
    bench.start()
    assert [alert.state for alert in bench.turn(31 * 1_440)] == ["firing"]
