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

from .samples import EVIL, alert, miss, order, route, snapshot, source, store
from .stage import FakeFeed, console, front, press, refresh, screen_text, settle

SIZE = (120, 46)
WORD = "[@click=app.quit]x[/]"


def hostile() -> FakeFeed:
    """Return a feed in which every text that an agent or a file name can reach is markup."""
    stands = order(EVIL, DirectiveKind.PAUSE, exit_met=True, overdue=(EVIL,), not_seen=(EVIL,))
    stands = msgspec.structs.replace(
        stands,
        directive=msgspec.structs.replace(
            stands.directive, reason=EVIL, by=EVIL, id=EVIL, actions=(EVIL,), changes=(EVIL,)
        ),
    )
    view = route(
        EVIL,
        "page",
        tier="low",
        owner=EVIL,
        questions=tuple((EVIL, EVIL) for _ in range(5)),
        directives=(stands,),
        agents=(EVIL,),
        approval_required=(EVIL,),
        alerts=(
            alert(EVIL, id=EVIL, words=EVIL, rules=(EVIL,), runs=(EVIL,), note=EVIL, kind=EVIL),
            alert(EVIL, id="2", state="acknowledged", acknowledged_by=EVIL, note=EVIL),
        ),
    )
    rules = tuple(msgspec.structs.replace(rule, words=EVIL) for rule in view.rules)
    feed = FakeFeed(
        snapshot(
            msgspec.structs.replace(view, rules=rules),
            sources=(source(path=EVIL, note=EVIL),),
            store=store(path=EVIL, tampered=EVIL),
        )
    )
    proof = msgspec.structs.replace(miss().evidence[0], file=EVIL, line=EVIL)
    feed.latest = (
        miss(EVIL, EVIL, error_class=EVIL, rule=EVIL, events=(EVIL,), evidence=(proof,)),
    )
    feed.effect = msgspec.structs.replace(
        feed.effect, path=EVIL, agents=(EVIL,), warnings=(EVIL,), refused=""
    )
    return feed


@pytest.mark.parametrize("keys", [(), ("2",), ("enter",), ("enter", "enter")])
async def test_every_screen_shows_it_as_text(keys: tuple[str, ...]) -> None:
    async with console(hostile(), operator=EVIL, label=EVIL, banner=EVIL).run_test(
        size=SIZE
    ) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        assert "[/nope]" in screen_text(pilot)
        assert pilot.app.is_running


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


@pytest.mark.parametrize("keys", [(), ("2",), ("enter",), ("enter", "enter")])
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
