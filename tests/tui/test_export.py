"""Exports, the clipboard, memories and themes: what outlives the screen, and harms nobody."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.tui.export import Sheet, harmless
from console.tui.keeping import CLIPBOARD_BYTES
from console.tui.screens.alerts import AlertsScreen
from console.tui.screens.fleet import FleetScreen
from console.tui.theme import NAMES

from .samples import EVIL, route, snapshot
from .stage import FakeFeed, console, front, press, screen_text, settle

SIZE = (100, 30)


class FakeFiles:
    """Keeps in memory what the console would write."""

    def __init__(self, known: dict[str, object] | None = None, trouble: str = "") -> None:
        self.known = known or {}
        self.trouble = trouble
        self.written: dict[str, bytes] = {}

    def remembered(self) -> tuple[dict[str, object], str]:
        return dict(self.known), self.trouble

    def remember(self, what: dict[str, object]) -> None:
        self.known = what

    def export(self, name: str, ending: str, data: bytes) -> str:
        self.written[f"{name}.{ending}"] = data
        return f"/exports/{name}.{ending}"


@pytest.mark.parametrize(
    ("key", "ending"), [("c", "csv"), ("o", "json"), ("m", "md"), ("p", "svg")]
)
async def test_the_view_is_exported_as_it_is_filtered_and_its_name_is_told(
    key: str, ending: str
) -> None:
    files = FakeFiles()
    async with console(FakeFeed(), files=files).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"kyc", "enter", "e", key)
        name = f"burnline-routes-20261124-140207.{ending}"
        assert list(files.written) == [name]
        assert b"kyc-review" in files.written[name]
        assert b"wire-transfers" not in files.written[name]
        assert f"/exports/{name}" in screen_text(pilot)


async def test_the_misses_of_a_route_are_exported() -> None:
    files = FakeFiles()
    async with console(FakeFeed(), files=files).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "j", "enter", "e", "o")
        (data,) = files.written.values()
        assert {row["run"] for row in json.loads(data)["rows"]} == {"r-118", "r-121"}


async def test_an_export_that_cannot_be_written_says_why() -> None:
    async with console(FakeFeed()).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "e", "c")
        assert "Not written: this console writes no files" in screen_text(pilot)


async def test_an_export_that_is_left_writes_nothing() -> None:
    files = FakeFiles()
    async with console(FakeFeed(), files=files).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "e", "escape")
        assert files.written == {}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_cell_of_a_csv_is_a_formula(sign: str) -> None:
    for text in (f"{sign}1+1", f"  {sign}cmd"):
        assert harmless(text).startswith("'") or text[0] == " " or harmless(text)[0] not in "=+-@"
        assert not harmless(text).lstrip().startswith(tuple("=+-@＝＋－＠"))


@given(st.lists(st.tuples(st.text(max_size=20), st.none() | st.fractions()), max_size=5))
def test_a_csv_is_read_back_row_by_row(rows: list[tuple[str, Fraction | None]]) -> None:
    data = Sheet("Routes", ("name", "burn"), tuple(rows)).write("csv").decode()
    found = list(csv.reader(io.StringIO(data, newline="")))
    assert found[0] == ["name", "burn"]
    assert [row[0] for row in found[1:]] == [harmless(name) for name, _ in rows]


@given(st.text(max_size=40))
def test_nothing_in_a_markdown_cell_is_markup(text: str) -> None:
    page = Sheet("Routes", ("name",), ((text,),)).write("markdown").decode()
    cell = page.splitlines()[4].removeprefix("| ").removesuffix(" |")
    at = 0
    while at < len(cell):
        assert cell[at] not in "`*_<>[]|"
        at += 2 if cell[at] == "\\" else 1


@given(st.text(max_size=40))
def test_a_json_export_is_json(text: str) -> None:
    rows = ((text, Fraction(1, 3)), ("", None))
    found = json.loads(Sheet("Routes", ("name", "burn"), rows).write("json"))
    assert found["rows"][1] == {"name": "", "burn": None}


async def test_c_copies_what_the_row_is_known_by() -> None:
    async with console(FakeFeed()).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "c")
        assert pilot.app.clipboard == "wire-transfers"
        assert "Copied 14 characters." in screen_text(pilot)


async def test_what_is_too_long_for_a_clipboard_goes_into_a_file() -> None:
    files = FakeFiles()
    long = "r" * (CLIPBOARD_BYTES + 1)
    app = console(FakeFeed(snapshot(route(long))), files=files)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "c")
        assert app.clipboard == ""
        assert list(files.written.values()) == [long.encode()]


async def test_a_session_begins_as_the_last_one_ended() -> None:
    files = FakeFiles()
    async with console(FakeFeed(), files=files).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"kyc", "enter", "o", "O", "T", "2")
        ended = pilot.app.theme
    async with console(FakeFeed(), files=files).run_test(size=SIZE) as pilot:
        await settle(pilot)
        front(pilot, AlertsScreen)
        assert pilot.app.theme == ended == NAMES["light"]
        await press(pilot, "1")
        seen = screen_text(pilot)
        assert "filter kyc" in seen
        assert "1 of 12" in seen
        assert "reversed" in seen


@pytest.mark.parametrize(
    "known",
    [
        {"console": 7, "Routes": [1]},
        {"console": {"view": EVIL, "theme": EVIL}, "Routes": {"sort": EVIL, "filter": 3}},
        {"Routes": {"sort": None, "reversed": "x", "filter": "x" * 5_000}},
    ],
)
async def test_a_memory_that_makes_no_sense_changes_nothing(known: dict[str, object]) -> None:
    async with console(FakeFeed(), files=FakeFiles(known)).run_test(size=SIZE) as pilot:
        await settle(pilot)
        front(pilot, FleetScreen)
        assert "Routes 12" in screen_text(pilot)


async def test_a_memory_that_was_ignored_is_said() -> None:
    files = FakeFiles(trouble="console.json is ignored: it is broken")
    async with console(FakeFeed(), files=files).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        assert "console.json is ignored" in screen_text(pilot)


@pytest.mark.parametrize("name", NAMES)
async def test_every_theme_can_be_asked_for(name: str) -> None:
    async with console(FakeFeed(), theme=name, label="PROD").run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "j", "enter")
        assert pilot.app.theme == NAMES[name]
        assert " PROD " in screen_text(pilot)


async def test_a_filter_survives_navigation() -> None:
    async with console(FakeFeed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"kyc", "enter", "enter", "escape", "2", "1")
        assert "filter kyc" in screen_text(pilot)


async def test_what_is_replayed_goes_faster_and_slower() -> None:
    factors: list[float] = []
    async with console(FakeFeed(), pace=factors.append).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "plus", "minus")
        assert factors == [2, 0.5]


async def test_a_live_console_has_no_pace() -> None:
    async with console(FakeFeed()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert all(
            each.binding.id not in ("time.faster", "time.slower") or not each.enabled
            for each in pilot.app.screen.active_bindings.values()
        )
