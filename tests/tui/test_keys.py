"""Keys: each has a name, a place in the help, a way through the palette, and can be rebound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.binding import Binding

from console.tui.app import ConsoleApp
from console.tui.pages import PAGES, binding_ids
from console.tui.screens.alerts import AlertsScreen
from console.tui.screens.fleet import FleetScreen
from console.tui.screens.help import HelpScreen, own_bindings
from console.tui.screens.menu import ActionMenu
from console.tui.screens.order import OrderDialog
from console.tui.screens.route import RouteScreen
from console.tui.widgets.prose import Prose

from .samples import route, snapshot
from .stage import FakeFeed, console, front, press, screen_text, settle

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.pilot import Pilot

SIZE = (100, 40)


async def help_text(pilot: Pilot[None]) -> str:
    """Return all of the help page, also what is scrolled out of sight."""
    await press(pilot, "question_mark")
    return str(front(pilot, HelpScreen).query_one("#help", Prose).content)


@pytest.mark.parametrize("page", [ConsoleApp, *PAGES], ids=lambda page: page.__name__)
def test_every_binding_has_an_id_and_a_description(page: type[DOMNode]) -> None:
    declared = page.__dict__.get("BINDINGS", [])
    assert all(isinstance(each, Binding) for each in declared)
    assert all(each.id and each.description for each in own_bindings(page))


def test_no_two_bindings_of_different_meaning_share_an_id() -> None:
    actions: dict[str, set[str]] = {}
    pages: tuple[type[DOMNode], ...] = (ConsoleApp, *PAGES)
    for page in pages:
        for each in own_bindings(page):
            actions.setdefault(each.id or "", set()).add(each.action)
    assert {name: acts for name, acts in actions.items() if len(acts) > 1} == {}


async def test_the_help_names_every_binding() -> None:
    async with console(FakeFeed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        text = await help_text(pilot)
        assert [name for name in binding_ids(ConsoleApp) if name not in text] == []


async def test_the_help_starts_with_the_screen_it_was_asked_on() -> None:
    async with console(FakeFeed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        text = await help_text(pilot)
        assert text.index("\nAlerts\n") < text.index("\nFleet\n")


@pytest.mark.parametrize("key", ["escape", "q", "question_mark"])
async def test_the_help_is_left_with_the_usual_keys(key: str) -> None:
    async with console(FakeFeed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark", key)
        front(pilot, FleetScreen)


async def test_the_palette_offers_every_action_that_is_possible_here() -> None:
    async with console(FakeFeed()).run_test(size=(100, 60)) as pilot:
        await settle(pilot)
        wanted = {
            active.binding.description
            for active in pilot.app.screen.active_bindings.values()
            if active.binding.id and active.enabled and active.binding.id != "app.palette"
        }
        await press(pilot, "ctrl+p")
        seen = screen_text(pilot)
        assert [name for name in wanted if f"{name}  (" not in seen] == []


async def test_an_action_chosen_in_the_palette_is_done() -> None:
    async with console(FakeFeed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *"alerts", "enter")
        await settle(pilot)
        front(pilot, AlertsScreen)


@pytest.mark.parametrize("name", ["pause", "freeze", "tighten", "reduce"])
async def test_an_order_chosen_in_the_palette_opens_its_dialog(name: str) -> None:
    async with console(FakeFeed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *name, "enter")
        await settle(pilot)
        assert front(pilot, OrderDialog).verb == name


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("lift", "(a l): nothing stands that it could relax"),
        ("step down", "(a s): nothing stands that it could relax"),
        ("grant", "Grant the action  (not here: y on: Runs that wait for a grant)"),
        ("correct", "correct what is charged  (not here: a review proposes it"),
    ],
)
async def test_the_palette_tells_of_what_is_not_possible_here(query: str, text: str) -> None:
    calm = FakeFeed(snapshot(route("refunds")))
    async with console(calm).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *("space" if each == " " else each for each in query))
        await settle(pilot)
        assert text in screen_text(pilot)


async def test_an_order_without_a_use_says_why_when_it_is_chosen() -> None:
    calm = FakeFeed(snapshot(route("refunds")))
    async with console(calm).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *"lift", "enter")
        await settle(pilot)
        assert "refunds: No order stands on this route." in screen_text(pilot)


async def test_the_palette_leads_to_any_route() -> None:
    async with console(FakeFeed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *"kyc", "enter")
        await settle(pilot)
        assert front(pilot, RouteScreen).route == "kyc-review"


async def test_a_read_only_palette_has_no_verbs() -> None:
    async with console(FakeFeed(), read_only=True).run_test(size=(100, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "ctrl+p")
        seen = screen_text(pilot)
        assert "Act  (" not in seen
        assert "Ack  (" not in seen
        assert "Filter  (" in seen


async def test_keys_can_be_rebound_and_the_help_shows_the_new_ones() -> None:
    async with console(FakeFeed(), keys={"route.act": "x"}).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a")
        front(pilot, FleetScreen)
        text = await help_text(pilot)
        assert "  x               Act" in text
        await press(pilot, "escape", "x")
        front(pilot, ActionMenu)


async def test_keys_for_unknown_actions_are_reported_and_ignored() -> None:
    app = console(FakeFeed(), keys={"route.explode": "x"})
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        assert "Keys for unknown actions are ignored: route.explode" in screen_text(pilot)


async def test_numbers_lead_to_the_views_whatever_was_opened_from_them() -> None:
    async with console(FakeFeed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "enter", "1")
        front(pilot, FleetScreen)
        await press(pilot, "enter", "2")
        front(pilot, AlertsScreen)
        await press(pilot, "1")
        front(pilot, FleetScreen)


async def test_ctrl_q_quits_also_from_a_dialog() -> None:
    app = console(FakeFeed())
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p")
        await pilot.press("ctrl+q")
    assert app.return_code == 0
