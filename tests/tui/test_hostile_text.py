"""Whatever an agent writes stays text: it draws nothing, runs nothing, and ends nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import msgspec
import pytest

from console import tui
from console.model import DirectiveKind
from console.tui.feed import OrderResult
from console.tui.screens.evidence import EvidenceScreen
from console.tui.screens.order import OrderDialog

from . import reviews
from .logs import piece
from .samples import EVIL, alert, miss, order, route, snapshot, source, store
from .stage import FakeFeed, console, front, press, refresh, screen_text, settle

SIZE = (120, 46)
WORD = "[@click=app.quit]x[/]"


ESCAPES = "\x1b]52;c;aGk=\x07 \x9b31m \u202e \x1b[2J"


def hostile(text: str = EVIL) -> FakeFeed:
    """Return a feed in which every text that an agent or a file name can reach is `text`."""
    stands = order(text, DirectiveKind.PAUSE, exit_met=True, overdue=(text,), not_seen=(text,))
    stands = msgspec.structs.replace(
        stands,
        directive=msgspec.structs.replace(
            stands.directive, reason=text, by=text, id=text, actions=(text,), changes=(text,)
        ),
    )
    view = route(
        text,
        "page",
        tier="low",
        owner=text,
        questions=tuple((text, text) for _ in range(5)),
        directives=(stands,),
        agents=(text,),
        approval_required=(text,),
        alerts=(
            alert(text, id=text, words=text, rules=(text,), runs=(text,), note=text, kind=text),
            alert(text, id="2", state="acknowledged", acknowledged_by=text, note=text),
        ),
    )
    rules = tuple(msgspec.structs.replace(rule, words=text) for rule in view.rules)
    feed = FakeFeed(
        snapshot(
            msgspec.structs.replace(view, rules=rules),
            sources=(source(path=text, note=text, format=text, state=text, rejected=1),),
            store=store(path=text, tampered=text),
        )
    )
    proof = msgspec.structs.replace(miss().evidence[0], file=text, line=text)
    feed.latest = (
        miss(text, text, error_class=text, rule=text, events=(text,), evidence=(proof,)),
    )
    feed.reviewed = reviews.of_words(text)
    feed.pieces = (piece(path=text, reason=text, begins=text),)
    feed.effect = msgspec.structs.replace(
        feed.effect, path=text, agents=(text,), warnings=(text,), refused=""
    )
    return feed


@pytest.mark.parametrize(
    "keys",
    [
        (),
        ("2",),
        ("5",),
        ("5", "enter"),
        ("7",),
        ("7", "enter"),
        ("7", "s"),
        ("enter",),
        ("enter", "enter"),
    ],
)
async def test_every_screen_shows_it_as_text(keys: tuple[str, ...]) -> None:
    async with console(hostile(), operator=EVIL, label=EVIL, banner=EVIL).run_test(
        size=SIZE
    ) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        assert "[/nope]" in screen_text(pilot)
        assert pilot.app.is_running


@pytest.mark.parametrize(
    "keys",
    [
        (),
        ("2",),
        ("5",),
        ("5", "enter"),
        ("enter",),
        ("enter", "enter"),
        ("a", "p"),
        ("a", "l"),
        ("2", "A"),
        ("7",),
        ("7", "enter"),
        ("7", "y"),
        ("7", "s"),
        ("7", "m"),
    ],
)
async def test_no_screen_passes_a_control_on_to_the_terminal(keys: tuple[str, ...]) -> None:
    async with console(hostile(ESCAPES), operator=ESCAPES, label=ESCAPES, banner=ESCAPES).run_test(
        size=SIZE
    ) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        seen = screen_text(pilot)
        assert "␛" in seen
        assert not any(char in seen for char in "\x1b\x07\x9b\u202e")


@pytest.mark.parametrize("verb", ["f", "t", "r", "p", "s", "l"])
async def test_every_dialog_shows_it_as_text(verb: str) -> None:
    feed = hostile()
    async with console(feed, operator=EVIL).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "a", verb)
        front(pilot, OrderDialog)
        assert WORD in screen_text(pilot)


async def test_conflicts_refusals_and_results_show_it_as_text() -> None:
    feed = hostile()
    async with console(feed, operator=EVIL).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "a", "p")
        feed.result = OrderResult(ok=False, sentence=EVIL, conflict=True, generation=18)
        feed.current = snapshot(msgspec.structs.replace(feed.current.routes[0], directives=()))
        await press(pilot, "ctrl+y")
        assert WORD in screen_text(pilot)
        feed.result = OrderResult(ok=True, sentence=EVIL, generation=19)
        await press(pilot, "ctrl+y")
        assert WORD in screen_text(pilot)


async def test_the_acknowledgement_and_its_answer_show_it_as_text() -> None:
    async with console(hostile()).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "A", *"[/x]", "ctrl+y")
        assert WORD in screen_text(pilot)


async def test_the_palette_goes_to_a_route_whose_name_is_markup() -> None:
    async with console(hostile()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *"nope")
        assert "[/nope]" in screen_text(pilot)


async def test_a_first_run_shows_it_as_text() -> None:
    feed = hostile()
    feed.current = msgspec.structs.replace(feed.current, routes=(), settings_path=EVIL)
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert WORD in screen_text(pilot)


async def test_a_filter_shows_it_as_text() -> None:
    async with console(hostile()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"[/nope]", "enter")
        assert "filter [/nope]" in screen_text(pilot)


@pytest.mark.parametrize(
    "keys",
    [(), ("2",), ("5",), ("5", "enter"), ("7",), ("7", "enter"), ("enter",), ("enter", "enter")],
)
async def test_a_click_on_it_runs_nothing(keys: tuple[str, ...]) -> None:
    feed = hostile()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        for y, text in enumerate(screen_text(pilot).splitlines()):
            if WORD[:10] in text:
                await pilot.click(offset=(text.index(WORD[:10]) + 17, y))
        await refresh(pilot)
        assert pilot.app.is_running
        assert pilot.app.return_code is None
        assert feed.orders == []


async def test_evidence_is_copied_as_it_is() -> None:
    async with console(hostile()).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "enter", "c")
        front(pilot, EvidenceScreen)
        assert WORD in pilot.app.clipboard


async def test_the_place_of_a_piece_is_copied_as_text() -> None:
    async with console(hostile()).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "5", "c")
        assert pilot.app.clipboard == f"{EVIL}:1902"


FILES = sorted(Path(tui.__file__).parent.rglob("*.py"))


def _keyword(call: ast.Call, name: str) -> object:
    found = next((each.value for each in call.keywords if each.arg == name), None)
    return found.value if isinstance(found, ast.Constant) else None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_source_file_hands_text_to_a_widget_that_reads_markup(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in ("notify", "Static", "Label"):
            assert _keyword(node, "markup") is False, f"{path.name}:{node.lineno} {name}"
        assert name not in ("from_markup", "RichLog", "DataTable"), f"{path.name}:{node.lineno}"
