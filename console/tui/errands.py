"""What the console asks of its feed beside the live picture; each is answered by a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.text import clean
from console.tui.following import Following
from console.tui.messages import (
    Answered,
    Kept,
    MissesFetched,
    Ordered,
    PastFetched,
    Previewed,
    RefusedFetched,
    ReviewFetched,
    TimelineFetched,
    TrailFetched,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message import Message
    from textual.message_pump import MessagePump

    from console.review.types import Review
    from console.snapshot.types import ApprovalView
    from console.tui.feed import OrderRequest, ReviewRequest
    from console.tui.wanted import Wanted


class Errands(Following):
    """Calls of the feed on behalf of the console."""

    def past(self, at_us: int) -> None:
        """Fetch how everything was at an instant."""

        def failed(why: str) -> Message:
            return PastFetched(at_us, None, why)

        self._send(self._app, lambda: PastFetched(at_us, self._feed.past(at_us)), failed, "past")

    def misses(self, screen: MessagePump, wanted: Wanted) -> None:
        """Fetch misses."""
        until_us = self._app.travel.at_us if wanted.until_us is None else wanted.until_us

        def failed(why: str) -> Message:
            return MissesFetched((), why)

        def call() -> Message:
            return MissesFetched(self._feed.misses(wanted.route, wanted.limit, until_us))

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

        def call() -> Message:
            return Previewed(request, self._feed.preview(request))

        self._send(dialog, call, failed, "preview")

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
