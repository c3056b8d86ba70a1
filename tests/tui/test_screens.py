"""What is on the screen, to the character, on terminals of four sizes.

`BURNLINE_UPDATE_SCREENS=1` writes the goldens anew; read the difference before it is committed.
"""

from __future__ import annotations

import pytest

from .logs import feed
from .particulars import acts, incident
from .reviews import idle, review
from .samples import route, snapshot
from .stage import FakeFeed, assert_golden, console, press, settle

SIZES = {"120x40": (120, 40), "80x24": (80, 24), "60x20": (60, 20), "40x12": (40, 12)}
VIEWS = {
    "fleet": (),
    "alerts": ("2",),
    "route": ("j", "enter"),
    "evidence": ("j", "enter", "enter"),
    "sources": ("5", "j", "j"),
    "pieces": ("5", "j", "j", "enter"),
    "past": ("left_square_bracket",),
    "journal": ("j", "a", "p", "ctrl+y", "M"),
    "menu": ("j", "a"),
    "export": ("e",),
    "go-to": ("t",),
    "help": ("question_mark",),
    "pause": ("j", "a", "p"),
    "lift": ("j", "a", "l"),
}
IN_AN_INCIDENT = {
    "incident": (),
    "notified": ("2", "j"),
    "experienced": ("j", "enter", "x"),
    "misses": ("3",),
    "run": ("3", "enter"),
    "orders": ("4",),
    "audit": ("4", "u"),
    "approvals": ("6",),
    "review": ("7",),
    "route-review": ("7", "enter"),
    "failures": ("7", "enter", "tab", "tab", "tab", "tab", "tab"),
    "sign": ("7", "s"),
    "correct": ("7", "j", "j", "y"),
    "silence": ("2", "j", "s"),
    "close": ("2", "X"),
    "grant": ("6", "y"),
}
"""The screens of an incident, each by the keys that lead to it."""
NOTHING = {
    "misses": ("3",),
    "orders": ("4",),
    "audit": ("4", "u"),
    "approvals": ("6",),
    "review": ("7",),
    "route-review": ("j", "enter", "w"),
    "journal": ("M",),
}


def quiet() -> FakeFeed:
    """Return a feed in which nothing has happened yet."""
    found = FakeFeed(snapshot(route("refunds"), route("kyc", "no data")))
    found.reviewed = review([idle("refunds"), idle("kyc")])
    found.latest, found.acts = (), acts(rows=(), total=0, words="the audit is empty")
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", VIEWS)
async def test_a_view_looks_as_agreed(view: str, size: str) -> None:
    async with console(feed(), label="PROD").run_test(size=SIZES[size]) as pilot:
        await settle(pilot)
        await press(pilot, *VIEWS[view])
        assert_golden(pilot, f"{view}-{size}")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", IN_AN_INCIDENT)
async def test_a_view_of_an_incident_looks_as_agreed(view: str, size: str) -> None:
    async with console(FakeFeed(incident()), label="PROD").run_test(size=SIZES[size]) as pilot:
        await settle(pilot)
        await press(pilot, *IN_AN_INCIDENT[view])
        assert_golden(pilot, f"{view}-{size}")


@pytest.mark.parametrize("view", IN_AN_INCIDENT)
async def test_no_word_of_an_incident_is_lost_without_colour(
    view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with console(FakeFeed(incident()), label="PROD").run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, *IN_AN_INCIDENT[view])
        assert pilot.app.no_color
        assert_golden(pilot, f"{view}-80x24")


@pytest.mark.parametrize("view", VIEWS)
async def test_no_word_of_a_view_is_lost_without_colour(
    view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with console(feed(), label="PROD").run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, *VIEWS[view])
        assert pilot.app.no_color
        assert_golden(pilot, f"{view}-80x24")


@pytest.mark.parametrize("view", NOTHING)
async def test_a_view_with_nothing_in_it_says_so_as_agreed(view: str) -> None:
    async with console(quiet()).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, *NOTHING[view])
        assert_golden(pilot, f"{view}-empty-80x24")


@pytest.mark.parametrize("view", ["fleet", "route", "sources", "pause"])
async def test_a_view_looks_as_agreed_in_ascii(view: str) -> None:
    app = console(feed(), ascii_only=True, read_only=view == "fleet")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, *VIEWS[view])
        assert_golden(pilot, f"{view}-ascii-80x24")


async def test_a_first_run_looks_as_agreed() -> None:
    app = console(FakeFeed(snapshot()), banner="demo: sample logs, nothing here is real")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert_golden(pilot, "first-run-80x24")
