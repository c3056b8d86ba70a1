"""The console's feed on a real store: marks, both accounts, a run's timeline, audit, answers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from console.cli.feed import LiveFeed
from console.collector import Collector
from console.control.directives import Refused
from console.intake.times import rfc3339
from console.model import HOUR_US, MINUTE_US
from console.operate import Accountant, Operator
from console.review import build, period
from console.settings import RouteSettings, Source, load
from console.snapshot.types import ApprovalView, RouteView
from console.store import fleet, reader
from console.store.connect import SCHEMA_VERSION, StoreError, attach, set_aside
from console.store.writer import Writer
from console.tui.feed import OrderRequest, ReviewRequest
from console.tui.lens import as_experienced

NOW_US = 1_795_000_020_000_000
DAY = (
    (50, {"event": "change.deployed", "change": "model", "version": "4.2", "by": "ci"}),
    (48, {"event": "run.started", "run": "r1"}),
    (47, {"event": "action.taken", "run": "r1-look", "parent": "r1", "action": "read"}),
    (46, {"event": "run.failed", "run": "r1", "reason": "two sources disagree"}),
    (40, {"event": "run.started", "run": "r2"}),
    (39, {"event": "run.delivered", "run": "r2"}),
)
"""A morning of one route: minutes before now, and what was logged."""


class World:
    """A store with one route, as its console sees it."""

    def __init__(self, folder: Path) -> None:
        logs = folder / "logs"
        logs.mkdir()
        lines = [
            {"ts": rfc3339(NOW_US - before * MINUTE_US), "route": "r", "agent": "w-1", **event}
            for before, event in DAY
        ]
        (logs / "a.jsonl").write_bytes(
            b"".join(msgspec.json.encode(each) + b"\n" for each in lines)
        )
        self.store, self.control = folder / "s.db", folder / "control" / "control.json"
        self.settings = msgspec.structs.replace(
            load(None),
            sources=(Source(path=logs),),
            routes={"r": RouteSettings(name="r", owner="dana", deputy="kim")},
        )
        operator = Operator(self.settings, self.store, self.control)
        operator.desk(NOW_US).initialise((), by="dana", now_us=NOW_US)
        operator.close()
        self.collect()

    def collect(self) -> None:
        collector = Collector(self.settings, self.store, self.control, now=lambda: NOW_US)
        collector.catch_up()
        collector.evaluate()
        collector.close()

    def feed(self, *, read_only: bool = False) -> LiveFeed:
        return LiveFeed(
            self.settings, self.store, self.control, now=lambda: NOW_US, read_only=read_only
        )

    def view(self) -> RouteView:
        return self.feed().snapshot().routes[0]

    def correct(self) -> None:
        writer = Writer(self.store)
        Accountant(writer, self.settings).correct(
            "r", category="outage", reason="bank down", by="dana", now_us=NOW_US,
            period=(NOW_US - 55 * MINUTE_US, NOW_US - 45 * MINUTE_US),
        )  # fmt: skip
        writer.close()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def freeze(**changes: object) -> OrderRequest:
    plain = OrderRequest(
        verb="freeze", route="r", reason="model 4.2 misses", by="dana", base_generation=0,
        changes=("model",), alert="A1",
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def test_changes_orders_and_corrections_are_marked_in_their_order(world: World) -> None:
    assert world.feed().order(freeze()).ok
    world.correct()
    marks = [(mark.kind, mark.words) for mark in world.view().marks if mark.kind != "alert"]
    assert marks == [
        ("correction", "C1 outage, not charged: bank down"),
        ("change", "model 4.2 deployed by ci"),
        ("order", "frozen by dana: model 4.2 misses"),
    ]


def test_a_lifted_order_is_marked_twice_and_is_over(world: World) -> None:
    feed = world.feed()
    feed.order(freeze())
    standing = world.view().directives[0].directive.id
    lift = freeze(verb="lift", directive=standing, override=True, base_generation=2, alert="")
    assert feed.order(lift).ok
    view = world.view()
    assert [mark.kind for mark in view.marks if mark.kind in ("order", "lift")] == ["lift", "order"]
    assert [order.id for order in view.over] == [standing]


def test_the_stamp_is_another_after_every_change_and_only_then(world: World) -> None:
    feed, log = world.feed(), next((world.store.parent / "logs").iterdir())
    feed.snapshot()
    stamps = [LiveFeed(world.settings, Path("/none"), Path("/none")).stamp(), feed.stamp()]
    with log.open("ab") as file:
        file.write(log.read_bytes().replace(b"r2", b"r3"))
    world.collect()
    stamps.append(feed.stamp())
    assert feed.order(freeze()).ok
    stamps.append(feed.stamp())
    feed.snapshot()
    feed.misses(None, 9)
    assert feed.stamp() == stamps[-1]
    assert len(set(stamps)) == len(stamps)


def test_a_store_that_took_the_place_of_another_is_the_one_that_is_shown(world: World) -> None:
    feed = world.feed()
    before = feed.snapshot().store.events
    set_aside(world.store, "now")
    with pytest.raises(StoreError, match="there is none yet"):
        feed.snapshot()
    Writer(world.store).close()
    assert (before, feed.snapshot().store.events) == (len(DAY), 0)


def test_an_order_keeps_the_alert_that_it_answers(world: World) -> None:
    world.feed().order(freeze())
    assert world.view().directives[0].directive.alert == "A1"


def test_without_corrections_there_is_one_account_only(world: World) -> None:
    assert world.view().lived is None


def test_a_correction_changes_what_is_charged_and_not_what_was_experienced(world: World) -> None:
    before = world.view()
    world.correct()
    snapshot = world.feed().snapshot()
    charged, lived = snapshot.routes[0], as_experienced(snapshot).routes[0]
    assert (charged.counts.bad, lived.counts.bad) == (0, 1)
    assert (lived.counts, lived.remaining, lived.remaining_runs) == (
        before.counts,
        before.remaining,
        before.remaining_runs,
    )
    assert lived.curve.points[-1][1] == before.remaining


def test_the_timeline_of_a_run_has_the_runs_that_it_started(world: World) -> None:
    moments = world.feed().timeline("r", "r1")
    assert [(each.run, each.event, each.words) for each in moments] == [
        ("r1", "run.started", ""),
        ("r1-look", "action.taken", "action=read"),
        ("r1", "run.failed", "reason=two sources disagree"),
    ]
    assert [each.line_number for each in moments] == [2, 3, 4]


def test_a_run_that_nobody_knows_has_no_timeline(world: World) -> None:
    assert world.feed().timeline("r", "r9") == ()


def test_the_audit_is_whole_until_a_row_is_edited(world: World) -> None:
    feed = world.feed()
    feed.order(freeze())
    trail = feed.trail(10)
    assert trail.whole
    assert trail.rows[0].actor == "dana"
    assert trail.total == len(trail.rows)
    assert feed.snapshot().store.audit_head.startswith(f"{trail.total}:")
    with sqlite3.connect(world.store) as connection:
        connection.execute("update audit set actor = 'nobody' where seq = ?", (trail.total,))
    connection.close()
    broken = feed.trail(10)
    assert not broken.whole
    assert broken.words == f"row {trail.total} is not what was written"


def test_a_silence_is_in_the_next_picture(world: World) -> None:
    said = world.feed().silence("route=r", HOUR_US, "dana", "known")
    assert "S1 keeps route=r quiet" in said
    assert [each.reason for each in world.feed().snapshot().silences] == ["known"]


@pytest.mark.parametrize(
    "answer",
    [
        lambda feed: feed.acknowledge("A9", "dana", ""),
        lambda feed: feed.close("A9", "dana", "over"),
        lambda feed: feed.silence("kind=hard_stop", HOUR_US, "dana", "known"),
        lambda feed: feed.grant(
            ApprovalView(route="r", run="r1", action="", agent="", at_us=0), HOUR_US, "d", "w"
        ),
    ],
)
def test_an_answer_that_does_not_count_is_refused(
    world: World, answer: Callable[[LiveFeed], str]
) -> None:
    with pytest.raises(Refused):
        answer(world.feed())


def test_a_read_only_feed_writes_nothing_whoever_asks(world: World) -> None:
    feed = world.feed(read_only=True)
    before = feed.trail(100).total
    result = feed.order(freeze())
    assert (result.ok, result.sentence) == (False, "this console is read-only: nothing was written")
    with pytest.raises(Refused, match="read-only"):
        feed.silence("route=r", HOUR_US, "dana", "known")
    assert feed.trail(100).total == before


def test_changes_outside_the_span_are_not_read(world: World) -> None:
    writer = Writer(world.store)
    number = reader.routes(writer.connection)[0].id
    found = fleet.changes(writer.connection, 9, None, NOW_US - HOUR_US)
    assert {route: len(events) for route, events in found.items()} == {number: 1}
    assert fleet.changes(writer.connection, 9, None, NOW_US - 10 * MINUTE_US) == {}
    writer.close()


def asked(route: str = "r") -> ReviewRequest:
    return ReviewRequest(kind="days", back=0, route=route, until_us=NOW_US)


def test_a_review_is_that_of_the_command_line(world: World) -> None:
    found = world.feed().review(asked())
    connection = attach(world.store)
    same = build.review(connection, world.settings, period.latest(NOW_US), now_us=NOW_US, route="r")
    connection.close()
    assert found == same
    assert [view.settings.name for view in found.routes] == ["r"]


def test_a_signature_is_in_the_audit_and_in_the_next_review(world: World) -> None:
    feed = world.feed()
    said = feed.sign_review(feed.review(asked()), "dana", "narrow", "as said")
    assert said == "signed r: narrow, rescues: 0, by dana"
    act = feed.trail(1).rows[0]
    assert (act.actor, act.verb, act.route) == ("dana", "review", "r")
    (view,) = feed.review(asked()).routes
    assert view.signed_off[0].startswith("narrow, signed by dana on ")


def test_what_was_shown_is_signed_whatever_came_in_since(world: World) -> None:
    feed = world.feed()
    shown = feed.review(asked())
    Accountant(Writer(world.store), world.settings).rescue(
        "r", "r2", minutes=5, by="dana", at_us=NOW_US - MINUTE_US, now_us=NOW_US
    )
    world.collect()
    assert feed.review(asked()).routes[0].counted["rescues"].value == 1
    assert "rescues: 0" in feed.sign_review(shown, "dana", "keep", "")


@pytest.mark.parametrize(("by", "warned"), [("dana", False), ("sam", True)])
def test_a_correction_says_whether_it_takes_permission_misses_out(
    world: World, by: str, warned: bool
) -> None:
    feed = world.feed()
    said = feed.correct("r", (NOW_US - HOUR_US, NOW_US), by, "bank was down")
    assert ("Permission misses stay charged" in said) is warned
    assert feed.trail(1).rows[0].verb == "correct"


def test_a_read_only_feed_reviews_and_signs_nothing(world: World) -> None:
    feed = world.feed(read_only=True)
    shown = feed.review(asked())
    with pytest.raises(Refused, match="read-only"):
        feed.sign_review(shown, "dana", "keep", "")
    with pytest.raises(Refused, match="read-only"):
        feed.correct("r", (0, 1), "dana", "w")


def test_a_console_says_that_a_newer_version_brought_its_store_up_to_date(world: World) -> None:
    feed = world.feed()
    feed.snapshot()
    writer = Writer(world.store)
    writer.connection.execute(f"pragma user_version={SCHEMA_VERSION + 1}")
    writer.close()
    with pytest.raises(StoreError, match="written by a newer burnline"):
        feed.snapshot()
