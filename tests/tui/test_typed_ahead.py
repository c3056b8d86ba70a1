"""A sentence typed blind gives no order, and an operator who types fast is not slowed."""

from __future__ import annotations

import pytest
from textual import events

from console.model import SECOND_US, RouteState
from console.tui.screens.fleet import FleetScreen
from console.tui.screens.menu import ActionMenu
from console.tui.screens.order import OrderDialog
from console.tui.typed_ahead import IDLE_US

from .samples import order, route, snapshot
from .stage import Clock, FakeFeed, console, front, press, screen_text, settle

SIZE = (100, 34)
SENTENCE = [*"probation", "space", *"over"]


def paged() -> FakeFeed:
    """Return a feed with one route that pages: a restriction has its reason at hand."""
    return FakeFeed(snapshot(route("refunds", "page")))


async def test_an_order_typed_in_one_burst_is_given() -> None:
    feed = paged()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("a", "p", "ctrl+y")
        await settle(pilot)
        assert [each.verb for each in feed.orders] == ["pause"]


@pytest.mark.parametrize("before", [("a", "s"), ("a", "l"), ("a",), ()])
@pytest.mark.parametrize("at", [FleetScreen, "route"])
async def test_a_sentence_typed_blind_gives_no_order(before: tuple[str, ...], at: object) -> None:
    feed = paged()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, *(["enter"] if at == "route" else []))
        await pilot.press(*before, *SENTENCE, "ctrl+y", *SENTENCE, "ctrl+y")
        await settle(pilot)
        assert feed.orders == []


async def test_a_reason_typed_while_its_dialog_opens_is_not_lost() -> None:
    feed = FakeFeed(snapshot(route("refunds")))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("a", "p", *"stop", "ctrl+y")
        await settle(pilot)
        assert [each.reason for each in feed.orders] == ["stop"]


async def test_a_letter_that_came_before_the_reason_was_there_goes_into_it() -> None:
    feed = FakeFeed(snapshot(route("refunds")))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p")
        pilot.app.screen._forward_event(events.Key("s", "s"))
        await settle(pilot)
        await press(pilot, "o", "ctrl+y")
        assert [each.reason for each in feed.orders] == ["so"]


async def test_what_follows_a_letter_that_is_not_possible_opens_nothing() -> None:
    async with console(paged()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "s", "p")
        front(pilot, ActionMenu)


async def test_after_a_pause_the_menu_takes_letters_again() -> None:
    clock = Clock()
    async with console(paged(), clock=clock).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "x", "p")
        assert "nothing is ordered" in screen_text(pilot)
        clock.now_us += IDLE_US
        await press(pilot, "p")
        front(pilot, OrderDialog)


async def test_the_menu_is_left_also_in_the_middle_of_a_sentence() -> None:
    async with console(paged()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "x", "escape")
        front(pilot, FleetScreen)


async def test_a_dialog_that_was_typed_into_blind_asks_once_more() -> None:
    feed, clock = paged(), Clock()
    async with console(feed, clock=clock).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p", *"roved")
        clock.now_us += 5 * SECOND_US
        await press(pilot, "ctrl+y", "ctrl+y")
        assert feed.orders == []
        assert "Keys came that mean nothing here" in screen_text(pilot)
        clock.now_us += IDLE_US
        await press(pilot, "ctrl+y")
        assert len(feed.orders) == 1


async def test_a_dialog_from_a_menu_that_was_typed_into_takes_nothing_for_its_reason() -> None:
    feed, clock = FakeFeed(snapshot(route("refunds"))), Clock()
    async with console(feed, clock=clock).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "x")
        clock.now_us += SECOND_US
        await press(pilot, "p", *"robation")
        focused = front(pilot, OrderDialog).focused
        assert focused is not None
        assert focused.id == "cancel"


async def test_a_letter_of_the_menu_that_is_not_possible_says_why() -> None:
    async with console(paged()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a")
        assert screen_text(pilot).count("No pause stands on this route.") == 1
        await press(pilot, "s")
        assert screen_text(pilot).count("No pause stands on this route.") == 2


async def test_stepping_down_is_possible_where_a_pause_stands() -> None:
    paused = route("refunds", state=RouteState.PAUSED, directives=(order("refunds"),))
    async with console(FakeFeed(snapshot(paused))).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "s")
        front(pilot, OrderDialog)
