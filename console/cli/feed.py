"""The console's feed: the store and the operator's core, as the console asks for them."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

import msgspec

from console.control.directives import Conflict, ControlError, Order, Permit, Refused
from console.control.file import ControlFile
from console.model import STRICTNESS, DirectiveKind, RouteState
from console.operate import TYPED_NAME_TIERS, Accountant, Operator, probation, restricting
from console.snapshot import refused, take, timeline, trail, with_lines
from console.store import reader
from console.store.connect import attach, place_of, require_known
from console.tui.feed import RELAXING, OrderPreview, OrderRequest, OrderResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from console.model import Directive
    from console.review.types import Review
    from console.settings import Settings
    from console.snapshot.particulars import MomentView, TrailView
    from console.snapshot.types import ApprovalView, MissView, RefusedView, RouteView, Snapshot
    from console.store.connect import Connection
    from console.tui.feed import ReviewRequest

_KINDS = {
    "freeze": DirectiveKind.FREEZE,
    "tighten": DirectiveKind.TIGHTEN,
    "reduce": DirectiveKind.REDUCE,
    "pause": DirectiveKind.PAUSE,
}


_UNWRITTEN = "this console is read-only: nothing was written"


class LiveFeed:
    """Reads the store and acts on the control file; every call may come from another thread."""

    def __init__(
        self,
        settings: Settings,
        store: Path,
        control: Path,
        now: Callable[[], int] = lambda: time.time_ns() // 1_000,
        *,
        read_only: bool = False,
    ) -> None:
        self._read_only = read_only
        self._now = now
        self._settings = settings
        self._store = store
        self._control = control
        self._watched = (store, store.with_name(f"{store.name}-wal"), control)
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._place: tuple[int, int] | None = None

    def snapshot(self) -> Snapshot:
        """Return the picture of the store as it is now."""
        return self._picture(self._now(), as_of=False)

    def stamp(self) -> object:
        """Return what is another once the store, its log of writes or the control file is."""
        return tuple(map(_stamp, self._watched))

    def past(self, at_us: int) -> Snapshot:
        """Return the picture of the store as it was at an instant."""
        return self._picture(at_us, as_of=True)

    def _picture(self, at_us: int, *, as_of: bool) -> Snapshot:
        with self._lock:
            return take(
                self._reader(),
                self._settings,
                store=self._store,
                control=self._control,
                now_us=at_us,
                as_of=as_of,
            )

    def misses(
        self, route: str | None, limit: int, until_us: int | None = None
    ) -> tuple[MissView, ...]:
        """Return the latest misses of a route (None: of all) until an instant, newest first."""
        with self._lock:
            connection = self._reader()
            rows = reader.misses(connection, route=route, until_us=until_us, limit=limit)
            return with_lines(connection, rows, until_us=until_us)

    def timeline(self, route: str, run: str) -> tuple[MomentView, ...]:
        """Return what a run and the runs that it started logged, oldest first."""
        with self._lock:
            return timeline(self._reader(), route, run)

    def trail(self, limit: int) -> TrailView:
        """Return the latest rows of the audit, and what its chain proves."""
        with self._lock:
            return trail(self._reader(), self._store, limit)

    def refused(self, limit: int) -> tuple[RefusedView, ...]:
        """Return the pieces of logs that could not be read, by file and place."""
        with self._lock:
            return refused(self._reader(), limit)

    def review(self, wanted: ReviewRequest) -> Review:
        """Return the review of a period, built anew, on a connection that nothing waits for."""
        from console.review import build, period

        found = period.before(wanted.kind, wanted.back, wanted.until_us)
        connection = attach(self._store)
        try:
            return build.review(
                connection, self._settings, found, now_us=wanted.until_us, route=wanted.route
            )
        finally:
            connection.close()

    def sign_review(self, review: Review, by: str, decision: str, note: str) -> str:
        """Sign a review as it was shown; return a sentence. Raises `Refused`."""
        from console.review.signing import sign

        with self._operator() as operator:
            said = sign(
                operator.writer, review, by=by, now_us=self._now(), decision=decision, note=note
            )
        return "signed " + "; ".join(said)

    def correct(self, route: str, period: tuple[int, int], by: str, reason: str) -> str:
        """Take an outage out of what a route is charged; return a sentence. Raises `Refused`."""
        with self._operator() as operator:
            made = Accountant(operator.writer, self._settings).correct(
                route, category="outage", reason=reason, by=by, now_us=self._now(), period=period
            )
        said = f"{made.id}: outage on {made.route}; both numbers are kept and shown"
        if made.by_owner:
            return said
        return f"{said}. Permission misses stay charged: only owner or deputy corrects them"

    def preview(self, order: OrderRequest) -> OrderPreview:
        """Return what `order` would do; its reason may still be empty."""
        view = self.snapshot().route(order.route)
        old = view.state if view is not None else RouteState.OPEN
        relaxing = order.verb in RELAXING
        warnings, refused = self._doubts(order, view)
        return OrderPreview(
            path=str(self._control),
            old_state=old.value,
            new_state=_new_state(order, view).value,
            agents=view.agents if view is not None else (),
            open_runs=view.open if view is not None else 0,
            warnings=warnings,
            needs_typed_name=relaxing
            and self._settings.route(order.route).tier in TYPED_NAME_TIERS,
            refused=refused,
        )

    def order(self, order: OrderRequest) -> OrderResult:
        """Carry out `order` against the control file."""
        try:
            if order.verb in _KINDS:
                return self._restrict(order)
            with self._operator() as operator:
                return self._carry_out(operator, order)
        except (Conflict, Refused, ControlError) as error:
            return self._undone(error)

    def _restrict(self, order: OrderRequest) -> OrderResult:
        """Give a restricting order, by the control file alone where the store cannot be used."""
        if self._read_only:
            raise Refused(_UNWRITTEN)
        now_us = self._now()
        asked = Order(
            route=order.route,
            kind=_KINDS[order.verb],
            by=order.by,
            reason=order.reason,
            changes=order.changes,
            actions=order.actions,
            max_runs=order.max_runs,
            drain=order.drain,
            for_us=order.for_us,
            alert=order.alert,
            base_generation=order.base_generation or None,
        )

        def by_store(given: Order) -> Directive:
            with self._operator() as operator:
                return operator.give(given, now_us)

        given = restricting.give(asked, self._settings, self._control, now_us, by_store)
        result = _durable(given.directive)
        if not given.unstored:
            return result
        return msgspec.structs.replace(result, sentence=f"{result.sentence}: {given.unstored}")

    def _undone(self, error: Conflict | Refused | ControlError) -> OrderResult:
        """Return why an order was not given, and the generation that stands (0: not known)."""
        standing = 0
        with contextlib.suppress(ControlError):
            standing = ControlFile(self._control).newest_generation()
        return OrderResult(
            ok=False,
            sentence=str(error),
            conflict=isinstance(error, Conflict),
            generation=standing,
        )

    def acknowledge(self, alert: str, by: str, note: str) -> str:
        """Take ownership of an alert; return a sentence. Raises `Refused`."""
        with self._operator() as operator:
            return operator.acknowledge(alert, by, note, self._now())

    def close(self, alert: str, by: str, note: str) -> str:
        """Close the hard stop of an alert by signature; return a sentence. Raises `Refused`."""
        with self._operator() as operator:
            return operator.sign_close(alert, by, note, self._now())

    def silence(self, match: str, for_us: int, by: str, reason: str) -> str:
        """Keep alerts quiet for a time; return a sentence. Raises `Refused`."""
        with self._operator() as operator:
            return operator.answering.silence(
                match, for_us=for_us, reason=reason, by=by, now_us=self._now()
            )

    def grant(self, approval: ApprovalView, for_us: int, by: str, reason: str) -> str:
        """Let a run take the action that it waits for; return a sentence. Raises `Refused`."""
        permit = Permit(
            route=approval.route,
            by=by,
            for_us=for_us,
            action=approval.action,
            run=approval.run,
            reason=reason,
        )
        with self._operator() as operator:
            given = operator.grant(permit, self._now())
        return f"{given.id}: {approval.action} of {approval.run} is granted, durably"

    @contextlib.contextmanager
    def _operator(self) -> Iterator[Operator]:
        """Give the operator's core for one act. A read-only console has none, whoever asks."""
        if self._read_only:
            raise Refused(_UNWRITTEN)
        operator = Operator(self._settings, self._store, self._control)
        try:
            yield operator
        finally:
            operator.close()

    def _carry_out(self, operator: Operator, order: OrderRequest) -> OrderResult:
        if order.verb in {"stepdown", "accept"}:
            return self._answer_ladder(operator, order)
        lifted = operator.lift(
            order.route,
            order.directive,
            by=order.by,
            reason=order.reason,
            override=order.override,
            now_us=self._now(),
            base_generation=order.base_generation,
        )
        sentence = f"{lifted.id} on {lifted.route} is lifted, durably"
        return OrderResult(ok=True, sentence=sentence, generation=lifted.lift_generation or 0)

    def _answer_ladder(self, operator: Operator, order: OrderRequest) -> OrderResult:
        """Carry out a proposal, or step a pause down."""
        base = order.base_generation or None
        if order.verb == "accept":
            given = operator.accept(
                order.route, order.directive, by=order.by, now_us=self._now(), base_generation=base
            )
        else:
            given = operator.step_down(
                order.route,
                by=order.by,
                reason=order.reason,
                now_us=self._now(),
                base_generation=base,
            )
        return _durable(given)

    def _doubts(self, order: OrderRequest, view: RouteView | None) -> tuple[tuple[str, ...], str]:
        """Return warnings, and why a relaxing order is refused: stale data never relaxes."""
        warnings = []
        if view is None or view.data == "none":
            warnings.append("no event of this route was ever read")
        elif view.data == "stale":
            warnings.append("the route's data is stale")
        if order.verb == "stepdown":
            with self._lock:
                barred = probation.bar(
                    self._reader(), self._settings, self._store, order.route, self._now()
                )
            return tuple(warnings), barred
        if order.verb in RELAXING:
            stale = view is not None and view.data == "stale" and view.state.value != "paused"
            return tuple(warnings), "on stale data nothing is relaxed" if stale else ""
        return tuple(warnings), ""

    def _reader(self) -> Connection:
        """Return the connection that reads the store which is at the path now.

        Raises:
            StoreError: there is none, or a newer version has brought it up to date.
        """
        place = place_of(self._store)
        if self._connection is not None and place != self._place:
            self._connection.close()
            self._connection = None
        if self._connection is None:
            self._connection, self._place = attach(self._store), place
        require_known(self._connection, self._store)
        return self._connection


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        state = path.stat()
    except OSError:
        return ()
    return state.st_ino, state.st_size, state.st_mtime_ns


def _durable(given: Directive) -> OrderResult:
    sentence = f"{given.id}: {given.kind.value} on {given.route} is durable"
    return OrderResult(ok=True, sentence=sentence, generation=given.generation)


def _new_state(order: OrderRequest, view: RouteView | None) -> RouteState:
    """Return what the route would be after the order."""
    standing = [] if view is None else [item.directive for item in view.directives]
    kinds = {item.kind for item in standing}
    if order.verb == "stepdown":
        kinds = (kinds - {DirectiveKind.PAUSE}) | {DirectiveKind.REDUCE}
    elif order.verb == "lift":
        kinds = {item.kind for item in standing if item.id != order.directive}
    elif order.verb == "accept":
        proposed = () if view is None else view.proposals
        kinds |= {DirectiveKind(step.kind) for step in proposed if step.proposal == order.directive}
    else:
        kinds.add(_KINDS[order.verb])
    found = [state for kind, state in STRICTNESS.items() if kind in kinds]
    return found[-1] if found else RouteState.OPEN
