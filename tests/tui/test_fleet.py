"""The fleet screen: every route in a row, the one that needs a human first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from console.tui.host import host
from console.tui.screens.fleet import FleetScreen
from console.tui.screens.route import RouteScreen
from console.tui.widgets.cursor_list import CursorList

from .samples import channel, fleet, route, snapshot, source, store
from .stage import FakeFeed, console, front, press, refresh, screen_text, settle

if TYPE_CHECKING:
    from textual.pilot import Pilot
    from textual.strip import Strip

    from console.snapshot.types import RouteView, StoreView

WIDE = (120, 40)


def cursor(pilot: Pilot[None]) -> str | None:
    """Return the route under the cursor."""
    return pilot.app.screen.query_one(CursorList).cursor_key


def rows(pilot: Pilot[None]) -> list[str]:
    """Return the names of the routes on screen, from the top."""
    names = [view.route for view in fleet().routes]
    seen = screen_text(pilot).splitlines()
    return [name for each in seen for name in names if _is_on(each, name)]


def _is_on(line: str, name: str) -> bool:
    """Say whether a name stands on a line, perhaps with its middle left out."""
    return name in line or any(f" {name[:kept]}…" in line for kept in range(7, 12))


async def test_routes_come_worst_first_and_the_cursor_starts_on_the_worst() -> None:
    async with console(FakeFeed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert cursor(pilot) == "wire-transfers"
        assert rows(pilot)[:3] == ["wire-transfers", "refunds", "claims-intake"]


async def test_the_cursor_stays_on_its_route_when_a_refresh_moves_the_row() -> None:
    feed = FakeFeed()
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "j")
        assert cursor(pilot) == "refunds"
        better = [view for view in fleet().routes if view.route != "refunds"]
        feed.current = snapshot(*better, route("refunds"))
        await refresh(pilot)
        assert cursor(pilot) == "refunds"
        assert rows(pilot)[0] == "wire-transfers"
        assert rows(pilot)[-1] == "refunds"


async def test_a_route_that_is_gone_leaves_the_cursor_at_its_place() -> None:
    feed = FakeFeed()
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "j")
        feed.current = snapshot(*(view for view in fleet().routes if view.route != "refunds"))
        await refresh(pilot)
        assert cursor(pilot) == "claims-intake"


async def test_the_usual_keys_move_the_cursor() -> None:
    async with console(FakeFeed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        for key, expected in (
            ("down", "refunds"),
            ("j", "claims-intake"),
            ("k", "refunds"),
            ("G", "catalogue-05"),
            ("g", "wire-transfers"),
            ("end", "catalogue-05"),
            ("up", "catalogue-04"),
            ("home", "wire-transfers"),
        ):
            await press(pilot, key)
            assert cursor(pilot) == expected, key


async def test_a_key_draws_the_row_that_the_cursor_left_and_the_one_it_came_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with console(FakeFeed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        drawn: list[int] = []
        draw = CursorList.render_line

        def render_line(self: CursorList[RouteView], y: int) -> Strip:
            drawn.append(y)
            return draw(self, y)

        monkeypatch.setattr(CursorList, "render_line", render_line)
        await press(pilot, "j")
        assert set(drawn) == {0, 1}
        marker = host(pilot.app).glyphs.cursor
        marked = [each for each in screen_text(pilot).splitlines() if marker in each]
        assert [("refunds" in each) for each in marked] == [True]


async def test_a_click_selects_and_a_second_click_opens() -> None:
    async with console(FakeFeed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.click(CursorList, offset=(20, 2))
        await settle(pilot)
        assert cursor(pilot) == "claims-intake"
        front(pilot, FleetScreen)
        await pilot.click(CursorList, offset=(20, 2))
        await settle(pilot)
        assert front(pilot, RouteScreen).route == "claims-intake"


async def test_a_filter_is_applied_while_it_is_typed_and_says_what_it_hides() -> None:
    async with console(FakeFeed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"catalogue")
        assert "5 of 12" in screen_text(pilot)
        assert rows(pilot)[0] == "catalogue-01"
        await press(pilot, "enter", "j")
        assert cursor(pilot) == "catalogue-02"
        assert "filter catalogue" in screen_text(pilot)


async def test_esc_clears_the_filter_and_never_leaves_the_console() -> None:
    async with console(FakeFeed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"burn>6", "enter")
        assert "3 of 12" in screen_text(pilot)
        await press(pilot, "escape")
        assert "of 12" not in screen_text(pilot)
        await press(pilot, "escape")
        assert pilot.app.is_running
        front(pilot, FleetScreen)


async def test_a_filter_survives_a_visit_to_another_view() -> None:
    async with console(FakeFeed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"tier>=high", "enter", "2", "1")
        assert "filter tier>=high" in screen_text(pilot)


async def test_a_filter_that_cannot_be_understood_hides_nothing_and_says_why() -> None:
    async with console(FakeFeed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"colour:red")
        assert "no field colour" in screen_text(pilot)
        assert len(rows(pilot)) == 12


async def test_a_filter_without_a_match_says_how_to_go_on() -> None:
    async with console(FakeFeed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"zzz")
        assert "None of 12 routes matches zzz" in screen_text(pilot)
        assert "esc clears the filter" in screen_text(pilot)


async def test_o_sorts_by_the_next_column_and_shift_o_turns_the_order_round() -> None:
    async with console(FakeFeed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "o")
        assert rows(pilot)[0] == "catalogue-01"
        assert "by route" in screen_text(pilot)
        await press(pilot, "O")
        assert rows(pilot)[0] == "wire-transfers"
        assert "by route reversed" in screen_text(pilot)


async def test_every_column_can_be_sorted_by_in_both_directions() -> None:
    async with console(FakeFeed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        for _ in FleetScreen.COLUMNS:
            await press(pilot, "o", "O")
            assert len(rows(pilot)) == 12


async def test_a_click_on_a_title_sorts_by_it() -> None:
    async with console(FakeFeed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.click("#heading", offset=(16, 0))
        await settle(pilot)
        assert rows(pilot)[0] == "catalogue-01"


@pytest.mark.parametrize("data", ["none", "stale", "unmeasured"])
async def test_a_route_without_live_data_is_never_healthy(data: str) -> None:
    feed = FakeFeed(snapshot(route("refunds", "healthy", data=data)))
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        seen = screen_text(pilot)
        assert "healthy" not in seen
        assert "1 without live data" in seen


async def test_a_page_on_stale_data_is_still_a_page_and_marked_as_stale() -> None:
    feed = FakeFeed(snapshot(route("refunds", "page", data="stale")))
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert "▲ PAGE ~" in screen_text(pilot)


async def test_an_overspent_budget_shows_its_number_below_zero() -> None:
    async with console(FakeFeed(snapshot(route("claims", "spent")))).run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert "-22%" in screen_text(pilot)
        assert "▒" in screen_text(pilot)


async def test_a_route_with_blank_questions_is_marked() -> None:
    feed = FakeFeed(snapshot(route("refunds", ready=False, owner="")))
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert "refunds ?" in screen_text(pilot)
        assert "no owner" in screen_text(pilot)


async def test_the_control_column_shows_receipts_and_who_does_not_obey() -> None:
    async with console(FakeFeed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert "paused 3/4 ✗1" in screen_text(pilot)


async def test_a_first_run_without_logs_says_what_to_do() -> None:
    feed = FakeFeed(snapshot(sources=()))
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        seen = screen_text(pilot)
        for part in ("No log file was found", "burnline watch DIR", "burnline demo"):
            assert part in seen


async def test_a_first_run_with_logs_says_which_were_looked_at_and_how_they_are() -> None:
    gone = source(path="/mnt/agents/x.jsonl", state="unreadable", note="permission denied")
    feed = FakeFeed(snapshot(sources=(gone,)))
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        seen = screen_text(pilot)
        for part in ("unreadable", "/mnt/agents/x.jsonl", "permission denied", "burnline doctor"):
            assert part in seen


async def test_a_stopped_collector_and_tampering_are_said_from_the_first_moment() -> None:
    stopped = store(collector="stopped", tampered="generation 17 was edited")
    feed = FakeFeed(msgspec.structs.replace(fleet(), store=stopped))
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert "collector stopped: run burnline collect" in screen_text(pilot)
        assert "TAMPERED: generation 17 was edited" in screen_text(pilot)


@pytest.mark.parametrize(
    ("known", "awaited", "said"),
    [
        ({"began": False}, False, "no collector yet: run burnline collect"),
        ({"starting": True}, False, "no collector yet: one takes some seconds to start"),
        ({}, True, "no collector yet: one takes some seconds to start"),
        ({"collector": "running"}, True, "collector running"),
    ],
    ids=["none ever ran", "one has just taken the store", "one was started", "it runs"],
)
async def test_no_collector_yet_is_said_only_where_one_comes_or_none_ever_ran(
    known: dict[str, object], awaited: bool, said: str
) -> None:
    view = store(**({"collector": "stopped"} | known))
    feed = FakeFeed(msgspec.structs.replace(fleet(), store=view))
    async with console(feed, awaited=lambda: awaited).run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert said in screen_text(pilot)


async def test_notices_that_did_not_arrive_are_said_aloud() -> None:
    channels = (channel(failing=1, waiting=1), channel(dead=2), channel())
    feed = FakeFeed(msgspec.structs.replace(fleet(), store=store(channels=channels)))
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert "3 notices not delivered" in screen_text(pilot)


async def test_q_goes_back_and_on_the_fleet_says_how_to_quit() -> None:
    async with console(FakeFeed()).run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "q")
        front(pilot, FleetScreen)
        await press(pilot, "q")
        front(pilot, FleetScreen)
        assert "ctrl+q quits." in screen_text(pilot)


async def test_the_footer_of_the_fleet_promises_no_way_back() -> None:
    async with console(FakeFeed()).run_test(size=(100, 24)) as pilot:
        for keys, back in (((), False), (("enter",), True), (("q",), False), (("2",), True)):
            await settle(pilot)
            await press(pilot, *keys)
            assert ("q Back" in screen_text(pilot)) is back


async def test_a_key_of_one_s_own_for_the_way_back_is_not_promised_on_the_fleet() -> None:
    async with console(FakeFeed(), keys={"app.back": "b"}).run_test(size=(100, 24)) as pilot:
        await settle(pilot)
        assert "b Back" not in screen_text(pilot)
        await press(pilot, "enter")
        assert "b Back" in screen_text(pilot)
        await press(pilot, "b", "q")
        assert "b Back" not in screen_text(pilot)


BEHIND, READ = store(catching_up=True), store(judged=False)


@pytest.mark.parametrize("unsettled", [BEHIND, READ], ids=["catching up", "not judged yet"])
async def test_an_unused_cursor_waits_on_the_worst_for_the_first_whole_picture(
    unsettled: StoreView,
) -> None:
    feed = FakeFeed(snapshot(route("refunds", "page"), route("claims"), store=unsettled))
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        feed.current = snapshot(route("refunds"), route("claims", "page"), store=unsettled)
        await refresh(pilot)
        assert cursor(pilot) == "claims"
        feed.current = snapshot(route("refunds"), route("claims"), route("kyc", "page"))
        await refresh(pilot)
        assert cursor(pilot) == "kyc"


async def test_after_the_first_whole_picture_the_cursor_sticks_to_its_route() -> None:
    feed = FakeFeed(snapshot(route("refunds", "page"), route("claims")))
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        for state in (store(), BEHIND, READ):
            feed.current = snapshot(route("refunds"), route("claims", "page"), store=state)
            await refresh(pilot)
            assert cursor(pilot) == "refunds"


@pytest.mark.parametrize("keys", [("j",), ("j", "k"), ("enter", "escape"), ("G",)])
async def test_a_cursor_that_was_used_belongs_to_the_operator(keys: tuple[str, ...]) -> None:
    feed = FakeFeed(snapshot(route("refunds", "page"), route("claims"), store=BEHIND))
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        mine = cursor(pilot)
        for first, second in (("page", "healthy"), ("healthy", "page"), ("page", "healthy")):
            feed.current = snapshot(route("refunds", first), route("claims", second), store=BEHIND)
            await refresh(pilot)
            assert cursor(pilot) == mine


async def test_a_clicked_row_belongs_to_the_operator() -> None:
    feed = FakeFeed(snapshot(route("refunds", "page"), route("claims"), store=BEHIND))
    async with console(feed).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.click(CursorList, offset=(4, 0))
        feed.current = snapshot(route("refunds"), route("claims", "page"), store=BEHIND)
        await refresh(pilot)
        assert cursor(pilot) == "refunds"
