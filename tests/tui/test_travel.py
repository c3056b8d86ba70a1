"""Time travel: the past on the same screens, under a banner, with every action off."""

from __future__ import annotations

import contextlib
from datetime import UTC, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.model import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from console.tui.barred import QUESTIONS, ReadOnlyError, barred
from console.tui.feed import Feed, OrderRequest
from console.tui.figures.times import instant_us
from console.tui.screens.alerts import AlertsScreen
from console.tui.screens.fleet import FleetScreen
from console.tui.screens.go_to import GoTo
from console.tui.travel import minute_end, neighbour

from .samples import NOW, alert, miss, route, snapshot
from .stage import FakeFeed, console, front, press, refresh, screen_text, settle

SIZE = (100, 24)
LAST_MINUTE = NOW // MINUTE_US * MINUTE_US - 1


def feed() -> FakeFeed:
    """Return a feed on which refunds pages now, and did not before."""
    made = FakeFeed(snapshot(route("refunds", "page")))
    made.before = snapshot(route("refunds"))
    return made


async def test_a_step_back_shows_the_last_whole_minute_under_a_banner() -> None:
    source = feed()
    async with console(source).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "left_square_bracket")
        seen = screen_text(pilot)
        assert source.looked_back == [LAST_MINUTE]
        assert "AS OF 14:01 — actions disabled" in seen
        assert "▲ PAGE" not in seen


@pytest.mark.parametrize(
    ("keys", "back_us"),
    [
        (("left_square_bracket",) * 3, 2 * MINUTE_US),
        (("left_curly_bracket",), 59 * MINUTE_US),
        (("left_curly_bracket", "left_curly_bracket", "right_curly_bracket"), 59 * MINUTE_US),
        (("left_curly_bracket", "right_square_bracket"), 58 * MINUTE_US),
    ],
)
async def test_brackets_step_a_minute_and_braces_an_hour(
    keys: tuple[str, ...], back_us: int
) -> None:
    source = feed()
    async with console(source).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        assert source.looked_back[-1] == LAST_MINUTE - back_us


@pytest.mark.parametrize("key", ["end", "right_curly_bracket"])
async def test_end_and_a_step_past_the_present_lead_back_to_live(key: str) -> None:
    async with console(feed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "left_square_bracket", key)
        seen = screen_text(pilot)
        assert "AS OF" not in seen
        assert "▲ PAGE" in seen


async def test_in_the_present_end_still_goes_to_the_last_row() -> None:
    async with console(FakeFeed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "end")
        at, rows = front(pilot, FleetScreen).cursor_list.position
        assert at == rows


async def test_what_comes_in_meanwhile_does_not_move_the_past() -> None:
    source = feed()
    async with console(source).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "left_square_bracket")
        source.current = snapshot(route("refunds", "hard stop"))
        await refresh(pilot)
        assert "HARD STOP" not in screen_text(pilot)
        await press(pilot, "end")
        assert "HARD STOP" in screen_text(pilot)


@pytest.mark.parametrize("keys", [("a",), ("2", "A"), ("2", "a"), ("enter", "a"), ("enter", "A")])
async def test_the_past_offers_no_action(keys: tuple[str, ...]) -> None:
    source = feed()
    source.before = source.current
    async with console(source).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "left_square_bracket", *keys, "ctrl+y")
        assert source.orders == []
        assert not source.owned
        assert not pilot.app.screen.is_modal


async def test_actions_are_back_with_the_present() -> None:
    async with console(feed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "left_square_bracket", "end", "a")
        assert pilot.app.screen.is_modal


def test_whatever_is_no_question_is_refused_again_before_the_feed() -> None:
    source = feed()
    closed = barred(source, lambda: True)
    request = OrderRequest(verb="pause", route="refunds", reason="r", by="sam", base_generation=1)
    with pytest.raises(ReadOnlyError, match="nothing was changed"):
        closed.order(request)
    with pytest.raises(ReadOnlyError):
        closed.acknowledge("A1", "sam", "")
    assert not source.orders
    assert not source.owned
    assert closed.snapshot() is source.current
    methods = {name for name in vars(Feed) if not name.startswith("_")}
    assert methods - QUESTIONS >= {"order", "acknowledge"}


