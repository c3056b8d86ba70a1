"""When the feed fails: a sentence where it belongs, and the console goes on."""

from __future__ import annotations

import pytest

from console.model import SECOND_US
from console.snapshot.types import Snapshot
from console.tui.errands import Errands
from console.tui.feed import OrderRequest
from console.tui.following import sentence
from console.tui.host import front
from console.tui.messages import (
    Answered,
    FeedFailed,
    MissesFetched,
    Ordered,
    RefusedFetched,
    SnapshotFetched,
)
from console.tui.screens.refused import RefusedScreen
from console.tui.screens.route import RouteScreen

from .samples import EVIL, route, snapshot
from .stage import Clock, FakeFeed, console, press, refresh, screen_text, settle

SIZE = (100, 24)


async def test_a_store_that_cannot_be_read_at_the_start_says_so_and_is_tried_again() -> None:
    feed = FakeFeed(snapshot(route("refunds")))
    feed.trouble = "unable to open database file"
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        seen = screen_text(pilot)
        assert "The store cannot be read." in seen
        assert "unable to open database file" in seen
        assert "burnline doctor" in seen
        feed.trouble = ""
        await refresh(pilot)
        assert "refunds" in screen_text(pilot)
        assert "unable to open" not in screen_text(pilot)


async def test_a_failure_later_keeps_the_picture_and_shows_its_age() -> None:
    feed, clock = FakeFeed(snapshot(route("refunds"))), Clock()
    async with console(feed, clock=clock).run_test(size=SIZE) as pilot:
        await settle(pilot)
        feed.trouble = "the store is locked"
        clock.now_us += 90 * SECOND_US
        await refresh(pilot)
        seen = screen_text(pilot)
        assert "refunds" in seen
        assert "the store is locked" in seen
        assert "picture is 1m old" in seen


async def test_misses_that_cannot_be_read_leave_the_answers_standing() -> None:
    class Blind(FakeFeed):
        asked = 0

        def misses(self, route: str | None, limit: int, until_us: int | None = None) -> tuple[()]:
            self.asked += 1
            raise OSError("evidence table is corrupt")

    feed = Blind(snapshot(route("refunds", "page")))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        seen = screen_text(pilot)
        assert "1 Trusted outcome" in seen
        assert "The misses cannot be read: evidence table is corrupt" in seen
        assert feed.asked <= 2, "an error is asked about again with the next picture, not at once"


async def test_what_changed_is_fetched_at_once_and_then_the_feed_is_left_a_rest() -> None:
    class Slow(FakeFeed):
        def snapshot(self) -> Snapshot:
            now_s[0] += 2
            return super().snapshot()

    now_s, feed = [0.0], Slow()
    app = console(FakeFeed())
    async with app.run_test(size=SIZE) as pilot:
        errands = Errands(app, feed, lambda: now_s[0])
        seen = []
        for at_s, changes in ((0, 0), (50, 0), (50, 1), (53, 2), (59.9, 2), (60, 2), (90, 2)):
            now_s[0], feed.changes = at_s, changes
            errands.look()
            await settle(pilot)
            seen.append(feed.taken)
    assert seen == [1, 1, 2, 2, 2, 3, 3]


async def test_a_feed_that_is_slow_is_not_asked_twice() -> None:
    feed = FakeFeed(snapshot(route("refunds")))
    app = console(feed)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        before = len(list(app.workers))
        app.errands.snapshot()
        app.errands.snapshot()
        assert len(list(app.workers)) == before + 1
        await settle(pilot)


async def test_a_hostile_error_text_is_shown_as_it_is() -> None:
    feed = FakeFeed(snapshot(route("refunds")))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        feed.trouble = EVIL + "\x1b]52;c;aGk=\x07"
        await refresh(pilot)
        seen = screen_text(pilot)
        assert "[/nope]" in seen
        assert "\x1b" not in seen


def test_an_error_without_a_text_is_named() -> None:
    assert sentence(KeyError()) == "KeyError without a reason"
    assert sentence(OSError("line\n  two")) == "line two"


@pytest.mark.parametrize("keys", [("5", "enter"), ("enter",)])
async def test_an_answer_that_comes_after_its_view_was_left_is_let_go(
    keys: tuple[str, ...],
) -> None:
    async with console(FakeFeed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        left = pilot.app.screen
        await press(pilot, "escape")
        if isinstance(left, RefusedScreen):
            left.on_refused_fetched(RefusedFetched(()))
            left.show_fetched()
        else:
            assert isinstance(left, RouteScreen)
            left.on_misses_fetched(MissesFetched(()))
        await settle(pilot)
        assert pilot.app.is_running


async def test_answers_that_come_while_the_console_ends_are_let_go() -> None:
    feed = FakeFeed(snapshot(route("refunds")))
    app = console(feed)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
    assert front(app) is None
    pause = OrderRequest(
        verb="pause", route="refunds", reason="a probe", by="dana", base_generation=17
    )
    app.on_snapshot_fetched(SnapshotFetched(feed.current))
    app.on_feed_failed(FeedFailed("the store is gone"))
    app.on_ordered(Ordered(pause, feed.result))
    app.on_answered(Answered("It is owned already.", done=False))
