"""The misses of all routes: found by the filter, shown with all that their run logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.model import HOUR_US, MINUTE_US
from console.tui import pager
from console.tui.app import ConsoleApp
from console.tui.screens.evidence import EvidenceScreen
from console.tui.screens.misses import MissesScreen
from console.tui.screens.route import RouteScreen
from console.tui.screens.view import View

from .particulars import incident, moment
from .samples import NOW, miss, route, snapshot
from .stage import FakeFeed, console, front, press, refresh, screen_text, settle

if TYPE_CHECKING:
    from console.snapshot.types import MissView, Snapshot
    from console.tui.frame import Frame

SIZE = (120, 30)


def several() -> FakeFeed:
    """Return a feed with misses of several routes, classes and ages."""
    feed = FakeFeed(incident())
    feed.latest = (
        miss(run="r-1"),
        miss("kyc-review", "k-7", error_class="trust", at_us=NOW - 40 * MINUTE_US),
        miss("claims-intake", "c-9", error_class="latency", at_us=NOW - 5 * HOUR_US),
    )
    return feed


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("class:trust", ["k-7"]),
        ("route:claims", ["c-9"]),
        ("age<2h", ["r-1", "k-7"]),
        ("age>30m !kyc", ["c-9"]),
        ("run:r-1", ["r-1"]),
    ],
)
async def test_misses_are_found_by_class_route_and_time(query: str, left: list[str]) -> None:
    async with console(several()).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "3", "slash")
        pilot.app.screen.query_one("#filter").value = query  # type: ignore[attr-defined]
        await press(pilot, "enter")
        seen = screen_text(pilot)
        assert [run for run in ("r-1", "k-7", "c-9") if f" {run} " in seen] == left


async def test_a_miss_leads_to_its_run_and_to_its_route() -> None:
    feed = several()
    feed.moments = (
        moment("run.started", 50 * MINUTE_US, "sla_s=600", run="k-7"),
        moment("action.taken", 45 * MINUTE_US, "action=id.read", run="k-7-look"),
    )
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "3", "j", "enter")
        front(pilot, EvidenceScreen)
        seen = screen_text(pilot)
        assert "run.started sla_s=600" in seen
        assert "(k-7-look) action=id.read" in seen
        await press(pilot, "q", "r")
        assert front(pilot, RouteScreen).route == "kyc-review"


async def test_the_miss_stands_in_the_timeline_at_its_own_instant() -> None:
    async with console(FakeFeed(incident())).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "3", "enter")
        seen = screen_text(pilot)
        places = [seen.index(text) for text in ("action.taken", "escalation miss n", "trusted=no")]
        assert places == sorted(places)


async def test_a_run_that_cannot_be_read_is_said_and_the_evidence_stays() -> None:
    feed = several()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "3")
        feed.trouble = "the store is locked"
        await press(pilot, "enter")
        seen = screen_text(pilot)
        assert "The run cannot be read: the store is locked" in seen
        assert "refunds.jsonl:1902 (byte 418220)" in seen


async def test_misses_that_cannot_be_read_anew_stay_and_are_called_old() -> None:
    feed = several()
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "3", "slash")
        screen = front(pilot, MissesScreen)
        screen.charged.again()
        feed.trouble = "the store is locked"
        screen.redraw()
        await settle(pilot)
        seen = screen_text(pilot)
        assert "not read anew: the store is locked" in seen
        assert " k-7 " in seen
        feed.trouble = ""
        await refresh(pilot)
        assert "not read anew" not in screen_text(pilot)


async def test_a_log_that_is_gone_is_not_opened_but_named() -> None:
    async with console(several()).run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "3", "enter", "o")
        assert "The file is not there any more" in " ".join(screen_text(pilot).split())


@pytest.mark.parametrize(
    ("wanted", "command"),
    [
        ("", ["less", "+17", "-+R", "-+r", "--", "/l/a b.jsonl"]),
        ("less -S", ["less", "-S", "+17", "-+R", "-+r", "--", "/l/a b.jsonl"]),
        ("/usr/bin/nvim -R", ["/usr/bin/nvim", "-R", "+17", "/l/a b.jsonl"]),
        ("bat --plain", ["bat", "--plain", "/l/a b.jsonl"]),
    ],
)
def test_the_pager_is_started_at_the_line_and_without_a_shell(
    wanted: str, command: list[str]
) -> None:
    assert pager.command("/l/a b.jsonl", 17, {"PAGER": wanted}) == command


def test_a_pager_with_an_open_quote_is_refused() -> None:
    with pytest.raises(ValueError, match="quot"):
        pager.command("/l/a", 1, {"PAGER": 'less "'})


@pytest.mark.parametrize("keys", [("3",), ("enter",)], ids=["of all", "of a route"])
async def test_misses_come_with_the_picture_that_changed_them(keys: tuple[str, ...]) -> None:
    feed = Counted(snapshot(route("refunds", "page")))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        feed.calls.clear()
        feed.latest = (miss(run="r-999"),)
        feed.current = snapshot(route("refunds", "page", last_miss_us=NOW))
        app = pilot.app
        assert isinstance(app, ConsoleApp)
        drawn: list[bool] = []

        def look(frame: Frame) -> None:
            if frame.shown is feed.current:  # the clock moves on meanwhile, and draws as well
                drawn.append("r-999" in _held(app))

        app.watch(app, "frame", look, init=False)
        await refresh(pilot)
        assert set(drawn) == {True}
        assert feed.calls == ["snapshot", "misses"]


async def test_misses_do_not_come_with_a_picture_that_is_not_on_show() -> None:
    feed = Counted(snapshot(route("refunds", "page")))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "3", "space")
        feed.calls.clear()
        feed.latest = (miss(run="r-999"),)
        feed.current = snapshot(route("refunds", "page", last_miss_us=NOW))
        await refresh(pilot)
        assert feed.calls == ["snapshot"]
        assert "r-999" not in screen_text(pilot)
        await press(pilot, "space")
        assert "r-999" in screen_text(pilot)


async def test_misses_that_did_not_come_with_it_are_asked_for_and_the_reason_is_shown() -> None:
    feed = Counted(snapshot(route("refunds", "page")))
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "3")
        feed.unread = "the store is locked"
        feed.current = snapshot(route("refunds", "page", last_miss_us=NOW))
        await refresh(pilot)
        assert "not read anew: the store is locked" in screen_text(pilot)


class Counted(FakeFeed):
    """Notes what it is asked for; `unread` makes only misses fail."""

    def __init__(self, current: Snapshot) -> None:
        super().__init__(current)
        self.calls: list[str] = []
        self.unread = ""

    def snapshot(self) -> Snapshot:
        self.calls.append("snapshot")
        return super().snapshot()

    def misses(
        self, route: str | None, limit: int, until_us: int | None = None
    ) -> tuple[MissView, ...]:
        self.calls.append("misses")
        if self.unread:
            raise OSError(self.unread)
        return super().misses(route, limit, until_us)


def _held(app: ConsoleApp) -> set[str]:
    """Return the runs whose misses the view in front has."""
    view = app.screen
    assert isinstance(view, View)
    assert view.charged is not None
    return {each.run for each in view.charged.found}
