"""The bell and the title: a new page is heard once, by somebody who is not looking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui import herald

from .samples import alert, route, snapshot
from .stage import FakeFeed, console, refresh, settle

if TYPE_CHECKING:
    import pytest

    from console.snapshot.types import AlertView, Snapshot
    from console.tui.app import ConsoleApp


def page(name: str = "A1", route_name: str = "refunds", **changes: str) -> AlertView:
    given = {"id": name, "severity": "page", "state": "firing", **changes}
    return alert(route_name, **given)


def burning(*alerts: AlertView) -> Snapshot:
    return snapshot(*(route(item.route, alerts=(item,)) for item in alerts), route("quiet"))


class Bell:
    """Counts how often the console rings."""

    def __init__(self, app: ConsoleApp, patch: pytest.MonkeyPatch) -> None:
        self.rung = 0
        patch.setattr(app, "bell", self)

    def __call__(self) -> None:
        self.rung += 1


async def test_a_new_page_rings_once_and_stands_in_the_title(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed = FakeFeed(burning())
    app = console(feed)
    bell = Bell(app, monkeypatch)
    async with app.run_test() as pilot:
        await settle(pilot)
        assert app.title == herald.TITLE
        feed.current = burning(page())
        await refresh(pilot)
        await refresh(pilot)
        assert bell.rung == 1
        assert app.title == "PAGE refunds - burnline"
        feed.current = burning(page(), page("A2", "claims"))
        await refresh(pilot)
        assert bell.rung == 2
        assert app.title == "PAGE claims, refunds - burnline"
        feed.current = burning()
        await refresh(pilot)
        assert bell.rung == 2
        assert app.title == herald.TITLE


async def test_what_burned_when_the_console_was_opened_rings_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = console(FakeFeed(burning(page())))
    bell = Bell(app, monkeypatch)
    async with app.run_test() as pilot:
        await settle(pilot)
        assert bell.rung == 0
        assert app.title == "PAGE refunds - burnline"


async def test_a_ticket_and_a_page_that_is_owned_are_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed = FakeFeed(burning())
    app = console(feed)
    bell = Bell(app, monkeypatch)
    async with app.run_test() as pilot:
        await settle(pilot)
        feed.current = burning(page(severity="ticket"), page("A2", "claims", state="acknowledged"))
        await refresh(pilot)
        assert bell.rung == 0
        assert app.title == herald.TITLE


async def test_the_settings_switch_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = FakeFeed(burning())
    app = console(feed, bell=False)
    bell = Bell(app, monkeypatch)
    async with app.run_test() as pilot:
        await settle(pilot)
        feed.current = burning(page())
        await refresh(pilot)
        assert bell.rung == 0
        assert app.title == herald.TITLE


async def test_the_terminal_gets_the_title_and_its_own_one_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[str] = []
    feed = FakeFeed(burning(page()))
    app = console(feed)
    monkeypatch.setattr(herald.Herald, "_write", lambda _, sequence: written.append(sequence))
    async with app.run_test() as pilot:
        await settle(pilot)
        feed.current = burning(page("A2", "claims"))
        await refresh(pilot)
    assert "".join(written) == (
        "\x1b[22;0t\x1b]0;PAGE refunds - burnline\x07\x1b]0;PAGE claims - burnline\x07\x1b[23;0t"
    )


def test_a_route_cannot_write_to_the_terminal_through_the_title() -> None:
    words = herald.title({"A1": "x\x1b]52;c;AAAA\x07" * 20})
    assert words.isprintable()
    assert len(words) <= 60
