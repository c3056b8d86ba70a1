"""What the worker threads tell the screens. Workers touch no widget; they post one of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from console.review.types import Review
    from console.snapshot.particulars import MomentView, TrailView
    from console.snapshot.types import MissView, RefusedView, Snapshot
    from console.tui.feed import OrderPreview, OrderRequest, OrderResult, ReviewRequest
    from console.tui.wanted import Wanted


class SnapshotFetched(Message):
    """The feed answered; `misses` are those that are wanted where that changed them, or None."""

    def __init__(
        self,
        snapshot: Snapshot,
        wanted: Wanted | None = None,
        misses: tuple[MissView, ...] | None = None,
    ) -> None:
        super().__init__()
        self.snapshot = snapshot
        self.wanted = wanted
        self.misses = misses


class PastFetched(Message):
    """How everything was at an instant, or `trouble`: why that is not known."""

    def __init__(self, at_us: int, snapshot: Snapshot | None, trouble: str = "") -> None:
        super().__init__()
        self.at_us = at_us
        self.snapshot = snapshot
        self.trouble = trouble


class FeedFailed(Message):
    """The feed did not answer; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


class MissesFetched(Message):
    """The misses of a route, or `trouble`: why they could not be read."""

    def __init__(self, misses: tuple[MissView, ...], trouble: str = "") -> None:
        super().__init__()
        self.misses = misses
        self.trouble = trouble


class RefusedFetched(Message):
    """What could not be read of the logs, or `trouble`: why that is not known."""

    def __init__(self, pieces: tuple[RefusedView, ...], trouble: str = "") -> None:
        super().__init__()
        self.pieces = pieces
        self.trouble = trouble


class TimelineFetched(Message):
    """The events of a run, or `trouble`: why they could not be read."""

    def __init__(self, moments: tuple[MomentView, ...], trouble: str = "") -> None:
        super().__init__()
        self.moments = moments
        self.trouble = trouble


class TrailFetched(Message):
    """The audit, or `trouble`: why it could not be read."""

    def __init__(self, trail: TrailView | None, trouble: str = "") -> None:
        super().__init__()
        self.trail = trail
        self.trouble = trouble


class ReviewFetched(Message):
    """The review that was wanted, or `trouble`: why it could not be built."""

    def __init__(self, wanted: ReviewRequest, review: Review | None, trouble: str = "") -> None:
        super().__init__()
        self.wanted = wanted
        self.review = review
        self.trouble = trouble


class Previewed(Message):
    """What `request` would do, or `trouble`: why that is not known."""

    def __init__(
        self, request: OrderRequest, preview: OrderPreview | None, trouble: str = ""
    ) -> None:
        super().__init__()
        self.request = request
        self.preview = preview
        self.trouble = trouble


class Ordered(Message):
    """What became of `request`; no `result` means that the outcome is not known."""

    def __init__(
        self, request: OrderRequest, result: OrderResult | None, trouble: str = ""
    ) -> None:
        super().__init__()
        self.request = request
        self.result = result
        self.trouble = trouble


class Kept(Message):
    """Where a file was written, or `trouble`: why it was not."""

    def __init__(self, path: str, trouble: str = "") -> None:
        super().__init__()
        self.path = path
        self.trouble = trouble


class Answered(Message):
    """What became of an answer to an alert or a request, as a sentence; `done`: it counts."""

    def __init__(self, sentence: str, *, done: bool) -> None:
        super().__init__()
        self.sentence = sentence
        self.done = done
