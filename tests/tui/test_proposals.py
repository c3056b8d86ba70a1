"""What a ladder proposes: seen on the route screen and in the menu, carried out by one key."""

from __future__ import annotations

from typing import Any

from console.tui.screens.order import OrderDialog
from console.tui.screens.route import RouteScreen

from .samples import order, proposal, route, snapshot
from .stage import FakeFeed, console, front, press, screen_text, settle

WIDE = (140, 46)


def feed_of(*steps: Any, **changes: Any) -> FakeFeed:
    return FakeFeed(snapshot(route("refunds", "page", steps=steps, **changes)))


async def test_a_proposal_stands_on_the_route_screen_with_its_reason_and_its_key() -> None:
    async with console(feed_of(proposal())).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        seen = screen_text(pilot)
        assert "proposed paused, P3: -12 % of the budget is left over 30d ctrl+y does it" in seen


async def test_one_key_carries_it_out_in_the_operators_name() -> None:
    feed = feed_of(proposal())
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "ctrl+y")
        (given,) = feed.orders
        assert (given.verb, given.route, given.directive) == ("accept", "refunds", "P3")
        assert (given.by, given.reason) == ("sam", "-12 % of the budget is left over 30d")
        assert given.base_generation == 17
        front(pilot, RouteScreen)


async def test_without_a_proposal_the_key_does_nothing() -> None:
    feed = feed_of(proposal(state="would have"))
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "ctrl+y")
        assert feed.orders == []
        assert "would have paused" in screen_text(pilot)


async def test_a_read_only_console_accepts_nothing() -> None:
    feed = feed_of(proposal())
    async with console(feed, read_only=True).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "ctrl+y")
        assert feed.orders == []


async def test_the_menu_offers_it_and_its_dialog_says_what_it_would_do() -> None:
    feed = feed_of(proposal())
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "a")
        assert "carry out what the ladder proposes" in screen_text(pilot)
        await press(pilot, "y")
        front(pilot, OrderDialog)
        assert feed.previews[-1].directive == "P3"
        await press(pilot, "ctrl+y")
        assert [given.verb for given in feed.orders] == ["accept"]


async def test_the_menu_of_a_route_without_one_does_not_mention_it() -> None:
    async with console(feed_of()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "a")
        assert "ladder" not in screen_text(pilot)


async def test_a_pause_is_stepped_down_from_the_menu_with_a_reason_of_its_own() -> None:
    feed = feed_of(directives=(order("refunds"),), tier="medium")
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "s", *"well", "ctrl+y")
        (given,) = feed.orders
        assert (given.verb, given.reason) == ("stepdown", "well")
