"""Orders, the audit behind them, and budgets by either way of counting."""

from __future__ import annotations

import msgspec

from console.model import HOUR_US
from console.snapshot.particulars import MarkView
from console.tui.figures.glyphs import ASCII, UNICODE
from console.tui.figures.spans import plain
from console.tui.figures.ticks import KINDS, glyph, ticks
from console.tui.screens.audit import AuditScreen
from console.tui.screens.route import RouteScreen

from .particulars import act, acts, incident
from .samples import store
from .stage import FakeFeed, console, front, press, refresh, screen_text, settle

SIZE = (120, 30)


async def test_what_agents_ignore_comes_first_and_what_is_over_last() -> None:
    async with console(FakeFeed(incident())).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        seen = screen_text(pilot)
        places = [seen.index(text) for text in ("✗ paused", "■ frozen", "✓ was frozen")]
        assert places == sorted(places)
        assert "overdue: worker-3 logged on without a receipt" in seen
        await press(pilot, "G")
        assert "the prompt is rolled back" in screen_text(pilot)
        await press(pilot, "enter")
        assert front(pilot, RouteScreen).route == "refunds"


async def test_the_audit_is_read_again_when_a_row_is_added() -> None:
    feed = FakeFeed(incident())
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "4", "u")
        assert "chain whole" in screen_text(pilot)
        feed.acts = acts(rows=(act(18, verb="lift"), *acts().rows), total=4)
        await refresh(pilot)
        assert "lift" not in screen_text(pilot)
        feed.current = msgspec.structs.replace(incident(), store=store(audit_head="18:aa"))
        await refresh(pilot)
        assert "lift" in screen_text(pilot)


async def test_a_broken_audit_is_said_loudly() -> None:
    feed = FakeFeed(incident())
    feed.acts = acts(whole=False, words="row 2 is not what was written")
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "4", "u")
        front(pilot, AuditScreen)
        assert "BROKEN: row 2 is not what was written" in screen_text(pilot)


async def test_an_audit_that_cannot_be_read_says_what_to_do() -> None:
    feed = FakeFeed(incident())
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        feed.trouble = "the disk is full"
        await press(pilot, "u")
        seen = screen_text(pilot)
        assert "The audit cannot be read: the disk is full" in seen
        assert "burnline audit --verify" in seen


async def test_one_key_shows_budgets_as_experienced_on_every_screen() -> None:
    async with console(FakeFeed(incident())).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "j", "enter")
        assert "charged 1400/12, experienced 1400/15" in screen_text(pilot)
        await press(pilot, "x")
        seen = screen_text(pilot)
        assert " EXPERIENCED " in seen
        assert "15 bad of 1400 as experienced, 1 too many" in seen
        await press(pilot, "1")
        assert "-7.2%" in screen_text(pilot)
        await press(pilot, "x")
        assert "EXPERIENCED" not in screen_text(pilot)
        assert "-7.2%" not in screen_text(pilot)


def test_a_mark_stands_in_the_column_of_its_instant() -> None:
    at = (0, HOUR_US // 2, HOUR_US)
    marks = [MarkView(at_us=each, kind="change", words="") for each in at]
    assert plain(ticks(marks, (0, HOUR_US), 7 + 11, UNICODE)).strip() == "◆    ◆    ◆"


def test_of_marks_in_one_column_the_gravest_is_drawn() -> None:
    marks = [MarkView(at_us=5, kind=kind, words="") for kind in reversed(KINDS)]
    assert plain(ticks(marks, (0, HOUR_US), 30, UNICODE)).strip() == UNICODE.page


def test_a_correction_covers_the_columns_of_its_period() -> None:
    mark = MarkView(at_us=-HOUR_US, kind="correction", words="", until_us=HOUR_US // 2)
    assert plain(ticks([mark], (0, HOUR_US), 7 + 11, UNICODE)).strip() == "≈" * 6


def test_what_lies_outside_the_curve_has_no_mark() -> None:
    assert ticks([MarkView(at_us=-1, kind="alert", words="")], (0, HOUR_US), 30, UNICODE) == ()


def test_every_kind_of_mark_has_a_glyph_of_its_own() -> None:
    for glyphs in (UNICODE, ASCII):
        assert len({glyph(kind, glyphs).text for kind in KINDS}) == len(KINDS)
