"""The alerts screen: what fires, who owns it, and taking ownership with a name."""

from __future__ import annotations

import msgspec

from console.model import MINUTE_US
from console.snapshot.types import ConditionView
from console.tui.screens.acknowledge import AcknowledgeDialog
from console.tui.screens.alerts import AlertsScreen
from console.tui.screens.menu import ActionMenu
from console.tui.screens.route import RouteScreen
from console.tui.widgets.cursor_list import CursorList

from .samples import NOW, alert, fleet, route, snapshot, store
from .stage import FakeFeed, console, front, press, screen_text, settle

SIZE = (120, 30)


def several() -> FakeFeed:
    """Return a feed with alerts in every state of their life."""
    owned = alert("kyc", state="acknowledged", acknowledged_by="kim", acknowledged_us=NOW)
    over = alert("mail", state="resolved", resolved_us=NOW - MINUTE_US)
    return FakeFeed(
        snapshot(
            route("mail", "healthy", alerts=(over,)),
            route("kyc", "page", alerts=(owned,)),
            route("claims", "ticket", alerts=(alert("claims", severity="ticket"),)),
            route("refunds", "page"),
        )
    )


async def test_what_nobody_owns_comes_first_pages_before_tickets() -> None:
    async with console(several()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        seen = screen_text(pilot)
        places = [seen.index(f" {name} ") for name in ("refunds", "claims", "kyc", "mail")]
        assert places == sorted(places)


async def test_the_numbers_that_made_it_fire_stand_below_the_list() -> None:
    async with console(several()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        seen = screen_text(pilot)
        assert "29 of 140 runs missed over 1h" in seen
        assert "→ 1h/5m at 14.4: critical" in seen
        assert "runs r-118, r-121" in seen
        await press(pilot, "j", "j")
        assert "owned by kim since 14:02" in screen_text(pilot)


async def test_acknowledging_takes_a_note_and_a_name_and_its_own_key() -> None:
    feed = several()
    async with console(feed).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "A", *"on it", "enter", "enter")
        assert feed.owned == []
        await press(pilot, "A", *"on it", "ctrl+y")
        assert feed.owned == [("al-refunds", "sam", "on it")]
        assert "al-refunds is yours." in screen_text(pilot)
        front(pilot, AlertsScreen)


async def test_an_acknowledgement_that_fails_stays_open_with_the_reason() -> None:
    feed = several()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "A")
        feed.trouble = "the store is locked"
        await press(pilot, "ctrl+y")
        front(pilot, AcknowledgeDialog)
        assert "Not acknowledged: the store is locked" in screen_text(pilot)


async def test_what_is_over_cannot_be_owned_any_more() -> None:
    async with console(several()).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "G", "A")
        front(pilot, AlertsScreen)
        assert "there is nothing to own" in screen_text(pilot)


async def test_a_page_can_be_owned_from_its_route() -> None:
    feed = several()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "j", "enter", "A", "ctrl+y")
        assert feed.owned == [("al-refunds", "sam", "")]


async def test_enter_opens_the_route_of_an_alert_and_a_acts_on_it() -> None:
    async with console(several()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "j", "enter")
        assert front(pilot, RouteScreen).route == "claims"
        await press(pilot, "q", "a")
        front(pilot, ActionMenu)
        assert "Order for claims" in screen_text(pilot)


async def test_alerts_are_filtered_like_routes() -> None:
    async with console(several()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "slash", *"state:firing !claims", "enter")
        assert pilot.app.screen.query_one(CursorList).cursor_key == "al-refunds"
        assert "1 of 4" in screen_text(pilot)


async def test_no_alert_is_not_called_health_where_routes_cannot_be_judged() -> None:
    feed = FakeFeed(snapshot(route("a"), route("b", "no data"), store=store(collector="stopped")))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        seen = screen_text(pilot)
        assert "1 route judged on live data at 14:02" in seen
        assert "1 cannot be judged" in seen
        assert "nothing new can fire" in seen


async def test_the_top_line_counts_what_fires_and_what_is_owned() -> None:
    async with console(several()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert "2 firing, 1 acknowledged" in screen_text(pilot)


async def test_without_any_alert_the_top_line_says_so() -> None:
    quiet = [msgspec.structs.replace(view, alerts=()) for view in fleet().routes]
    async with console(FakeFeed(snapshot(*quiet))).run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert "nothing firing" in screen_text(pilot)


def condition(kind: str, over_us: int | None = None) -> ConditionView:
    """Return one of several conditions inside an alert."""
    return ConditionView(
        kind=kind,
        title=kind.replace("_", " "),
        since_us=NOW - 9 * MINUTE_US,
        over_us=over_us,
        words=f"what {kind} says",
        rules=(f"rule of {kind}",),
    )


async def test_every_condition_of_an_alert_is_told_with_its_own_words_and_end() -> None:
    inside = (condition("hard_stop"), condition("burn", NOW - MINUTE_US))
    both = alert("refunds", kinds=("hard_stop", "burn"), kind="hard_stop", conditions=inside)
    feed = FakeFeed(snapshot(route("refunds", "hard stop", alerts=(both,))))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        seen = screen_text(pilot)
        assert "hard stop, burn " in seen
        assert "hard stop since 13:53 what hard_stop says" in seen
        assert "burn since 13:53, over 14:01 what burn says" in seen
        assert "rule of burn" in seen


async def test_what_keeps_an_alert_quiet_is_said() -> None:
    quiet = (
        alert("a", severity="ticket", inhibited_by="A7"),
        alert("b", state="silenced", silence="S3"),
        alert("c", dry_run=True),
    )
    feed = FakeFeed(snapshot(*(route(each.route, "page", alerts=(each,)) for each in quiet)))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        assert "dry run: would have paged" in screen_text(pilot)
        await press(pilot, "j")
        assert "quiet behind A7" in screen_text(pilot)
        await press(pilot, "j")
        assert "silenced by S3" in screen_text(pilot)


async def test_the_alert_of_the_control_file_belongs_to_no_route() -> None:
    tampered = alert("", id="A9", kind="tampering", words="The control file was changed.")
    feed = FakeFeed(msgspec.structs.replace(snapshot(route("calm")), alerts=(tampered,)))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert "1 firing" in screen_text(pilot)
        await press(pilot, "2")
        assert "control file" in screen_text(pilot)
        await press(pilot, "enter", "a")
        front(pilot, AlertsScreen)
