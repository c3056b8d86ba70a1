"""The page that says that an order was not confirmed in time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.burn.lifecycle import Alert
from console.collector import Collector
from console.control.directives import Order
from console.intake.times import rfc3339
from console.model import SECOND_US, DirectiveKind
from console.operate import Operator
from console.settings import Settings, Source
from console.settings.tiers import BUILT_IN
from console.store import alerts, outbox
from tests.burn.floor import NOON_US, ROUTE, route


class Watch:
    """A paused route whose agents log what a test says, and a collector that reads it."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "logs" / "agent.jsonl"
        self._log.parent.mkdir()
        self.settings = Settings(
            sources=(Source(path=self._log.parent),),
            tiers=dict(BUILT_IN),
            routes={ROUTE: route(rules=())},
        )
        store, control = folder / "s.db", folder / "control" / "control.json"
        self._now_us = NOON_US
        self.collector = Collector(self.settings, store, control, now=lambda: self._now_us)
        self.operator = Operator(self.settings, store, control)
        self.operator.give(
            Order(route=ROUTE, kind=DirectiveKind.PAUSE, by="dana", reason="why"), NOON_US
        )

    def log(self, agent: str, after_s: int, event: str, **fields: object) -> None:
        """Write a line of an agent so many seconds after the order."""
        line = {"ts": rfc3339(NOON_US + after_s * SECOND_US), "route": ROUTE, "event": event}
        with self._log.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**line, "agent": agent, **fields}) + "\n")

    def alerts(self, after_s: int) -> list[Alert]:
        """Read and evaluate so many seconds after the order; return the open alerts."""
        self._now_us = NOON_US + after_s * SECOND_US
        self.collector.catch_up()
        self.collector.evaluate()
        return alerts.read(self.collector.writer.connection, open_only=True)

    def told(self) -> list[str]:
        """Return the keys of all notices."""
        return [item.key for item in outbox.posted(self.collector.writer.connection)]

    def close(self) -> None:
        """Close all."""
        self.collector.close()
        self.operator.close()


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    found = Watch(tmp_path)
    yield found
    found.close()


def test_an_agent_that_logs_on_without_a_receipt_pages(watch: Watch) -> None:
    watch.log("w1", 31, "run.delivered", run="r-1")
    found = watch.alerts(40)
    assert [(alert.severity, alert.kind) for alert in found] == [("page", "overdue")]
    assert found[0].words == "drafts: d-1 not confirmed by w1."


def test_it_is_one_page_for_all_who_are_overdue(watch: Watch) -> None:
    watch.log("w1", 31, "run.delivered", run="r-1")
    watch.alerts(40)
    watch.log("w2", 41, "run.delivered", run="r-2")
    found = watch.alerts(50)
    assert [(alert.id, alert.words) for alert in found] == [
        ("A1", "drafts: d-1 not confirmed by w1, w2.")
    ]


def test_silence_is_no_fault(watch: Watch) -> None:
    watch.log("w1", 29, "run.delivered", run="r-1")
    assert watch.alerts(4_000) == []


def test_a_receipt_in_time_is_all_it_takes(watch: Watch) -> None:
    watch.log("w1", 5, "control.seen", generation=1)
    watch.log("w1", 31, "run.delivered", run="r-1")
    assert watch.alerts(40) == []


def test_it_ends_with_the_order(watch: Watch) -> None:
    watch.log("w1", 31, "run.delivered", run="r-1")
    watch.alerts(40)
    watch.operator.lift(
        ROUTE, "d-1", by="dana", reason="well", override=True, now_us=NOON_US + 50 * SECOND_US
    )
    assert watch.alerts(60) == []


def test_it_ends_when_the_last_agent_confirms(watch: Watch) -> None:
    watch.log("w1", 31, "run.delivered", run="r-1")
    watch.alerts(40)
    watch.log("w1", 45, "control.seen", generation=1)
    assert watch.alerts(50) == []


def test_a_pause_past_its_end_stands_and_raises_a_ticket(watch: Watch) -> None:
    watch.operator.give(
        Order(
            route=ROUTE,
            kind=DirectiveKind.PAUSE,
            by="dana",
            reason="why",
            drain=False,
            for_us=60 * SECOND_US,
        ),
        NOON_US,
    )
    watch.log("w1", 10, "control.seen", generation=9)
    assert watch.alerts(59) == []
    (ticket,) = watch.alerts(61)
    assert (ticket.kind, ticket.severity) == ("expired", "ticket")
    assert "stands until it is lifted" in ticket.words


def test_on_a_route_whose_pause_every_agent_confirmed_an_alert_is_contained(watch: Watch) -> None:
    for run in ("r-1", "r-2", "r-3"):
        watch.log("w1", -10, "run.delivered", run=run)
    watch.log("w1", 5, "control.seen", generation=1)
    for run in ("r-1", "r-2", "r-3"):
        watch.log("", 20, "rescued", run=run, by="dana")
    (ticket,) = [alert for alert in watch.alerts(40) if alert.severity == "ticket"]
    assert ("rescues" in ticket.kinds, ticket.standing) == (True, "contained")
    assert watch.told() == []


def test_what_stands_when_a_pause_is_lifted_is_told(watch: Watch) -> None:
    test_on_a_route_whose_pause_every_agent_confirmed_an_alert_is_contained(watch)
    watch.operator.lift(
        ROUTE, "d-1", by="dana", reason="well", override=True, now_us=NOON_US + 50 * SECOND_US
    )
    assert {alert.standing for alert in watch.alerts(60)} == {"firing"}
    assert watch.told() != []


def test_a_changed_control_file_is_one_page_whatever_the_number_of_routes(watch: Watch) -> None:
    watch.log("w1", -10, "run.delivered", run="r-1")
    watch.alerts(5)
    path = watch.operator.control
    path.write_text(path.read_text().replace("pause", "freeze"))
    found = [alert for alert in watch.alerts(20) if "tampering" in alert.kinds]
    assert [(alert.route, alert.severity, alert.kind) for alert in found] == [
        ("", "page", "tampering")
    ]