async def test_misses_are_those_of_then() -> None:
    source = feed()
    old, new = miss(run="old", at_us=NOW - HOUR_US), miss(run="new", at_us=NOW - SECOND_US)
    source.latest = (new, old)
    source.before = snapshot(msgspec.structs.replace(route("refunds"), last_miss_us=old.at_us))
    async with console(source).run_test(size=(120, 46)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        assert "new" in screen_text(pilot)
        await press(pilot, "left_square_bracket")
        seen = screen_text(pilot)
        assert "old" in seen
        assert "new" not in seen


async def test_a_time_is_asked_for_and_gone_to() -> None:
    source = feed()
    async with console(source).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "t", *"13:30", "enter")
        assert source.looked_back == [minute_end(NOW - 32 * MINUTE_US)]
        assert "AS OF 13:30" in screen_text(pilot)


async def test_a_time_that_cannot_be_understood_says_how_to_write_it() -> None:
    async with console(feed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "t", *"soon", "enter")
        front(pilot, GoTo)
        assert "write a time as 14:02" in screen_text(pilot)
        await press(pilot, "escape")
        front(pilot, FleetScreen)


async def test_n_and_shift_n_go_from_alert_to_alert() -> None:
    first, second = NOW - 3 * HOUR_US, NOW - HOUR_US
    alerts = (
        alert("refunds", id="A2", opened_us=second),
        alert("refunds", id="A1", opened_us=first),
    )
    source = FakeFeed(snapshot(route("refunds", "page", alerts=alerts)))
    async with console(source).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "N")
        assert source.looked_back[-1] == minute_end(second)
        await press(pilot, "N")
        assert source.looked_back[-1] == minute_end(first)
        await press(pilot, "N")
        assert "No earlier alert." in screen_text(pilot)
        await press(pilot, "n")
        assert source.looked_back[-1] == minute_end(second)
        await press(pilot, "n")
        assert "No later alert." in screen_text(pilot)


async def test_a_past_that_cannot_be_read_leads_back_with_a_sentence() -> None:
    source = feed()
    async with console(source).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        source.trouble = "the disk is gone"
        await press(pilot, "left_square_bracket")
        seen = screen_text(pilot)
        assert "That time cannot be shown: the disk is gone" in seen
        assert "AS OF" not in seen


async def test_the_past_survives_a_change_of_view() -> None:
    async with console(feed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "left_square_bracket", "2")
        front(pilot, AlertsScreen)
        assert "AS OF 14:01" in screen_text(pilot)


async def test_hold_ends_with_a_journey() -> None:
    async with console(feed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "space", "left_square_bracket")
        assert " HOLD " not in screen_text(pilot)


@pytest.mark.parametrize("size", [(40, 12), (19, 4)])
async def test_the_smallest_screens_say_that_this_is_the_past(size: tuple[int, int]) -> None:
    async with console(feed()).run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "left_square_bracket")
        assert "14:01" in screen_text(pilot)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("14:02", NOW - 7 * SECOND_US),
        ("14:02:07", NOW),
        ("14:03", NOW + 53 * SECOND_US - DAY_US),
        ("2026-11-24T13:02:07Z", NOW - HOUR_US),
        ("2026-11-24T15:02:07+02:00", NOW - HOUR_US),
        ("2026-11-24 13:02:07", NOW - HOUR_US),
        ("-2h", NOW - 2 * HOUR_US),
        ("-1h30m", NOW - 90 * MINUTE_US),
    ],
)
def test_a_time_is_written_in_the_usual_ways(text: str, wanted: int) -> None:
    assert instant_us(text, NOW, UTC) == wanted


def test_a_clock_time_is_one_of_the_consoles_zone() -> None:
    assert instant_us("16:02:07", NOW, timezone(timedelta(hours=2))) == NOW


@given(st.text(max_size=30))
def test_any_text_is_an_instant_of_the_past_or_a_sentence(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert instant_us(text, NOW, UTC) <= NOW


@given(st.lists(st.integers(0, 600), max_size=8), st.integers(0, 600))
def test_neighbours_are_the_nearest_alerts_outside_the_minute(minutes: list[int], at: int) -> None:
    alerts = tuple(alert("r", id=f"A{n}", opened_us=m * MINUTE_US) for n, m in enumerate(minutes))
    live = snapshot(route("r", "page", alerts=alerts))
    later = neighbour(live, at * MINUTE_US, later=True)
    earlier = neighbour(live, at * MINUTE_US, later=False)
    assert (later and later.opened_us // MINUTE_US) == min(
        (m for m in minutes if m > at), default=None
    )
    assert (earlier and earlier.opened_us // MINUTE_US) == max(
        (m for m in minutes if m < at), default=None
    )
