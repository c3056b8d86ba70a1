"""HOLD: the display stops for reading, nothing else does."""

from __future__ import annotations

import msgspec

from console.model import SECOND_US

from .samples import NOW, route, snapshot, store
from .stage import Clock, FakeFeed, console, press, refresh, screen_text, settle

SIZE = (100, 24)


async def test_space_stops_the_display_and_the_banner_says_what_is_missed() -> None:
    feed, clock = FakeFeed(snapshot(route("refunds"))), Clock()
    async with console(feed, clock=clock).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "space")
        feed.current = snapshot(
            route("refunds", "page"), route("claims", "page"), store=store(events=120_518)
        )
        clock.now_us += 42 * SECOND_US
        await refresh(pilot)
        seen = screen_text(pilot)
        assert " HOLD " in seen
        assert "held 00:42 · 118 new · misses on 2 routes" in seen
        assert "▲ PAGE" not in seen
        assert "claims" not in seen


async def test_a_second_space_shows_the_present_at_once() -> None:
    feed = FakeFeed(snapshot(route("refunds")))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "space")
        feed.current = snapshot(route("refunds", "page"))
        await refresh(pilot)
        await press(pilot, "space")
        seen = screen_text(pilot)
        assert " HOLD " not in seen
        assert "▲ PAGE" in seen


async def test_orders_are_decided_on_live_data_also_under_hold() -> None:
    feed = FakeFeed(snapshot(route("refunds")))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "space")
        feed.current = snapshot(route("refunds", "page"), store=store(generation=23))
        await refresh(pilot)
        await press(pilot, "a", "p", "ctrl+y")
        assert feed.orders[0].base_generation == 23
        assert feed.orders[0].reason == feed.current.routes[0].alerts[0].words


async def test_the_effect_of_an_order_is_followed_under_hold() -> None:
    feed = FakeFeed(snapshot(route("refunds", "page")))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "space", "a", "p", "ctrl+y")
        assert "pause refunds: ✓ requested" in screen_text(pilot)


async def test_a_picture_of_another_time_carries_its_date() -> None:
    past = msgspec.structs.replace(snapshot(route("refunds")), as_of_us=NOW - 86_400 * SECOND_US)
    async with console(FakeFeed(past)).run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert "as of 2026-11-23 14:02:07 UTC" in screen_text(pilot)
