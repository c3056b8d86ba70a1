"""The one place where the feed is called: in a worker thread, and nothing it raises escapes.

A worker touches no widget. It posts what came back, or the sentence that says why nothing did.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.text import clean
from console.tui.barred import barred
from console.tui.messages import (
    Answered,
    FeedFailed,
    Kept,
    MissesFetched,
    Ordered,
    PastFetched,
    Previewed,
    RefusedFetched,
    ReviewFetched,
    SnapshotFetched,
    TimelineFetched,
    TrailFetched,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message import Message
    from textual.message_pump import MessagePump

    from console.review.types import Review
    from console.snapshot.types import ApprovalView
    from console.tui.app import ConsoleApp
    from console.tui.feed import Feed, OrderRequest, ReviewRequest

LOOK_S = 0.01
"""So often it is looked whether anything changed, so that what was logged shows at once."""
_SENTENCE_LIMIT = 300
_REST = 4
"""So many times as long as a snapshot took, and at least `_REST_S`, passes before the next one that
a change asks for: with a large fleet the console rests for most of the time."""
_REST_S = 0.2


def sentence(error: Exception) -> str:
    """Return an error as a sentence that is safe to show."""
    text = clean(" ".join(str(error).split()), _SENTENCE_LIMIT)
    return text or f"{type(error).__name__} without a reason"


class Errands:
    """Calls of the feed on behalf of the console, each answered by a message."""

    def __init__(
        self, app: ConsoleApp, feed: Feed, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._feed = barred(feed, lambda: app.read_only)
        self._monotonic = monotonic
        self._fetching = False
        self._stamp: object = None
        self._rested_s = 0.0

    def look(self) -> None:
        """Fetch a snapshot if something changed since the last one."""
        if self._monotonic() >= self._rested_s and self._feed.stamp() != self._stamp:
            self.snapshot(rest=True)

    def snapshot(self, *, rest: bool = False) -> None:
        """Fetch a snapshot, unless one is still on its way: a slow feed is not asked twice.

        With `rest` no change asks for another one for a while.
        """
        if self._fetching:
            return
        self._fetching = True
        self._stamp = self._feed.stamp()
        begun_s = self._monotonic()

        def fetch() -> Message:
            try:
                return SnapshotFetched(self._feed.snapshot())
            finally:
                ended_s = self._monotonic()
                if rest:
                    self._rested_s = ended_s + max(_REST_S, _REST * (ended_s - begun_s))
                self._fetching = False

        self._send(self._app, fetch, FeedFailed, "snapshot")

    def past(self, at_us: int) -> None:
        """Fetch how everything was at an instant."""

        def failed(why: str) -> Message:
            return PastFetched(at_us, None, why)

        self._send(self._app, lambda: PastFetched(at_us, self._feed.past(at_us)), failed, "past")

    def misses(
        self,
        screen: MessagePump,
        route: str | None,
        limit: int,
        until_us: int | None = None,
    ) -> None:
        """Fetch the latest misses of a route (None: of all) until an instant: that on show."""
        if until_us is None:
            until_us = self._app.travel.at_us

        def failed(why: str) -> Message:
            return MissesFetched((), why)

        def call() -> Message:
            return MissesFetched(self._feed.misses(route, limit, until_us))

        self._send(screen, call, failed, "misses")

    def refused(self, screen: MessagePump, limit: int) -> None:
        """Fetch what could not be read of the logs."""

        def failed(why: str) -> Message:
            return RefusedFetched((), why)

        self._send(screen, lambda: RefusedFetched(self._feed.refused(limit)), failed, "refused")

    def preview(self, dialog: MessagePump, request: OrderRequest) -> None:
        """Ask what an order would do."""

        def failed(why: str) -> Message:
            return Previewed(request, None, why)

        self._send(
            dialog, lambda: Previewed(request, self._feed.preview(request)), failed, "preview"
        )

    def order(self, request: OrderRequest) -> None:
        """Carry out an order. An error leaves its outcome unknown, and is reported as that."""

        def failed(why: str) -> Message:
            text = f"It is not known whether the order was written: {why}. Look at its state first."
            return Ordered(request, None, text)

        self._send(self._app, lambda: Ordered(request, self._feed.order(request)), failed, "order")

    def timeline(self, screen: MessagePump, route: str, run: str) -> None:
        """Fetch the events of a run."""

        def failed(why: str) -> Message:
            return TimelineFetched((), why)

        self._send(
            screen, lambda: TimelineFetched(self._feed.timeline(route, run)), failed, "timeline"
        )

    def trail(self, screen: MessagePump, limit: int) -> None:
        """Fetch the latest rows of the audit."""

        def failed(why: str) -> Message:
            return TrailFetched(None, why)

        self._send(screen, lambda: TrailFetched(self._feed.trail(limit)), failed, "trail")

    def review(self, screen: MessagePump, wanted: ReviewRequest) -> None:
        """Have a review built."""

        def failed(why: str) -> Message:
            return ReviewFetched(wanted, None, why)

        self._send(
            screen, lambda: ReviewFetched(wanted, self._feed.review(wanted)), failed, "review"
        )

    def sign(self, review: Review, by: str, decision: str, note: str) -> None:
        """Sign a review."""
        self._answer("Not signed", lambda: self._feed.sign_review(review, by, decision, note))

    def correct(self, route: str, period: tuple[int, int], by: str, reason: str) -> None:
        """Take an outage out of what a route is charged."""
        self._answer("Not corrected", lambda: self._feed.correct(route, period, by, reason))

    def acknowledge(self, alert: str, by: str, note: str) -> None:
        """Put an operator's name on an alert."""
        self._answer("Not acknowledged", lambda: self._feed.acknowledge(alert, by, note))

    def close(self, alert: str, by: str, note: str) -> None:
        """Sign the hard stop of an alert closed."""
        self._answer("Not closed", lambda: self._feed.close(alert, by, note))

    def silence(self, match: str, for_us: int, by: str, reason: str) -> None:
        """Keep alerts quiet for a time."""
        self._answer("Not silenced", lambda: self._feed.silence(match, for_us, by, reason))

    def grant(self, approval: ApprovalView, for_us: int, by: str, reason: str) -> None:
        """Let a run take the action that it waits for."""
        self._answer("Not granted", lambda: self._feed.grant(approval, for_us, by, reason))

    def _answer(self, undone: str, call: Callable[[], str]) -> None:
        """Give an answer; `undone` begins the sentence that says that it does not count."""

        def failed(why: str) -> Message:
            return Answered(f"{undone}: {why}", done=False)

        self._send(self._app, lambda: Answered(clean(call()), done=True), failed, "answer")

    def keep(self, name: str, ending: str, made: Callable[[], bytes]) -> None:
        """Write an export; what is in it is made in the worker."""

        def failed(why: str) -> Message:
            return Kept("", f"Not written: {why}")

        files = self._app.keeping.files
        self._send(self._app, lambda: Kept(files.export(name, ending, made())), failed, "keep")

    def _send(
        self,
        answer_to: MessagePump,
        call: Callable[[], Message],
        failed: Callable[[str], Message],
        group: str,
    ) -> None:
        """Run `call` in a thread and post its message; after an error, that of `failed`."""

        def work() -> None:
            try:
                message = call()
            except Exception as error:  # noqa: BLE001 - a feed may fail in any way
                message = failed(sentence(error))
            answer_to.post_message(message)

        self._app.run_worker(work, thread=True, group=group, exit_on_error=False)
