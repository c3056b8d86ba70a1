"""The journal: what was said stays, when its toast is gone."""

from __future__ import annotations

import msgspec

from console.tui.journal import KEPT, Journal
from console.tui.screens.fleet import FleetScreen
from console.tui.screens.journal import JournalScreen

from .samples import EVIL, route, snapshot
from .stage import FakeFeed, console, front, press, refresh, screen_text, settle

SIZE = (120, 30)
WORD = "[@click=app.quit]x[/]"


async def test_a_toast_is_still_in_the_journal() -> None:
    async with console(FakeFeed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "n", "M")
        front(pilot, JournalScreen)
        assert "No later alert." in screen_text(pilot)


async def test_an_order_and_its_generation_are_in_the_journal() -> None:
    async with console(FakeFeed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "j", "a", "p", "ctrl+y", "M")
        assert "Order is durable as generation 18." in screen_text(pilot)


async def test_a_store_that_does_not_answer_is_noted_once_and_so_is_its_return() -> None:
    feed = FakeFeed()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        feed.trouble = "database is locked"
        for _ in range(3):
            await refresh(pilot)
        feed.trouble = ""
        await refresh(pilot)
        await press(pilot, "M")
        seen = screen_text(pilot)
        assert "Journal 2" in seen
        assert "database is locked (3 times)" in seen
        assert seen.index("The store answers again.") < seen.index("database is locked")


async def test_the_journal_can_be_read_while_the_store_cannot() -> None:
    feed = FakeFeed()
    feed.trouble = "no such file"
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "M")
        assert "error       no such file" in screen_text(pilot)


async def test_a_page_that_opens_is_noted_also_without_the_bell() -> None:
    feed = FakeFeed(snapshot(route("refunds")))
    async with console(feed, bell=False).run_test(size=SIZE) as pilot:
        await settle(pilot)
        feed.current = snapshot(route("refunds", "page"))
        await refresh(pilot)
        await press(pilot, "M")
        assert "Page al-refunds on refunds." in screen_text(pilot)


async def test_an_entry_is_copied_and_the_journal_left() -> None:
    async with console(FakeFeed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "n", "M", "M", "c")
        assert pilot.app.clipboard == "No later alert."
        await press(pilot, "q")
        front(pilot, FleetScreen)


async def test_hostile_words_stay_text() -> None:
    feed = FakeFeed()
    feed.result = msgspec.structs.replace(feed.result, ok=False, sentence=EVIL + "\x1b]52;c;aa\x07")
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "j", "a", "p", "ctrl+y", "escape", "M")
        seen = screen_text(pilot)
        assert WORD in seen
        assert "\x1b" not in seen


def test_only_the_latest_are_kept_and_the_same_words_are_counted() -> None:
    journal = Journal()
    for number in range(KEPT + 10):
        journal.add(f"line {number}", "error", number)
    journal.add(f"line {KEPT + 9}", "error", 7)
    assert len(journal.entries) == KEPT
    assert journal.entries[0][1:] == (7, "error", f"line {KEPT + 9}", 2)
    assert len({entry.number for entry in journal.entries}) == KEPT
