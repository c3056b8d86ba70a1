"""Small and poor terminals: less is shown, never nothing, and never by colour alone."""

from __future__ import annotations

import pytest

from console.tui.figures.glyphs import ASCII, UNICODE
from console.tui.figures.spans import Tone
from console.tui.figures.states import standing
from console.tui.theme import style_of

from .logs import feed
from .samples import HEALTHS, route
from .stage import FakeFeed, console, press, screen_text, settle

VIEWS = {
    "fleet": (),
    "alerts": ("2",),
    "route": ("j", "enter"),
    "evidence": ("j", "enter", "enter"),
    "sources": ("5",),
    "pieces": ("5", "j", "j", "enter"),
    "menu": ("j", "a"),
    "pause": ("j", "a", "p"),
    "lift": ("j", "a", "l", "ctrl+y"),
    "acknowledge": ("2", "A"),
    "help": ("question_mark",),
    "hold": ("space",),
    "past": ("left_square_bracket",),
    "go-to": ("t",),
    "export": ("e",),
    "followed": ("j", "a", "p", "ctrl+y"),
    "review": ("7",),
    "reviewed": ("7", "enter", "tab"),
    "sign": ("7", "s"),
    "correct": ("7", "j", "j", "y"),
    "journal": ("n", "M"),
}


@pytest.mark.parametrize("size", [(18, 5), (19, 24), (80, 5)])
async def test_the_smallest_screens_keep_the_worst_route_in_one_line(size: tuple[int, int]) -> None:
    async with console(FakeFeed()).run_test(size=size) as pilot:
        await settle(pilot)
        seen = screen_text(pilot)
        assert seen.startswith("■ HARD STOP wire")
        assert seen.strip().count("\n") == 0


@pytest.mark.parametrize("size", [(60, 20), (50, 8), (40, 12), (24, 7)])
async def test_small_screens_show_state_and_route(size: tuple[int, int]) -> None:
    async with console(FakeFeed()).run_test(size=size) as pilot:
        await settle(pilot)
        seen = screen_text(pilot)
        assert "HARD STOP" in seen
        assert "PAGE" in seen


@pytest.mark.parametrize("size", [(1, 1), (10, 3), (20, 6), (30, 10), (300, 90)])
@pytest.mark.parametrize("view", VIEWS)
async def test_no_size_is_refused_by_any_view(view: str, size: tuple[int, int]) -> None:
    async with console(feed()).run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, *VIEWS[view])
        assert pilot.app.is_running


async def test_a_terminal_that_shrinks_and_grows_is_followed() -> None:
    async with console(FakeFeed()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        wide = screen_text(pilot)
        await pilot.resize_terminal(40, 12)
        await settle(pilot)
        assert "owner" not in screen_text(pilot)
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        assert screen_text(pilot) == wide


@pytest.mark.parametrize("view", VIEWS)
async def test_an_ascii_console_draws_nothing_else(view: str) -> None:
    async with console(feed(), ascii_only=True).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, *VIEWS[view])
        strange = {char for char in screen_text(pilot) if not char.isascii()}
        assert strange == set()


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_every_state_has_a_word_and_a_glyph_of_its_own(glyphs: object) -> None:
    stands = [standing(route("r", health, data="live"), glyphs) for health in HEALTHS]  # type: ignore[arg-type]
    assert len({stand.word for stand in stands}) == len(HEALTHS)
    assert len({stand.glyph for stand in stands}) == len(HEALTHS)


def test_only_states_that_are_fine_have_the_colour_of_fine() -> None:
    fine = [h for h in HEALTHS if standing(route("r", h), UNICODE).tone is Tone.OK]
    assert fine == ["healthy"]


async def test_no_color_means_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with console(FakeFeed()).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "j", "a", "p")
        colours = {
            str(colour.name)
            for strip in pilot.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style
            for colour in (segment.style.color, segment.style.bgcolor)
            if colour is not None
        }
        assert colours == {"default"}


def test_without_colour_alarms_still_stand_out() -> None:
    assert "reverse" in style_of(Tone.PAGE, colourless=True)
    assert "$" not in "".join(style_of(tone, colourless=True) for tone in Tone)


@pytest.mark.parametrize("name", ["burnline-dark", "burnline-light", "nord", "ansi-dark"])
async def test_every_theme_can_be_worn(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_THEME", name)
    async with console(FakeFeed()).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "j", "enter")
        assert pilot.app.theme == name
        assert "refunds" in screen_text(pilot)


@pytest.mark.parametrize("wanted", [True, False])
async def test_animations_can_be_switched_off(wanted: bool) -> None:
    async with console(FakeFeed(), animations=wanted).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert (pilot.app.animation_level == "none") is not wanted
