"""Everything the console asks of the rest of the program, and what it gets back.

The console reads no store and writes no file. What it needs is handed to it as a `Feed`; each of
its methods may block and is called in a worker thread. Whatever one raises is shown as a sentence.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from console.review.types import Review
from console.snapshot.particulars import MomentView, TrailView
from console.snapshot.types import ApprovalView, MissView, RefusedView, Snapshot

Verb = Literal["accept", "freeze", "tighten", "reduce", "pause", "lift", "stepdown"]
RESTRICTING: tuple[Verb, ...] = ("accept", "freeze", "tighten", "reduce", "pause")
"""Orders that take something away from a route: easy to give, even on stale data."""
RELAXING: tuple[Verb, ...] = ("lift", "stepdown")
"""Orders that give something back: refused on stale data, confirmed twice on high tiers."""


class OrderRequest(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the operator decided it.

    `changes` belong to a freeze, `actions` to tighten (need a grant) and reduce (all that is
    allowed), `max_runs` to reduce, `drain` to pause. `for_us` is the duration after which it
    expires. `directive` names the order that lift relaxes, or the proposal of the ladder that
    accept carries out; stepdown is about every pause of the route. `override` lifts an order before
    its exit rule holds. `base_generation` is the control generation that the operator decided on,
    `alert` the alert that a restriction answers, "" for none.
    """

    verb: Verb
    route: str
    reason: str
    by: str
    base_generation: int
    changes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    max_runs: int | None = None
    drain: bool = True
    for_us: int | None = None
    directive: str = ""
    override: bool = False
    alert: str = ""


class OrderPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What an order would do, before it is confirmed.

    `path` is the control file that it writes, `agents` are whom it reaches, `warnings` sentences
    to weigh. `refused` says why it may not be given at all, "" where it may.
    """

    path: str
    old_state: str
    new_state: str
    agents: tuple[str, ...] = ()
    open_runs: int = 0
    warnings: tuple[str, ...] = ()
    needs_typed_name: bool = False
    refused: str = ""


class OrderResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an order: `ok` means durable, `conflict` that someone else was first.

    `generation` is the one written, or after a conflict the one that stands now.
    """

    ok: bool
    sentence: str
    conflict: bool = False
    generation: int = 0


class ReviewRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which review is wanted: of which kind of period, how many of them back, until when at most.

    `route` is "" for the fleet.
    """

    kind: Literal["days", "week", "month"]
    back: int
    route: str
    until_us: int


class Feed(Protocol):
    """What the console is injected with."""

    def snapshot(self) -> Snapshot:
        """Return the picture of the store as it is now."""

    def stamp(self) -> object:
        """Return what is another once a snapshot may be: cheap, does not block, never raises."""

    def past(self, at_us: int) -> Snapshot:
        """Return the picture of everything as it was at an instant."""

    def misses(
        self, route: str | None, limit: int, until_us: int | None = None
    ) -> tuple[MissView, ...]:
        """Return the latest misses of a route (None: of all) until an instant, newest first."""

    def refused(self, limit: int) -> tuple[RefusedView, ...]:
        """Return the pieces of logs that could not be read, by file and place."""

    def timeline(self, route: str, run: str) -> tuple[MomentView, ...]:
        """Return what a run and the runs that it started logged, oldest first."""

    def trail(self, limit: int) -> TrailView:
        """Return the latest rows of the audit, and what its chain proves."""

    def review(self, wanted: ReviewRequest) -> Review:
        """Return the review of a period, built anew. It may take seconds."""

    def sign_review(self, review: Review, by: str, decision: str, note: str) -> str:
        """Sign a review as it was shown, for each of its routes; return a sentence."""

    def correct(self, route: str, period: tuple[int, int], by: str, reason: str) -> str:
        """Take an outage out of what a route is charged; return a sentence."""

    def preview(self, order: OrderRequest) -> OrderPreview:
        """Return what `order` would do; its reason may still be empty."""

    def order(self, order: OrderRequest) -> OrderResult:
        """Carry out `order` against the control file."""

    def acknowledge(self, alert: str, by: str, note: str) -> str:
        """Take ownership of an alert; return a sentence for the operator."""

    def close(self, alert: str, by: str, note: str) -> str:
        """Close the hard stop of an alert by signature; return a sentence."""

    def silence(self, match: str, for_us: int, by: str, reason: str) -> str:
        """Keep the alerts that `match` names quiet for a time; return a sentence."""

    def grant(self, approval: ApprovalView, for_us: int, by: str, reason: str) -> str:
        """Let a run take the action that it waits for, for so long; return a sentence."""
