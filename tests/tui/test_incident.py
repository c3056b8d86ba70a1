"""A whole incident, and every answer in it, by keys alone."""

from __future__ import annotations

import msgspec

from console.model import HOUR_US, MINUTE_US, SECOND_US, DirectiveKind, RouteState
from console.tui.feed import OrderResult
from console.tui.screens.alerts import AlertsScreen
from console.tui.screens.approvals import ApprovalsScreen
from console.tui.screens.close import CloseDialog
from console.tui.screens.evidence import EvidenceScreen
from console.tui.screens.grant import GrantDialog
from console.tui.screens.route import RouteScreen
from console.tui.screens.silence import SilenceDialog

from .particulars import approval, incident
from .samples import alert, order, route, snapshot, store
from .stage import FakeFeed, console, front, press, refresh, screen_text, settle

SIZE = (120, 40)


def given(feed: FakeFeed, generation: int, kind: DirectiveKind, seen: int, stage: str) -> None:
    """Let the feed show an order as agents confirm it."""
    stands = order("refunds", kind)
    agents = tuple(f"worker-{number}" for number in range(1, 5))
    stands = msgspec.structs.replace(
        stands,
        directive=msgspec.structs.replace(
            stands.directive, id=f"D{generation}", by="sam", generation=generation
        ),
        stage=stage,
        seen_by=agents[:seen],
        not_seen=agents[seen:],
        overdue=(),
        seen_after_us=400_000,
        exit_met=stage == "enforced",
    )
    state = RouteState.FROZEN if kind is DirectiveKind.FREEZE else RouteState.PAUSED
    before = feed.current.routes[0]
    view = msgspec.structs.replace(before, state=state, directives=(stands,))
    feed.current = snapshot(view, store=store(generation=generation))


async def test_an_incident_from_the_page_to_the_lift() -> None:
    feed = FakeFeed(snapshot(route("refunds", "page", tier="medium")))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert "▲ PAGE" in screen_text(pilot)
        # Look: the route, the miss, its lines.
        await press(pilot, "enter", "enter")
        front(pilot, EvidenceScreen)
        await press(pilot, "q")
        front(pilot, RouteScreen)
        # Freeze, then pause; each is a claim until agents confirm it.
        await press(pilot, "a", "f", "ctrl+y")
        given(feed, 18, DirectiveKind.FREEZE, 0, "durable")
        await refresh(pilot)
        feed.result = OrderResult(ok=True, sentence="D19 is durable.", generation=19)
        await press(pilot, "a", "p", "ctrl+y")
        assert [(each.verb, each.alert) for each in feed.orders] == [
            ("freeze", "al-refunds"),
            ("pause", "al-refunds"),
        ]
        given(feed, 19, DirectiveKind.PAUSE, 3, "durable")
        await refresh(pilot)
        assert "seen by 3 of 4" in screen_text(pilot)
        given(feed, 19, DirectiveKind.PAUSE, 4, "enforced")
        await refresh(pilot)
        assert "✓ enforced" in screen_text(pilot)
        assert "paused 4/4 in 0.4 s" in screen_text(pilot)
        # Own it.
        await press(pilot, "A", *"looking", "ctrl+y")
        assert feed.owned == [("al-refunds", "sam", "looking")]
        # Recovered: lift.
        feed.result = OrderResult(ok=True, sentence="D19 is lifted.", generation=20)
        await press(pilot, "a", "l", *"fixed", "ctrl+y")
        assert (feed.orders[-1].verb, feed.orders[-1].reason) == ("lift", "fixed")
        calm = route("refunds", tier="medium")
        feed.current = snapshot(calm, store=store(generation=20))
        await refresh(pilot)
        assert "✓ in the store" in screen_text(pilot)


async def test_a_silence_needs_a_reason_and_an_end() -> None:
    feed = FakeFeed(incident())
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "j", "s", "enter", "enter", "enter", "ctrl+y")
        assert "A reason is required" in screen_text(pilot)
        await press(pilot, *"known", "ctrl+y")
        assert "A silence needs an end" in screen_text(pilot)
        assert feed.silenced == []
        await press(pilot, *"2h", "ctrl+y")
        assert feed.silenced == [("route=refunds severity=page", 2 * HOUR_US, "sam", "known")]
        front(pilot, AlertsScreen)


async def test_a_hard_stop_is_closed_by_a_name_and_a_reason() -> None:
    feed = FakeFeed(incident())
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "X", "ctrl+y")
        front(pilot, CloseDialog)
        assert feed.closed == []
        await press(pilot, *"the key is revoked".replace(" ", "_"), "tab")
        await press(pilot, *("backspace",) * 3, *"treasury", "ctrl+y")
        assert feed.closed == [("al-wire-transfers", "treasury", "the_key_is_revoked")]


async def test_only_a_hard_stop_is_closed_by_hand() -> None:
    async with console(FakeFeed(incident())).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "j", "X")
        front(pilot, AlertsScreen)
        assert "No hard stop stands in this alert" in screen_text(pilot)


async def test_the_alert_of_the_control_file_is_not_silenced() -> None:
    serves = alert("", kind="tampering")
    feed = FakeFeed(snapshot(route("refunds"), alerts=(serves,)))
    async with console(feed).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "s")
        front(pilot, AlertsScreen)
        assert "serves every route" in screen_text(pilot)


async def test_a_run_that_waits_is_granted_by_a_reason_and_for_a_time() -> None:
    feed = FakeFeed(incident())
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "6", "y", "enter", "enter", "ctrl+y")
        front(pilot, GrantDialog)
        assert feed.granted == []
        assert "A reason is required" in screen_text(pilot)
        await press(pilot, *"seen", "ctrl+y")
        assert feed.granted == [(approval(), HOUR_US, "sam", "seen")]
        front(pilot, ApprovalsScreen)


async def test_an_answer_that_fails_stays_open_with_the_reason() -> None:
    feed = FakeFeed(incident())
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "j", "s", *"why", "tab", *"2h")
        feed.trouble = "the store is locked"
        await press(pilot, "ctrl+y")
        front(pilot, SilenceDialog)
        assert "Not silenced: the store is locked" in screen_text(pilot)


async def test_a_read_only_console_answers_nothing() -> None:
    feed = FakeFeed(incident())
    async with console(feed, read_only=True).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "s", "X", "A", "4", "a", "6", "y", "ctrl+y")
        front(pilot, ApprovalsScreen)
        pilot.app.desk.grant(approval(), MINUTE_US, "why")  # type: ignore[attr-defined]
        pilot.app.desk.quiet("*", SECOND_US, "why")  # type: ignore[attr-defined]
        await settle(pilot)
        assert (feed.silenced, feed.closed, feed.granted, feed.owned) == ([], [], [], [])
