"""Giving an order: nothing by accident, everything said before, the effect shown after."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from textual import events

from console.model import HOUR_US, SECOND_US, DirectiveKind, RouteState
from console.tui.feed import OrderPreview, OrderRequest, OrderResult
from console.tui.screens.fleet import FleetScreen
from console.tui.screens.menu import ActionMenu
from console.tui.screens.order import OrderDialog

from .samples import order, route, snapshot, store
from .stage import Clock, FakeFeed, console, front, press, refresh, screen_text, settle

SIZE = (100, 34)


def calm(**changes: Any) -> FakeFeed:
    """Return a feed with one quiet route: the reason of an order is empty at first."""
    return FakeFeed(snapshot(route("refunds", **changes)))


def paged(**changes: Any) -> FakeFeed:
    """Return a feed with one route that pages: the reason of a restriction is filled in."""
    return FakeFeed(snapshot(route("refunds", "page", **changes)))


def paused(**changes: Any) -> FakeFeed:
    """Return a feed with one paused route of a medium tier whose exit rule holds."""
    stands = order("refunds", exit_met=True)
    plain: dict[str, Any] = {"tier": "medium", "state": RouteState.PAUSED, "directives": (stands,)}
    return FakeFeed(snapshot(route("refunds", **(plain | changes))))


@pytest.mark.parametrize("keys", ["aaa", "ap", "af", "at", "ar"])
@pytest.mark.parametrize("feed", [calm, paged])
async def test_enter_pressed_too_often_changes_nothing(keys: str, feed: Any) -> None:
    asked = feed()
    async with console(asked).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, *keys, *("enter",) * 6)
        assert asked.orders == []


@pytest.mark.parametrize("keys", [("l",), ("s",)])
async def test_enter_pressed_too_often_relaxes_nothing(keys: tuple[str, ...]) -> None:
    feed = paused()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", *keys, *("enter",) * 6)
        assert feed.orders == []


async def test_no_key_of_the_menu_confirms_a_dialog() -> None:
    feed = paged()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p", "a", "p", "y", "space")
        assert feed.orders == []


async def test_the_dialog_says_what_it_does_before_it_does_it() -> None:
    feed = paged()
    feed.effect = msgspec.structs.replace(feed.effect, warnings=("The data is 3 min old.",))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p")
        seen = screen_text(pilot)
        for part in (
            "Pause refunds",
            "/srv/control/control.json",
            "open → paused",
            "as        sam",
            "4 agents: worker-1, worker-2, worker-3, worker-4; 4 open runs",
            "The data is 3 min old.",
            "29 of 140 runs missed",
            "running runs finish",
        ):
            assert part in seen, part


async def test_ctrl_y_gives_the_order_that_the_form_describes() -> None:
    feed = paged()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p", "ctrl+y")
        assert feed.orders == [
            OrderRequest(
                verb="pause",
                route="refunds",
                reason=feed.current.routes[0].alerts[0].words,
                by="sam",
                base_generation=17,
                alert=feed.current.routes[0].alerts[0].id,
            )
        ]
        front(pilot, FleetScreen)


async def test_the_confirm_button_can_be_clicked_but_not_reached_by_tab() -> None:
    feed = paged()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p")
        for _ in range(8):
            await press(pilot, "tab")
            focused = pilot.app.screen.focused
            assert focused is not None
            assert focused.id != "confirm"
        await pilot.click("#confirm")
        await settle(pilot)
        assert len(feed.orders) == 1


async def test_with_a_reason_at_hand_the_focus_is_on_cancel_without_one_on_the_reason() -> None:
    for feed, expected in ((paged(), "cancel"), (calm(), "input-reason")):
        async with console(feed).run_test(size=SIZE) as pilot:
            await settle(pilot)
            await press(pilot, "a", "p")
            focused = pilot.app.screen.focused
            assert focused is not None
            assert focused.id == expected


async def test_without_a_reason_nothing_is_given_and_the_cursor_goes_there() -> None:
    feed = calm()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p", "tab", "ctrl+y")
        assert feed.orders == []
        assert "A reason is required" in screen_text(pilot)
        await press(pilot, *"noise", "ctrl+y")
        assert feed.orders[0].reason == "noise"


async def test_the_confirm_key_waits_for_what_was_typed_before_it() -> None:
    feed = calm()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p")
        for key, character in (*((each, each) for each in "noise"), ("ctrl+y", None)):
            pilot.app.post_message(events.Key(key, character))
        await settle(pilot)
        assert [each.reason for each in feed.orders] == ["noise"]


async def test_esc_and_cancel_leave_without_an_order() -> None:
    feed = paged()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p", "escape")
        front(pilot, FleetScreen)
        await press(pilot, "a", "p")
        await pilot.click("#cancel")
        await settle(pilot)
        front(pilot, FleetScreen)
        assert feed.orders == []


async def test_the_fields_of_each_verb_reach_the_order() -> None:
    feed = paged()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "f", "ctrl+y", "a", "t", "ctrl+y", "a", "r", "ctrl+y")
        freeze, tighten, reduce = feed.orders
        assert freeze.changes == ("prompt", "policy", "tool", "model", "launch")
        assert tighten.actions == ("refund.send",)
        assert reduce.max_runs == 1


async def test_drain_and_duration_are_chosen_in_words_and_previewed_anew() -> None:
    feed = paged()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p", "shift+tab", *"2h", "shift+tab", "space")
        assert "stop at their next check" in screen_text(pilot)
        assert feed.previews[-1].for_us == 2 * HOUR_US
        assert not feed.previews[-1].drain
        await press(pilot, "ctrl+y")
        assert (feed.orders[0].for_us, feed.orders[0].drain) == (2 * HOUR_US, False)


async def test_a_menu_entry_without_a_use_does_not_open() -> None:
    feed = calm()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "l")
        front(pilot, ActionMenu)
        assert "No order stands on this route." in screen_text(pilot)


async def test_lifting_names_the_order_and_needs_its_own_reason() -> None:
    feed = paused()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "l")
        assert "paused by dana: refunds sent twice" in screen_text(pilot)
        await press(pilot, *"fixed", "ctrl+y")
        assert feed.orders[0].directive == "d-pause"
        assert feed.orders[0].reason == "fixed"


async def test_of_several_orders_the_one_to_lift_is_chosen() -> None:
    freeze = order("refunds", DirectiveKind.FREEZE, exit_met=True)
    feed = paused(directives=(order("refunds", exit_met=True), freeze))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "l", *"fixed", "tab", "space", "ctrl+y")
        assert feed.orders[0].directive == "d-freeze"


async def test_lifting_before_the_exit_rule_holds_needs_override() -> None:
    feed = paused(directives=(order("refunds"),))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "l", *"fixed", "ctrl+y")
        assert feed.orders == []
        assert "A pause earns nothing" in screen_text(pilot)
        assert "override: yes" in screen_text(pilot)
        await press(pilot, "space", "ctrl+y")
        assert feed.orders[0].override


async def test_relaxing_a_high_tier_needs_the_name_typed() -> None:
    feed = paused(tier="high")
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "l", *"fixed", "ctrl+y")
        assert feed.orders == []
        assert "Type refunds to confirm" in screen_text(pilot)
        await press(pilot, *"refunds", "ctrl+y")
        assert len(feed.orders) == 1


async def test_restricting_never_asks_for_the_name() -> None:
    async with console(paged(tier="critical")).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p")
        assert "route name" not in screen_text(pilot)


async def test_what_the_feed_refuses_is_not_given_and_the_reason_is_shown() -> None:
    feed = paused()
    feed.effect = msgspec.structs.replace(feed.effect, refused="The data is 3 h old.")
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "l", *"fixed", "ctrl+y")
        assert feed.orders == []
        assert "Refused: The data is 3 h old." in screen_text(pilot)


async def test_nothing_is_relaxed_on_an_old_picture_but_everything_can_be_restricted() -> None:
    feed, clock = paused(), Clock()
    async with console(feed, clock=clock).run_test(size=SIZE) as pilot:
        await settle(pilot)
        feed.trouble = "the store is locked"
        clock.now_us += 60 * SECOND_US
        await refresh(pilot)
        feed.trouble = ""
        await press(pilot, "a", "l", *"fixed", "ctrl+y")
        assert feed.orders == []
        assert "Nothing is relaxed on stale data" in screen_text(pilot)
        await press(pilot, "escape", "a", "p", *"stop it", "ctrl+y")
        assert [each.verb for each in feed.orders] == ["pause"]


async def test_a_freeze_is_not_lifted_while_the_routes_data_is_stale() -> None:
    freeze = order("refunds", DirectiveKind.FREEZE, exit_met=True)
    feed = paused(state=RouteState.FROZEN, directives=(freeze,), data="stale")
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "l", *"fixed", "ctrl+y")
        assert feed.orders == []
        assert "route's data is stale" in screen_text(pilot)


async def test_a_preview_that_fails_hinders_no_restriction() -> None:
    class Blind(FakeFeed):
        def preview(self, order: OrderRequest) -> OrderPreview:
            raise OSError("permission denied")

    feed = Blind(snapshot(route("refunds", "page")))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p")
        assert "What it would do is not known: permission denied" in screen_text(pilot)
        await press(pilot, "ctrl+y")
        assert len(feed.orders) == 1


async def test_after_a_conflict_the_dialog_shows_what_changed_and_asks_again() -> None:
    feed = paged()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p")
        feed.result = OrderResult(
            ok=False, sentence="dana was first.", conflict=True, generation=19
        )
        feed.current = snapshot(
            route("refunds", "page", state=RouteState.PAUSED, directives=(order("refunds"),)),
            store=store(generation=19),
        )
        await press(pilot, "ctrl+y")
        seen = screen_text(pilot)
        front(pilot, OrderDialog)
        assert "Not given. dana was first." in seen
        assert "dana made it paused 12m ago: refunds sent twice" in seen
        assert "refunds: open → paused" in seen
        feed.result = OrderResult(ok=True, sentence="durable", generation=20)
        await press(pilot, "ctrl+y")
        assert [each.base_generation for each in feed.orders] == [17, 19]
        front(pilot, FleetScreen)


async def test_a_change_by_somebody_else_is_shown_before_anything_is_confirmed() -> None:
    feed = paged()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p")
        feed.current = snapshot(
            route("refunds", "page", state=RouteState.PAUSED, directives=(order("refunds"),))
        )
        await refresh(pilot)
        assert "Changed since you opened this" in screen_text(pilot)


async def test_an_order_with_an_unknown_outcome_is_not_called_a_success_or_a_failure() -> None:
    class Torn(FakeFeed):
        def order(self, order: OrderRequest) -> OrderResult:
            raise OSError("disk full")

    async with console(Torn(snapshot(route("refunds", "page")))).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p", "ctrl+y")
        front(pilot, OrderDialog)
        assert "not known whether the order was written: disk full" in screen_text(pilot)


async def test_a_refusal_by_the_writer_stays_in_the_dialog() -> None:
    feed = paged()
    feed.result = OrderResult(ok=False, sentence="The control directory is writable by others.")
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p", "ctrl+y")
        front(pilot, OrderDialog)
        assert "The control directory is writable by others." in screen_text(pilot)


async def test_the_effect_is_followed_from_durable_to_enforced_as_agents_confirm() -> None:
    feed = paged()
    feed.result = OrderResult(ok=True, sentence="durable", generation=17)
    async with console(feed).run_test(size=(120, 34)) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p", "ctrl+y")
        assert "✓ durable generation 17 → ○ seen not in the store yet" in screen_text(pilot)
        feed.current = snapshot(route("refunds", "page", directives=(order("refunds"),)))
        await refresh(pilot)
        assert "✗ seen by 3 of 4 live, 1 overdue → ○ enforced" in screen_text(pilot)
        done = order("refunds", stage="enforced", overdue=())
        feed.current = snapshot(route("refunds", "page", directives=(done,)))
        await refresh(pilot)
        assert "✓ seen by 3 of 3 live → ✓ enforced" in screen_text(pilot)


async def test_an_order_can_be_given_from_the_route_screen_too() -> None:
    feed = paged()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "a", "p", "ctrl+y")
        assert feed.orders[0].route == "refunds"


async def test_a_read_only_console_opens_no_menu_and_gives_no_order() -> None:
    feed = paged()
    app = console(feed, read_only=True)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "enter", "a", "A", "2", "a", "A")
        assert not isinstance(pilot.app.screen, ActionMenu | OrderDialog)
        assert " RO " in screen_text(pilot)
        app.desk.place(
            OrderRequest(verb="pause", route="refunds", reason="x", by="sam", base_generation=1)
        )
        await settle(pilot)
        assert feed.orders == []


async def test_read_only_verbs_are_greyed_not_hidden() -> None:
    async with console(paged(), read_only=True).run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert not pilot.app.screen.active_bindings["a"].enabled
        assert "a Act" in screen_text(pilot)


async def test_a_lift_shows_the_exit_rule_of_the_order_that_it_is_about() -> None:
    orders = (order("refunds"), order("refunds", DirectiveKind.FREEZE))
    feed = paused(directives=orders)
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", "l")
        seen = screen_text(pilot)
        assert "probation until" in seen
        assert "3 of 20 trusted in a row" not in seen
        await press(pilot, "tab", "space")
        seen = screen_text(pilot)
        assert "3 of 20 trusted" in seen
        assert "probation until" not in seen
