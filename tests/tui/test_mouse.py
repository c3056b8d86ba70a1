"""A whole incident by mouse: page, look, freeze, pause, acknowledge, lift.

Only the words of a reason that nothing suggests are typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.model import DirectiveKind, RouteState
from console.tui.screens.alerts import AlertsScreen
from console.tui.screens.fleet import FleetScreen
from console.tui.screens.order import OrderDialog
from console.tui.screens.route import RouteScreen

from .samples import order, route, snapshot
from .stage import FakeFeed, console, front, press, refresh, screen_text, settle

if TYPE_CHECKING:
    from textual.pilot import Pilot

SIZE = (110, 44)


async def click(pilot: Pilot[None], text: str, *, last: bool = False) -> None:
    """Click on a text that is on the screen: its first place, or its last."""
    places = [
        (row.index(text), y) for y, row in enumerate(screen_text(pilot).splitlines()) if text in row
    ]
    assert places, f"{text!r} is not on the screen:\n{screen_text(pilot)}"
    await pilot.click(offset=places[-1 if last else 0])
    await settle(pilot)


async def give(pilot: Pilot[None], verb: str) -> None:
    """Open the menu from the footer, choose an order, confirm it with its button."""
    await click(pilot, "Act", last=True)
    for _ in range(2):
        if not isinstance(pilot.app.screen, OrderDialog):
            await click(pilot, verb, last=True)
    front(pilot, OrderDialog)
    await click(pilot, "Confirm", last=True)


async def test_an_incident_needs_no_key_but_for_the_words_of_a_reason() -> None:
    page = route("refunds", "page", tier="low")
    feed = FakeFeed(snapshot(page, route("claims")))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await click(pilot, "claims")
        await click(pilot, "refunds")
        front(pilot, FleetScreen)
        await click(pilot, "refunds")
        assert front(pilot, RouteScreen).route == "refunds"
        await give(pilot, "freeze  ")
        await give(pilot, "pause  ")
        assert [item.verb for item in feed.orders] == ["freeze", "pause"]
        await click(pilot, "234567 Views", last=True)
        front(pilot, AlertsScreen)
        await click(pilot, "Ack", last=True)
        await click(pilot, "Confirm", last=True)
        assert [name for name, _, _ in feed.owned] == [page.alerts[0].id]
        stands = order("refunds", DirectiveKind.PAUSE, exit_met=True)
        paused = msgspec.structs.replace(page, state=RouteState.PAUSED, directives=(stands,))
        feed.current = snapshot(paused)
        await refresh(pilot)
        await click(pilot, "1234567 Views", last=True)
        await give(pilot, "lift  ")
        await press(pilot, *"over")
        await click(pilot, "Confirm", last=True)
        assert feed.orders[-1].verb == "lift"
