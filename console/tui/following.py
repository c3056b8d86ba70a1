"""The feed is called here and in `errands`: in a worker thread, and nothing it raises escapes.

A worker touches no widget. It posts what came back, or the sentence that says why nothing did.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from console.text import clean
from console.tui.barred import barred
from console.tui.host import front
from console.tui.messages import FeedFailed, SnapshotFetched
from console.tui.screens.view import View

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message import Message
    from textual.message_pump import MessagePump

    from console.snapshot.types import MissView, Snapshot
    from console.tui.app import ConsoleApp
    from console.tui.feed import Feed
    from console.tui.wanted import Wanted

_LOOK_S = 0.01
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


class Following:
    """Keeps the console on the live picture, and sends workers to the feed."""

    def __init__(
        self, app: ConsoleApp, feed: Feed, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._feed = barred(feed, lambda: app.read_only)
        self._monotonic = monotonic
        self._fetching = False
        self._stamp: object = None
        self._rested_s = 0.0

    def follow(self, poll_s: float) -> None:
        """Fetch a snapshot now, every `poll_s`, and whenever something changed."""
        self.snapshot()
        self._app.set_interval(poll_s, self.snapshot)
        self._app.set_interval(_LOOK_S, self.look)

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
        wanted = self._wanted()

        def fetch() -> Message:
            try:
                picture = self._feed.snapshot()
                return SnapshotFetched(picture, wanted, self._beside(picture, wanted))
            finally:
                ended_s = self._monotonic()
                if rest:
                    self._rested_s = ended_s + max(_REST_S, _REST * (ended_s - begun_s))
                self._fetching = False

        self._send(self._app, fetch, FeedFailed, "snapshot")

    def brought(self, message: SnapshotFetched) -> None:
        """Hand the view in front the misses that came with a picture, before that is drawn."""
        wanted = self._wanted()
        if wanted is not None and wanted is message.wanted and message.misses is not None:
            wanted.came_with(message.snapshot, message.misses)

    def _wanted(self) -> Wanted | None:
        """Return the misses that follow the live picture; None where none do, or not as it is."""
        frame, view = self._app.frame, front(self._app)
        as_is = not (frame.hold or frame.past or frame.experienced)
        return view.charged if as_is and isinstance(view, View) else None

    def _beside(self, picture: Snapshot, wanted: Wanted | None) -> tuple[MissView, ...] | None:
        """Return the misses that changed with a picture; where that fails, the view will ask."""
        with contextlib.suppress(Exception):  # a feed may fail in any way
            if wanted is not None and wanted.changed(picture):
                return self._feed.misses(wanted.route, wanted.limit, wanted.until_us)
        return None

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
