"""The stage of the pilot tests: a feed from memory, a clock that stands still, text goldens."""

from __future__ import annotations

import os
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from console.review import period
from console.tui.app import ConsoleApp
from console.tui.feed import OrderPreview, OrderRequest, OrderResult, ReviewRequest

from . import reviews
from .particulars import acts, moments
from .samples import NOW, fleet, miss

if TYPE_CHECKING:
    from textual.pilot import Pilot
    from textual.screen import Screen

    from console.review.types import Review
    from console.snapshot.particulars import MomentView, TrailView
    from console.snapshot.types import ApprovalView, MissView, RefusedView, Snapshot

ScreenT = TypeVar("ScreenT", bound="Screen[Any]")
SCREENS = Path(__file__).parent / "screens"
UPDATE = "BURNLINE_UPDATE_SCREENS"
NEVER_S = 86_400.0
NEW_STATES = {
    "accept": "paused",
    "freeze": "frozen",
    "tighten": "tightened",
    "reduce": "reduced",
    "pause": "paused",
    "stepdown": "reduced",
    "lift": "open",
}


class FakeFeed:
    """Answers with what a test put into it; `trouble` makes every call raise."""

    def __init__(self, current: Snapshot | None = None) -> None:
        self.current = fleet() if current is None else current
        self.latest: tuple[MissView, ...] = (miss(), miss(run="r-121", error_class="trust"))
        self.pieces: tuple[RefusedView, ...] = ()
        self.effect = OrderPreview(
            path="/srv/control/control.json",
            old_state="",
            new_state="",
            agents=("worker-1", "worker-2", "worker-3", "worker-4"),
            open_runs=4,
        )
        self.result = OrderResult(
            ok=True, sentence="Order is durable as generation 18.", generation=18
        )
        self.before: Snapshot | None = None
        self.looked_back: list[int] = []
        self.trouble = ""
        self.taken = self.changes = 0
        self.orders: list[OrderRequest] = []
        self.previews: list[OrderRequest] = []
        self.owned: list[tuple[str, str, str]] = []
        self.closed: list[tuple[str, str, str]] = []
        self.silenced: list[tuple[str, int, str, str]] = []
        self.granted: list[tuple[ApprovalView, int, str, str]] = []
        self.reviewed: Review = reviews.review()
        self.reviews: list[ReviewRequest] = []
        self.signed: list[tuple[Review, str, str, str]] = []
        self.corrected: list[tuple[str, tuple[int, int], str, str]] = []
        self.moments: tuple[MomentView, ...] = moments()
        self.acts: TrailView = acts()

    def _fail(self) -> None:
        if self.trouble:
            raise OSError(self.trouble)

    def snapshot(self) -> Snapshot:
        self._fail()
        self.taken += 1
        return self.current

    def stamp(self) -> object:
        return self.changes

    def past(self, at_us: int) -> Snapshot:
        self._fail()
        self.looked_back.append(at_us)
        return msgspec.structs.replace(self.before or self.current, as_of_us=at_us)

    def misses(
        self, route: str | None, limit: int, until_us: int | None = None
    ) -> tuple[MissView, ...]:
        self._fail()
        found = (item for item in self.latest if until_us is None or item.at_us <= until_us)
        return tuple(found)[:limit]

    def preview(self, order: OrderRequest) -> OrderPreview:
        self._fail()
        self.previews.append(order)
        view = self.current.route(order.route)
        assert view is not None
        return msgspec.structs.replace(
            self.effect, old_state=view.state.value, new_state=NEW_STATES[order.verb]
        )

    def order(self, order: OrderRequest) -> OrderResult:
        self._fail()
        self.orders.append(order)
        return self.result

    def refused(self, limit: int) -> tuple[RefusedView, ...]:
        self._fail()
        return self.pieces[:limit]

    def timeline(self, route: str, run: str) -> tuple[MomentView, ...]:
        self._fail()
        return self.moments

    def trail(self, limit: int) -> TrailView:
        self._fail()
        return self.acts

    def review(self, wanted: ReviewRequest) -> Review:
        self._fail()
        self.reviews.append(wanted)
        views = tuple(
            view for view in self.reviewed.routes if wanted.route in {"", view.settings.name}
        )
        return msgspec.structs.replace(
            self.reviewed,
            routes=views,
            scope=wanted.route or "the fleet",
            period=period.before(wanted.kind, wanted.back, wanted.until_us),
            made_us=wanted.until_us,
        )

    def sign_review(self, review: Review, by: str, decision: str, note: str) -> str:
        self._fail()
        self.signed.append((review, by, decision, note))
        return f"signed {review.scope}: {decision}"

    def correct(self, route: str, period: tuple[int, int], by: str, reason: str) -> str:
        self._fail()
        self.corrected.append((route, period, by, reason))
        return f"C1: outage on {route}"

    def close(self, alert: str, by: str, note: str) -> str:
        self._fail()
        self.closed.append((alert, by, note))
        return f"{alert} is closed."

    def silence(self, match: str, for_us: int, by: str, reason: str) -> str:
        self._fail()
        self.silenced.append((match, for_us, by, reason))
        return f"S1 keeps {match} quiet."

    def grant(self, approval: ApprovalView, for_us: int, by: str, reason: str) -> str:
        self._fail()
        self.granted.append((approval, for_us, by, reason))
        return f"{approval.action} of {approval.run} is granted."

    def acknowledge(self, alert: str, by: str, note: str) -> str:
        self._fail()
        self.owned.append((alert, by, note))
        return f"{alert} is yours."


class Clock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now_us = NOW

    def __call__(self) -> int:
        return self.now_us


def console(feed: FakeFeed, **options: Any) -> ConsoleApp:
    """Return the console on `feed`, at a fixed time in UTC, that polls only when it is told to."""
    fixed: dict[str, Any] = {
        "operator": "sam",
        "poll_s": NEVER_S,
        "zone": UTC,
        "clock": Clock(),
    }
    return ConsoleApp(feed, **(fixed | options))


async def settle(pilot: Pilot[None]) -> None:
    """Wait until the workers are done and everything they said is drawn."""
    await pilot.pause()
    busy = True
    while busy:
        busy = any(not worker.is_finished for worker in pilot.app.workers)
        if busy:
            await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def refresh(pilot: Pilot[None]) -> None:
    """Let the console fetch a snapshot now."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    app.errands.snapshot()
    await settle(pilot)


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one after the other, each when the one before has had its effect."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


def front(pilot: Pilot[None], kind: type[ScreenT]) -> ScreenT:
    """Return the screen in front, which must be of that kind."""
    screen = pilot.app.screen
    assert isinstance(screen, kind), f"{type(screen).__name__} is in front"
    return screen


def screen_text(pilot: Pilot[None]) -> str:
    """Return what is on the screen as text. The only user of Textual's private compositor."""
    strips = pilot.app.screen._compositor.render_strips()
    rows = ["".join(segment.text for segment in strip).rstrip() for strip in strips]
    return "\n".join(rows) + "\n"


def assert_golden(pilot: Pilot[None], name: str) -> None:
    """Compare the screen with its golden; BURNLINE_UPDATE_SCREENS=1 writes it anew."""
    path = SCREENS / f"{name}.txt"
    seen = screen_text(pilot)
    if os.environ.get(UPDATE):
        path.write_text(seen, encoding="utf-8")
    assert path.exists(), f"no golden {path.name}: run once with {UPDATE}=1 and read it"
    assert seen == path.read_text(encoding="utf-8"), f"{path.name} differs from the screen"
