"""The review of the week on screen: its periods, what it rests on, and what its keys do."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import msgspec
import pytest

from console.model import HOUR_US, MINUTE_US, SECOND_US
from console.tui.barred import QUESTIONS, ReadOnlyError, barred
from console.tui.screens.alerts import AlertsScreen
from console.tui.screens.correct import CorrectDialog
from console.tui.screens.evidence import EvidenceScreen
from console.tui.screens.order import OrderDialog
from console.tui.screens.period_misses import PeriodMisses
from console.tui.screens.review import ReviewScreen
from console.tui.screens.route import RouteScreen
from console.tui.screens.route_review import RouteReviewScreen
from console.tui.screens.sign import SignDialog

from .particulars import incident
from .reviews import OUTAGE, idle, review, structural
from .samples import NOW, miss, store
from .stage import Clock, FakeFeed, console, front, press, refresh, screen_text, settle
from .test_export import FakeFiles

if TYPE_CHECKING:
    from console.review.types import Review
    from console.tui.feed import ReviewRequest

SIZE = (120, 40)


def fed() -> FakeFeed:
    return FakeFeed(incident())


def recorded(seq: int) -> FakeFeed:
    """Return a feed whose audit has come to that row."""
    return FakeFeed(msgspec.structs.replace(incident(), store=store(audit_head=f"{seq}:aa")))


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ((), ("days", 0)),
        (("left",), ("days", 1)),
        (("h", "h"), ("days", 2)),
        (("h", "h", "l"), ("days", 1)),
        (("w",), ("week", 0)),
        (("w", "left", "left"), ("week", 2)),
        (("w", "w", "left"), ("month", 1)),
        (("left", "w", "w", "w"), ("days", 0)),
    ],
)
@pytest.mark.parametrize("scope", [(), ("enter",)], ids=["fleet", "route"])
async def test_keys_choose_the_period(
    scope: tuple[str, ...], keys: tuple[str, ...], wanted: tuple[str, int]
) -> None:
    feed = fed()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", *scope, *keys)
        asked = feed.reviews[-1]
        assert (asked.kind, asked.back, asked.until_us) == (*wanted, NOW)
        assert asked.route == ("refunds" if scope else "")


async def test_there_is_no_period_after_the_present_one() -> None:
    feed = fed()
    async with console(feed).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "7", "right")
        assert "This period is the present one." in screen_text(pilot)
        assert len(feed.reviews) == 1


async def test_enter_shows_the_review_of_a_route_in_the_same_period() -> None:
    feed = fed()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", "w", "j", "enter")
        front(pilot, RouteReviewScreen)
        assert (feed.reviews[-1].kind, feed.reviews[-1].route) == ("week", "payouts")
        assert "payout.send out of scope" in screen_text(pilot)


async def test_a_route_leads_to_its_review_and_the_review_back_to_it() -> None:
    async with console(fed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "j", "enter")
        name = front(pilot, RouteScreen).route
        await press(pilot, "w")
        assert front(pilot, RouteReviewScreen).scope == name
        await press(pilot, "escape", "7", "r")
        assert front(pilot, RouteScreen).route == "refunds"


class Slow(FakeFeed):
    """Builds no review before it may."""

    def __init__(self) -> None:
        super().__init__(incident())
        self.may = threading.Event()

    def review(self, wanted: ReviewRequest) -> Review:
        self.may.wait()
        return super().review(wanted)


async def test_keys_do_not_wait_for_a_review_that_is_being_built() -> None:
    feed = Slow()
    async with console(feed).run_test(size=SIZE) as pilot:
        await pilot.pause()
        while pilot.app.screen.query("#heading") and not feed.reviews:
            await pilot.press("7")
            await pilot.pause()
            assert "Building the review: the last seven days." in screen_text(pilot)
            await pilot.press("w", "left")
            await pilot.pause()
            assert front(pilot, ReviewScreen).period == ("week", 1)
            await pilot.press("2")
            await pilot.pause()
            front(pilot, AlertsScreen)
            await pilot.press("7")
            feed.may.set()
            await settle(pilot)
        assert [(each.kind, each.back) for each in feed.reviews] == [("days", 0), ("week", 1)]
        assert "structural" in screen_text(pilot)


async def test_a_proposed_order_is_given_by_the_dialog_of_any_order() -> None:
    feed = fed()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", "y")
        assert front(pilot, OrderDialog).verb == "freeze"
        await press(pilot, "enter")
        front(pilot, ReviewScreen)
        assert feed.orders == []
        await press(pilot, "y", "ctrl+y")
        (order,) = feed.orders
        assert (order.route, order.verb, order.changes) == (
            "refunds",
            "freeze",
            ("prompt", "model"),
        )
        assert order.reason.startswith("weekly review: structural")


async def test_a_proposed_tightening_names_its_actions() -> None:
    feed = fed()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        current = msgspec.structs.replace(feed.current.routes[0], route="payouts")
        feed.current = msgspec.structs.replace(feed.current, routes=(current,))
        await refresh(pilot)
        await press(pilot, "7", "j", "y", "ctrl+y")
        assert [(each.verb, each.actions) for each in feed.orders] == [
            ("tighten", ("payout.send",))
        ]


async def test_a_route_that_is_not_there_any_more_gets_no_order() -> None:
    feed = fed()
    feed.reviewed = review([msgspec.structs.replace(structural(), settings=idle("gone").settings)])
    async with console(feed).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "7", "y")
        assert "gone is not in the live picture" in screen_text(pilot)
        front(pilot, ReviewScreen)


async def test_an_outage_is_taken_out_by_a_correction() -> None:
    feed = fed()
    async with console(feed).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "7", "j", "j", "y")
        front(pilot, CorrectDialog)
        await press(pilot, *(["backspace"] * 17), "ctrl+y")
        assert "A reason is required" in screen_text(pilot)
        await press(pilot, *"bank", "ctrl+y")
        period = (OUTAGE.from_us, OUTAGE.to_us)
        assert feed.corrected == [("kyc-review", period, "sam", "bank")]
        front(pilot, ReviewScreen)
        assert "C1: outage on kyc-review" in screen_text(pilot)


async def test_where_there_is_nothing_to_do_the_key_signs() -> None:
    feed = fed()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", "G", "y")
        front(pilot, SignDialog)
        await press(pilot, "ctrl+y")
        assert [(each[1], each[2]) for each in feed.signed] == [("sam", "keep")]


async def test_what_is_signed_is_what_was_on_the_screen() -> None:
    feed = fed()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", "s")
        feed.reviewed = review([idle("refunds")])
        await press(pilot, *"as said", "enter", *"!", "ctrl+y")
        ((signed, by, decision, note),) = feed.signed
        assert signed.scope == "refunds"
        assert [view.counted["rescues"].value for view in signed.routes] == [2]
        assert (by, decision, note) == ("sam!", "freeze", "as said")


async def test_another_decision_than_the_proposed_one_may_be_signed() -> None:
    feed = fed()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", "s", "shift+tab", "space", "ctrl+y")
        assert [each[2] for each in feed.signed] == ["narrow"]


async def test_a_signature_that_fails_leaves_the_dialog_open_with_the_reason() -> None:
    feed = fed()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", "s")
        feed.trouble = "the disk is full"
        await press(pilot, "ctrl+y")
        front(pilot, SignDialog)
        assert "Not signed: the disk is full" in screen_text(pilot)


async def test_what_is_recorded_in_the_audit_has_the_review_built_anew() -> None:
    feed = recorded(17)
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7")
        await refresh(pilot)
        assert len(feed.reviews) == 1
        feed.current = recorded(18).current
        await refresh(pilot)
        assert len(feed.reviews) == 2


async def test_a_held_display_keeps_its_review() -> None:
    feed = recorded(17)
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", "space")
        feed.current = recorded(18).current
        await refresh(pilot)
        assert len(feed.reviews) == 1
        await press(pilot, "space")
        assert len(feed.reviews) == 2


async def test_under_hold_an_order_is_given_all_the_same() -> None:
    feed = fed()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", "space", "y", "ctrl+y")
        assert [each.verb for each in feed.orders] == ["freeze"]


@pytest.mark.parametrize("keys", [("y",), ("s",), ("enter", "y"), ("enter", "s"), ("G", "y")])
async def test_a_read_only_console_shows_the_review_and_does_nothing(keys: tuple[str, ...]) -> None:
    feed = fed()
    async with console(feed, read_only=True).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", *keys, "ctrl+y")
        assert not pilot.app.screen.is_modal
        assert "structural" in screen_text(pilot) or "not enough data" in screen_text(pilot)
        assert (feed.orders, feed.signed, feed.corrected) == ([], [], [])


async def test_in_the_past_the_review_is_that_of_then_and_nothing_is_signed() -> None:
    feed = fed()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", "left_curly_bracket")
        then = NOW - HOUR_US
        assert then <= feed.reviews[-1].until_us < then + MINUTE_US
        await press(pilot, "s", "y")
        front(pilot, ReviewScreen)
        await press(pilot, "end")
        assert feed.reviews[-1].until_us == NOW


def test_a_review_is_a_question_and_a_signature_is_not() -> None:
    closed = barred(fed(), lambda: True)
    for name, asked in (("sign_review", (review(), "s", "keep", "")), ("correct", ("r", (0, 1)))):
        assert name not in QUESTIONS
        with pytest.raises(ReadOnlyError):
            getattr(closed, name)(*asked)
    assert {"review", "timeline", "trail"} <= QUESTIONS


async def test_a_read_only_console_shows_the_audit_and_what_a_run_logged() -> None:
    async with console(fed(), read_only=True).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "4", "u")
        assert "chain whole" in screen_text(pilot)
        await press(pilot, "3", "enter")
        front(pilot, EvidenceScreen)
        assert "two sources disagree" in screen_text(pilot)


async def test_a_review_that_cannot_be_built_says_why_and_is_tried_again() -> None:
    feed = fed()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        feed.trouble = "the disk is gone"
        await press(pilot, "7")
        seen = screen_text(pilot)
        assert "The review cannot be built: the disk is gone" in seen
        assert "ctrl+r tries again" in seen
        feed.trouble = ""
        await press(pilot, "ctrl+r")
        assert "structural" in screen_text(pilot)


async def test_after_an_error_the_review_of_before_stays_and_is_called_old() -> None:
    feed = fed()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7")
        feed.trouble = "the disk is gone"
        await press(pilot, "ctrl+r")
        seen = screen_text(pilot)
        assert "OLD, it cannot be built anew: the disk is gone" in seen
        assert "structural" in seen


async def test_an_old_review_says_so_and_how_it_is_made_anew() -> None:
    clock, feed = Clock(), fed()
    async with console(feed, clock=clock).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7")
        assert "made 0s ago" in screen_text(pilot)
        feed.current = msgspec.structs.replace(feed.current, as_of_us=NOW + 11 * MINUTE_US)
        clock.now_us += 11 * MINUTE_US
        await refresh(pilot)
        assert "made 11m ago, ctrl+r makes it anew" in screen_text(pilot)
        await press(pilot, "ctrl+r")
        assert "made 0s ago" in screen_text(pilot)


async def test_misses_of_the_period_lead_to_their_evidence() -> None:
    feed = fed()
    feed.latest = (
        miss(run="now", at_us=NOW - SECOND_US),
        miss(run="then", at_us=NOW - 200 * HOUR_US),
    )
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", "m")
        front(pilot, PeriodMisses)
        seen = screen_text(pilot)
        assert "now" in seen
        assert "then" not in seen
        await press(pilot, "escape", "left", "m")
        assert "then" in screen_text(pilot)
        await press(pilot, "enter")
        front(pilot, EvidenceScreen)


async def test_a_period_without_a_miss_says_so() -> None:
    feed = fed()
    feed.latest = ()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", "m")
        assert "No miss of refunds is kept for 2026-11-17" in screen_text(pilot)


async def test_tab_leads_from_part_to_part_and_back() -> None:
    async with console(fed()).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "7", "enter", "tab")
        top = screen_text(pilot).splitlines()[2]
        assert top.strip() == "What next"
        await press(pilot, "tab")
        assert screen_text(pilot).splitlines()[2].strip() == "What happened"
        await press(pilot, "shift+tab", "shift+tab")
        assert screen_text(pilot).splitlines()[2].strip() == "Verdict structural"
        await press(pilot, "G")
        assert "Which changes are frozen" in screen_text(pilot)


@pytest.mark.parametrize(
    ("key", "ending", "begins"),
    [
        ("m", "md", b"# Review of"),
        ("h", "html", b"<!DOCTYPE html>"),
        ("o", "json", b"{"),
        ("p", "svg", b"<svg"),
    ],
)
@pytest.mark.parametrize("scope", [(), ("enter",)], ids=["fleet", "route"])
async def test_a_review_is_exported_as_the_command_line_writes_it(
    scope: tuple[str, ...], key: str, ending: str, begins: bytes
) -> None:
    files = FakeFiles()
    async with console(fed(), files=files).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", *scope, "e", key)
        ((name, data),) = files.written.items()
        of = "refunds" if scope else "the-fleet"
        assert name == f"burnline-review-of-{of}-20261124-140207.{ending}"
        assert data.startswith(begins)
        assert b"refunds" in data
        assert (b"kyc-review" in data) == (not scope or (ending == "svg" and not scope))


async def test_the_rows_of_the_fleet_are_exported_as_csv() -> None:
    files = FakeFiles()
    async with console(fed(), files=files).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", "e", "c")
        (data,) = files.written.values()
        assert data.splitlines()[0].startswith(b"route,tier,owner,verdict,next")
        assert len(data.splitlines()) == 6


async def test_the_command_behind_a_decision_is_copied() -> None:
    async with console(fed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", "c")
        assert pilot.app.clipboard == structural().decision.command


async def test_a_filter_chooses_routes_by_verdict_and_share() -> None:
    async with console(fed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "7", "slash", *"verdict:structural charged>250%", "enter")
        assert "Reviewed 1 of 5" in screen_text(pilot)
