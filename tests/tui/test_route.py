"""The route screen: five questions answered in order, and every miss down to the byte."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from console.model import HOUR_US, SECOND_US
from console.tui.screens.evidence import EvidenceScreen
from console.tui.screens.fleet import FleetScreen
from console.tui.screens.route import RouteScreen
from console.tui.widgets.prose import Prose

from .samples import NOW, alert, miss, order, route, snapshot
from .stage import FakeFeed, console, front, press, refresh, screen_text, settle

TALL = (120, 46)


def feed_of(health: str = "healthy", **changes: Any) -> FakeFeed:
    """Return a feed with one route."""
    return FakeFeed(snapshot(route("refunds", health, **changes)))


async def opened(feed: FakeFeed, size: tuple[int, int] = TALL) -> str:
    """Return the text of the route screen."""
    async with console(feed).run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        return screen_text(pilot)


async def test_the_five_questions_are_answered_from_top_to_bottom() -> None:
    seen = await opened(feed_of("page"))
    places = [
        seen.index(text)
        for text in ("1 Trusted outcome", "2 Misses", "3 Burn now", "4 Owner", "5 Frozen")
    ]
    assert places == sorted(places)


async def test_all_five_are_in_sight_at_once_on_a_common_terminal() -> None:
    seen = await opened(feed_of("page"), (80, 24))
    for text in ("1 Trusted outcome", "2 Misses", "3 Burn now", "4 Owner", "5 Frozen"):
        assert text in seen


async def test_a_blank_answer_is_called_blank() -> None:
    blank = tuple((question, "") for question, _ in route("refunds").questions)
    seen = await opened(feed_of(questions=blank))
    assert seen.count("blank, so the route is not ready") == 5


async def test_the_numbers_behind_a_page_stand_beside_it() -> None:
    seen = await opened(feed_of("page"))
    assert "critical" in seen
    assert "1h 20.7 (29 of 140)" in seen
    assert "5m 25.0 (3 of 12)" in seen
    assert "pages at 14.4" in seen


async def test_a_class_that_spent_its_cap_says_so() -> None:
    assert "cap 0.5% spent" in await opened(feed_of("page"))


async def test_both_counts_are_shown_where_corrections_changed_them() -> None:
    seen = await opened(feed_of("ticket"))
    assert "charged 1400/11, experienced 1400/13 (closed/bad)" in seen
    assert "experienced" not in await opened(feed_of("page", experienced=route("r", "page").counts))


async def test_a_route_without_data_says_that_nothing_here_is_health() -> None:
    seen = await opened(feed_of("no data"))
    assert "Nothing here says that it is well" in seen
    assert "No burn rule can be judged" in seen


async def test_a_stale_route_says_how_old_its_last_event_is() -> None:
    assert "Stale: the last event is 3h old" in await opened(feed_of("frozen"))


async def test_lost_lines_are_said() -> None:
    assert "7 lines were lost before they could be read" in await opened(feed_of(lost_lines=7))
    assert "1 line was lost before it could be read" in await opened(feed_of(lost_lines=1))
    assert "lost before" not in await opened(feed_of())


async def test_an_order_shows_its_stages_who_has_not_obeyed_and_the_countdown() -> None:
    held = order(
        "refunds",
        not_seen=("worker-8", "worker-9"),
        awaited=(("worker-8", NOW - SECOND_US),),
        ended=(("worker-9", NOW - HOUR_US),),
    )
    seen = " ".join((await opened(feed_of("page", directives=(held,)))).split())
    for part in (
        "paused (running runs finish) by dana",
        "refunds sent twice since 13:40",
        "durable",
        "seen by 3 of 5 live, 1 overdue, 1 silent",
        "overdue: worker-3 logged on without a receipt",
        "waited for: worker-8",
        "silent: worker-9 since 13:02",
        "probation until 14:50 (48 min more without a miss)",
        "step down (a s)",
        "20 trusted in a row",
        "sign-off: payments on-call (a l)",
    ):
        assert part in seen, part


async def test_a_lifted_order_is_not_shown_as_standing() -> None:
    stands = order("refunds")
    lifted = msgspec.structs.replace(stands.directive, lifted_us=NOW)
    over = msgspec.structs.replace(stands, directive=lifted)
    assert "No order stands" in await opened(feed_of(directives=(over,)))


async def test_the_owner_of_an_alert_stands_beside_it() -> None:
    owned = alert(
        "refunds", state="acknowledged", acknowledged_by="kim", acknowledged_us=NOW, note="on it"
    )
    assert "owned by kim since 14:02: on it" in await opened(feed_of("page", alerts=(owned,)))


async def test_enter_on_a_miss_shows_the_rule_and_the_line_with_its_place() -> None:
    async with console(feed_of("page")).run_test(size=TALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "enter")
        front(pilot, EvidenceScreen)
        seen = screen_text(pilot)
        for part in (
            "no handoff 15 min after uncertain at 13:45",
            "ev-77",
            "/var/log/agents/refunds.jsonl:1902 (byte 418220)",
            '"event":"uncertain"',
        ):
            assert part in seen


async def test_c_copies_the_evidence() -> None:
    async with console(feed_of("page")).run_test(size=TALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "enter", "c")
        assert "refunds.jsonl:1902 (byte 418220)" in pilot.app.clipboard
        assert '"event":"uncertain"' in pilot.app.clipboard


async def test_a_miss_whose_lines_are_past_retention_says_so() -> None:
    feed = feed_of("page")
    feed.latest = (miss(evidence=()),)
    async with console(feed).run_test(size=TALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "enter")
        assert "No line is kept" in screen_text(pilot)


async def test_misses_are_fetched_again_only_when_something_about_them_changed() -> None:
    feed = feed_of("page")
    async with console(feed).run_test(size=TALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        feed.latest = (miss(run="r-999"),)
        await refresh(pilot)
        assert "r-999" not in screen_text(pilot)
        feed.current = snapshot(route("refunds", "page", last_miss_us=NOW))
        await refresh(pilot)
        assert "r-999" in screen_text(pilot)


async def test_a_route_that_vanished_says_so_and_lets_the_operator_back() -> None:
    feed = feed_of("page")
    async with console(feed).run_test(size=TALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        feed.current = snapshot(route("claims"))
        await refresh(pilot)
        assert "This route is not in the store: refunds" in screen_text(pilot)
        await press(pilot, "q")
        front(pilot, FleetScreen)


async def test_the_answers_scroll_where_they_do_not_fit() -> None:
    feed = feed_of("page", directives=(order("refunds"),))
    async with console(feed).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        before = screen_text(pilot)
        await press(pilot, *("J",) * 6)
        assert screen_text(pilot) != before


async def test_exhaustion_further_away_than_a_day_is_a_date() -> None:
    view = {"outlook": "exhausts", "exhausts_us": NOW + 70 * HOUR_US}
    assert "gone by 27 Nov" in await opened(feed_of("ticket", **view))


@pytest.mark.parametrize(
    ("between", "words"),
    [
        ((NOW + 60 * HOUR_US, NOW + 170 * HOUR_US), "gone by 27 Nov (27 Nov to 1 Dec)"),
        ((NOW + 60 * HOUR_US, None), "gone by 27 Nov (27 Nov or never)"),
        ((NOW + 70 * HOUR_US, NOW + 70 * HOUR_US), "gone by 27 Nov"),
    ],
)
async def test_the_forecast_has_its_range(between: tuple[int, int | None], words: str) -> None:
    view = {
        "outlook": "exhausts",
        "exhausts_us": NOW + 70 * HOUR_US,
        "exhausts_between_us": between,
    }
    assert words in await opened(feed_of("ticket", **view))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_page_stands_before_the_ticket_that_is_quiet_behind_it(
    size: tuple[int, int],
) -> None:
    ticket = alert("refunds", id="T1", severity="ticket", words="tickets", inhibited_by="P1")
    both = (ticket, alert("refunds", id="P1", words="pages"))
    feed = FakeFeed(snapshot(route("refunds", "page", alerts=both)))
    async with console(feed).run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        lines = str(front(pilot, RouteScreen).query_one("#answer-4 .answer", Prose).content)
        assert lines.index("pages") < lines.index("tickets")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (120, 60), (60, 20)])
async def test_the_cursor_stays_in_sight_on_the_misses(size: tuple[int, int]) -> None:
    feed = feed_of("page")
    feed.latest = tuple(miss(run=f"r-{number}") for number in range(30))
    async with console(feed).run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        for number in (1, 2, 3):
            await press(pilot, "j")
            assert "▌ " in screen_text(pilot)
            assert f"r-{number}" in screen_text(pilot).split("▌", 1)[1].splitlines()[0]
        await press(pilot, "G")
        assert "r-29" in screen_text(pilot).split("▌", 1)[1].splitlines()[0]


async def test_a_common_terminal_shows_the_standing_order_and_its_exit_rule_at_once() -> None:
    seen = await opened(feed_of("page", directives=(order("refunds"),)), (80, 24))
    assert "paused (running runs finish) by dana" in seen
    assert "exit: ○ probation until 14:50 (48 min more without a miss)" in seen
    assert "J Scroll" in seen
