"""The directives of one route as its agents know them.

An order binds an agent from its receipt on, and every agent from `receipt_within` after it was
issued (semantics 3). A lifted order may still be obeyed until an agent has had the same time to see
the lifting, so that our own brake never burns the budget which it protects.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from console.model import Directive, DirectiveKind, Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from console.ledger.concurrency import Concurrency, Span

_Key = TypeVar("_Key")
_STAMP = re.compile(r"\[burnline:([^\]\s]{1,200})\]")
RECEIPT = "control.seen"


def stamps(text: str) -> list[str]:
    """Return the ids of all `[burnline:<id>]` stamps in a text."""
    return _STAMP.findall(text) if "[burnline:" in text else []


class Grant(NamedTuple):
    """A human approval given by an operator: for an action (of one run, or of any), or a change."""

    id: str
    action: str = ""
    change: str = ""
    run: str = ""
    version: str = ""
    from_us: int = 0
    until_us: int | None = None
    by: str = ""

    def covers(self, event: Event, run: str) -> bool:
        """Say whether the approval is for what an event of a run did or asks for."""
        if self.run and self.run != run:
            return False
        if event.change:
            return self.change == event.change and self.version in {"", event.version}
        return bool(event.action) and self.action == event.action

    def holds(self, at_us: int) -> bool:
        """Say whether the approval is in force at `at_us`."""
        return self.from_us <= at_us and (self.until_us is None or at_us < self.until_us)


class Orders:
    """Directives and grants of one route, with the receipts and the activity of its agents.

    `receipts` maps (agent, generation) to the earliest receipt; `late` maps (directive, agent) to
    the agent's earliest event after the time in which its receipt was due. Both only ever take a
    minimum, so that the order of arrival does not matter. `boots` has the starts of each agent, as
    far as it numbers its lines: so many processes at most share its name. `concurrency` has the
    runs that were in progress while an order limited their number, once any was (see `Limits`).
    """

    def __init__(self, directives: Iterable[Directive] = (), grants: Iterable[Grant] = ()) -> None:
        self.directives: dict[str, Directive] = {order.id: order for order in directives}
        self.grants: tuple[Grant, ...] = tuple(grants)
        self.receipts: dict[tuple[str, int], int] = {}
        self.late: dict[tuple[str, str], int] = {}
        self.boots: dict[str, set[str]] = {}
        self.concurrency: Concurrency | None = None

    def replace(self, directives: Iterable[Directive], grants: Iterable[Grant]) -> None:
        """Take over what the control side now says of this route."""
        self.directives = {order.id: order for order in directives}
        self.grants = tuple(grants)
        self.concurrency = None

    def boot(self, agent: str, boot: str) -> None:
        """Take in a start of an agent: one more process may share its name."""
        self.boots.setdefault(agent, set()).add(boot)

    def limits(self) -> list[Directive]:
        """Return the orders that limit how many runs may be in progress at once."""
        return [order for order in self.directives.values() if order.run_limit is not None]

    def limited(self, span: Span | None) -> bool:
        """Say whether an order that limits the number of runs stood in a span of time."""
        return span is not None and any(
            order.issued_us <= span.until_us
            and (order.ends_us is None or span.begun_us < order.ends_us)
            for order in self.limits()
        )

    def beside(self, run: str, at_us: int) -> tuple[int, int]:
        """Return how many runs of its agent went on when a run began, where that is limited.

        Beside it how many processes may have shared them: each may have as many as are allowed.
        """
        if self.concurrency is None:
            return 0, 1
        agent, others = self.concurrency.beside(run, at_us)
        return others, max(1, len(self.boots.get(agent, ())))

    def note(self, event: Event, receipt_within_us: Callable[[int], int]) -> tuple[bool, bool]:
        """Take in what an event says of its agent: (a receipt changed, overdue work changed).

        `receipt_within_us` tells in which time an order that was issued at an instant is due.
        """
        if not event.agent:
            return False, False
        seen = False
        if event.event == RECEIPT and event.generation is not None:
            seen = _lower(self.receipts, (event.agent, event.generation), event.ts_us)
        return seen, self._worked(event.agent, event.ts_us, receipt_within_us)

    def recall(self, receipt_within_us: Callable[[int], int]) -> None:
        """Hold the receipts that were noted already against orders that came to be known since.

        A receipt shows that its agent was at work, whichever generation it confirms.
        """
        for (agent, _), at_us in self.receipts.items():
            self._worked(agent, at_us, receipt_within_us)

    def _worked(self, agent: str, at_us: int, receipt_within_us: Callable[[int], int]) -> bool:
        late = False
        for order in self.directives.values():
            due_us = order.issued_us + receipt_within_us(order.issued_us)
            if at_us > due_us and order.stands(at_us):
                late |= _lower(self.late, (order.id, agent), at_us)
        return late

    def seen_us(self, order: Directive, agent: str) -> int | None:
        """Return when `agent` first confirmed the generation of `order` or a later one."""
        return self._seen_us(order.generation, agent)

    def _seen_us(self, generation: int, agent: str) -> int | None:
        times = (
            at_us
            for (who, seen), at_us in self.receipts.items()
            if who == agent and seen >= generation
        )
        return min(times, default=None)

    def overdue(self, order: Directive) -> tuple[str, ...]:
        """Return the agents that logged on after their receipt was due, without one.

        What they logged once the order had ended says nothing of it: it was noted, perhaps, before
        the end was known.
        """
        guilty = []
        for (directive, agent), late_us in self.late.items():
            if directive != order.id or not order.stands(late_us):
                continue
            seen_us = self.seen_us(order, agent)
            if seen_us is None or late_us < seen_us:
                guilty.append(agent)
        return tuple(sorted(guilty))

    def unconfirmed(self, order: Directive) -> tuple[str, ...]:
        """Return the overdue agents that have not confirmed the order to this day."""
        return tuple(agent for agent in self.overdue(order) if self.seen_us(order, agent) is None)

    def binding(self, event: Event, receipt_within_us: int) -> Iterator[Directive]:
        """Yield the directives that stood at an event and bound its agent then."""
        for order in self.directives.values():
            if not order.stands(event.ts_us):
                continue
            if event.ts_us >= self._binds_us(order, event.agent, receipt_within_us):
                yield order

    def excuses(self, event: Event, receipt_within_us: int) -> bool:
        """Say whether a denial is our own brake: it names an order that stood on the route then.

        An order that has ended still counts until the agent had to know of its end.
        """
        claimed = [event.directive] if event.directive else []
        claimed += stamps(event.reason) + stamps(event.rule)
        for name in claimed:
            order = self.directives.get(name)
            if order is None or event.ts_us < order.issued_us:
                continue
            if order.ends_us is None:
                return True
            known_us = self._known_us(
                order.ends_us, order.lift_generation, event.agent, receipt_within_us
            )
            if event.ts_us < known_us:
                return True
        return False

    def demands(self, event: Event, receipt_within_us: int) -> Iterator[tuple[int, int | None]]:
        """Yield from when until when (None: for good) orders ask a grant for the event's action."""
        for order in self.directives.values():
            if order.kind is DirectiveKind.TIGHTEN and event.action in order.actions:
                yield self._binds_us(order, event.agent, receipt_within_us), order.ends_us

    def needing_grant(self, event: Event, receipt_within_us: int) -> bool:
        """Say whether a tighten-approval order asks a grant for the event's action."""
        return any(
            order.kind is DirectiveKind.TIGHTEN and event.action in order.actions
            for order in self.binding(event, receipt_within_us)
        )

    def _binds_us(self, order: Directive, agent: str, receipt_within_us: int) -> int:
        return self._known_us(order.issued_us, order.generation, agent, receipt_within_us)

    def _known_us(
        self, at_us: int, generation: int | None, agent: str, receipt_within_us: int
    ) -> int:
        """Return from when an agent has to know what a generation, if it was written, said."""
        due_us = at_us + receipt_within_us
        if not agent or generation is None:
            return due_us
        seen_us = self._seen_us(generation, agent)
        return due_us if seen_us is None else min(due_us, max(at_us, seen_us))

    def granted(self, event: Event, run: str) -> bool:
        """Say whether an operator's grant covers the event's action or change at its time."""
        return any(grant.holds(event.ts_us) and grant.covers(event, run) for grant in self.grants)

    def granted_us(self, event: Event, run: str) -> int | None:
        """Return when an operator's grant first covered what a request asks for, or None."""
        times = (
            max(grant.from_us, event.ts_us)
            for grant in self.grants
            if grant.covers(event, run) and (grant.until_us is None or grant.until_us > event.ts_us)
        )
        return min(times, default=None)


def _lower(times: dict[_Key, int], key: _Key, at_us: int) -> bool:
    """Keep the earlier of two instants; True when it changed."""
    known = times.get(key)
    if known is not None and known <= at_us:
        return False
    times[key] = at_us
    return True
