"""The sources screen: every log file, those with trouble first, and what was refused of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from console.snapshot.types import UnknownEvent
from console.tui.screens.fleet import FleetScreen
from console.tui.screens.refused import RefusedScreen
from console.tui.screens.sources import SourcesScreen
from console.tui.widgets.cursor_list import CursorList

from .logs import CLAUDE, REFUNDS, feed, piece
from .samples import fleet, source
from .stage import FakeFeed, console, front, press, refresh, screen_text, settle

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from console.snapshot.types import RefusedView

WIDE = (120, 40)


def cursor(pilot: Pilot[None]) -> str:
    """Return the path under the cursor."""
    return str(pilot.app.screen.query_one(CursorList).cursor_key).partition("\0")[0]


async def test_files_come_with_trouble_first_and_each_state_has_its_word() -> None:
    async with console(feed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        seen = screen_text(pilot)
        words = (
            "✗ UNREADABLE",
            "◆ GONE",
            "◇ read",
            "△ behind",
            "? unrecognised",
            "● read",
            "– gone",
        )
        places = [seen.index(word) for word in words]
        assert places == sorted(places)


async def test_the_title_adds_up_all_files() -> None:
    async with console(feed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        seen = screen_text(pilot)
        assert "Log files 7 · 11k lines · 3 rejected · 53kB behind in 1 · 63kB gone unread" in seen


async def test_how_far_behind_a_file_is_stands_in_bytes_and_as_a_share() -> None:
    late = source(state="behind", size=63_000, offset=9_450)
    async with console(feed(late)).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        assert "53kB   85%" in screen_text(pilot)
        assert "byte 9450 of 63000 (85% unread)" in screen_text(pilot)


async def test_an_unknown_event_stands_below_its_file_with_the_name_that_was_meant() -> None:
    slip = UnknownEvent(event="run.deliverd", lines=12, meant="run.delivered")
    async with console(feed(source(unknown=(slip,)))).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        words = "12 lines with unknown event `run.deliverd`; did you mean run.delivered?"
        assert words in screen_text(pilot)


async def test_a_long_path_is_cut_in_the_middle_so_that_its_end_shows() -> None:
    async with console(feed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        assert "/home/dana/.claud…/8f1c2d7e-claims-intake.jsonl" in screen_text(pilot)
        await press(pilot, "j", "j", "j")
        assert CLAUDE in screen_text(pilot)


async def test_what_was_refused_of_the_chosen_file_stands_below_the_list() -> None:
    async with console(feed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        assert "this is not JSON" not in screen_text(pilot)
        await press(pilot, "j", "j")
        seen = screen_text(pilot)
        assert cursor(pilot) == REFUNDS
        for part in ("1902", "418220", "this is not JSON: the object is not closed", '{"ts":0}'):
            assert part in seen


async def test_enter_shows_each_piece_and_q_leads_back() -> None:
    async with console(feed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5", "j", "j", "enter", "G")
        assert front(pilot, RefusedScreen).path == REFUNDS
        seen = screen_text(pilot)
        assert f"{REFUNDS}:1902 (byte 418220) this is not JSON" in seen
        assert '"event":"uncer' in seen
        await press(pilot, "enter", "q")
        front(pilot, SourcesScreen)
        assert cursor(pilot) == REFUNDS


async def test_c_copies_file_and_line_of_the_piece_under_the_cursor() -> None:
    async with console(feed()).run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "5", "j", "j", "c")
        assert pilot.app.clipboard == f"{REFUNDS}:17"
        await press(pilot, "enter", "j", "c")
        assert pilot.app.clipboard == f"{REFUNDS}:404"


async def test_c_copies_the_path_of_a_file_of_which_nothing_was_refused() -> None:
    async with console(feed(source())).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5", "c")
        assert pilot.app.clipboard == source().path


async def test_files_are_filtered_and_sorted_like_routes() -> None:
    async with console(feed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5", "slash", *"behind>50% !gone", "enter")
        assert cursor(pilot) == CLAUDE
        assert "1 of 7" in screen_text(pilot)
        await press(pilot, "escape", "o", "g")
        assert "by file" in screen_text(pilot)
        assert cursor(pilot) == CLAUDE


@pytest.mark.parametrize("keys", [("5",), ("5", "j", "j", "enter")])
async def test_every_column_can_be_sorted_by_in_both_directions(keys: tuple[str, ...]) -> None:
    async with console(feed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        before = pilot.app.screen.query_one(CursorList).position[1]
        for _ in SourcesScreen.COLUMNS:
            await press(pilot, "o", "O")
        assert pilot.app.screen.query_one(CursorList).position[1] == before


async def test_the_cursor_stays_on_its_file_when_a_refresh_moves_the_row() -> None:
    played = feed(source(path="/a.jsonl", rejected=1), source(path="/b.jsonl"))
    async with console(played).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5", "j")
        assert cursor(pilot) == "/b.jsonl"
        files = (source(path="/a.jsonl"), source(path="/b.jsonl", rejected=9))
        played.current = msgspec.structs.replace(fleet(), sources=files)
        await refresh(pilot)
        assert cursor(pilot) == "/b.jsonl"


async def test_a_rotated_log_and_its_successor_are_two_rows() -> None:
    async with console(feed(source(), source(state="gone"))).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        assert pilot.app.screen.query_one(CursorList).position == (1, 2)
        await press(pilot, "j")
        await refresh(pilot)
        assert pilot.app.screen.query_one(CursorList).position == (2, 2)


async def test_pieces_are_fetched_again_only_when_more_was_refused() -> None:
    played = feed(source(path=REFUNDS, rejected=3))
    async with console(played).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        played.pieces = (piece(reason="a new reason"),)
        await refresh(pilot)
        assert "a new reason" not in screen_text(pilot)
        played.current = msgspec.structs.replace(
            fleet(), sources=(source(path=REFUNDS, rejected=4),)
        )
        await refresh(pilot)
        assert "a new reason" in screen_text(pilot)


async def test_pieces_that_cannot_be_read_leave_the_files_standing() -> None:
    class Blind(FakeFeed):
        def refused(self, limit: int) -> tuple[RefusedView, ...]:
            raise OSError("quarantine is corrupt")

    files = (source(path=REFUNDS, rejected=3),)
    blind = Blind(msgspec.structs.replace(fleet(), sources=files))
    async with console(blind).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        assert REFUNDS in screen_text(pilot)
        assert "What was refused cannot be read: quarantine is corrupt" in screen_text(pilot)
        await press(pilot, "enter")
        assert "What was refused cannot be read: quarantine is corrupt" in screen_text(pilot)


async def test_a_file_whose_pieces_are_out_of_reach_says_so() -> None:
    played = feed(source(path="/z.jsonl", rejected=12))
    async with console(played).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        assert "12 pieces were refused; none of them is among the first" in screen_text(pilot)


async def test_without_any_log_file_the_screen_says_what_to_do() -> None:
    empty = FakeFeed(msgspec.structs.replace(fleet(), sources=()))
    async with console(empty).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        seen = screen_text(pilot)
        for part in ("No log file was found.", "burnline watch DIR", "burnline doctor"):
            assert part in seen


async def test_a_store_that_cannot_be_read_is_said_here_too() -> None:
    played = feed()
    played.trouble = "unable to open database file"
    async with console(played).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        assert "The store cannot be read." in screen_text(pilot)


async def test_the_palette_leads_to_the_sources_and_q_back_to_the_fleet() -> None:
    async with console(feed()).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *"sources", "enter")
        await settle(pilot)
        front(pilot, SourcesScreen)
        await press(pilot, "q")
        front(pilot, FleetScreen)


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_small_terminals_keep_state_name_and_what_was_rejected(size: tuple[int, int]) -> None:
    async with console(feed()).run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        seen = screen_text(pilot)
        assert "UNREADABLE" in seen
        assert "mail.jsonl" in seen
        assert "rejected" in seen
        assert "cannot be read:" in seen


async def test_no_colour_means_no_colour_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with console(feed()).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "5", "j", "j")
        seen = screen_text(pilot)
        assert "✗ UNREADABLE" in seen
        colours = {
            segment.style.color.name
            for strip in pilot.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style and segment.style.color
        }
        assert colours <= {"default"}


async def test_events_that_came_too_late_are_counted_in_the_title_and_below() -> None:
    played = feed(source(path=REFUNDS, late=7))
    async with console(played).run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        assert screen_text(pilot).count("7 too late") == 2
