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
    from collections.abc import Iterable, Iterator

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

    def holds(self, at_us: int) -> bool:
        """Say whether the approval is in force at `at_us`."""
        return self.from_us <= at_us and (self.until_us is None or at_us < self.until_us)


class Orders:
    """Directives and grants of one route, with the receipts and the activity of its agents.

    `receipts` maps (agent, generation) to the earliest receipt; `late` maps (directive, agent) to
    the agent's earliest event after the time in which its receipt was due. Both only ever take a
    minimum, so that the order of arrival does not matter.
    """

    def __init__(self, directives: Iterable[Directive] = (), grants: Iterable[Grant] = ()) -> None:
        self.directives: dict[str, Directive] = {order.id: order for order in directives}
        self.grants: tuple[Grant, ...] = tuple(grants)
        self.receipts: dict[tuple[str, int], int] = {}
        self.late: dict[tuple[str, str], int] = {}

    def replace(self, directives: Iterable[Directive], grants: Iterable[Grant]) -> None:
        """Take over what the control side now says of this route."""
        self.directives = {order.id: order for order in directives}
        self.grants = tuple(grants)

    def note(self, event: Event, receipt_within_us: int) -> tuple[bool, bool]:
        """Take in what an event says of its agent: (a receipt changed, overdue work changed)."""
        if not event.agent:
            return False, False
        seen = late = False
        if event.event == RECEIPT and event.generation is not None:
            seen = _lower(self.receipts, (event.agent, event.generation), event.ts_us)
        for order in self.directives.values():
            due = order.issued_us + receipt_within_us
            if event.ts_us > due and order.stands(event.ts_us):
                late |= _lower(self.late, (order.id, event.agent), event.ts_us)
        return seen, late

    def seen_us(self, order: Directive, agent: str) -> int | None:
        """Return when `agent` first confirmed the generation of `order` or a later one."""
        times = (
            at_us
            for (who, generation), at_us in self.receipts.items()
            if who == agent and generation >= order.generation
        )
        return min(times, default=None)

    def overdue(self, order: Directive) -> tuple[str, ...]:
        """Return the agents that logged on after their receipt was due, without one.

        What was noted before the end of the order was known does not count after that end.
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
            due = order.issued_us + receipt_within_us
            seen_us = self.seen_us(order, event.agent) if event.agent else None
            if event.ts_us >= (due if seen_us is None else min(seen_us, due)):
                yield order

    def excuses(self, event: Event, receipt_within_us: int) -> bool:
        """Say whether a denial is our own brake: it names an order that stood on the route then."""
        claimed = [event.directive] if event.directive else []
        claimed += stamps(event.reason) + stamps(event.rule)
        for name in claimed:
            order = self.directives.get(name)
            if order is None or event.ts_us < order.issued_us:
                continue
            if order.lifted_us is None or event.ts_us < order.lifted_us + receipt_within_us:
                return True
        return False

    def needing_grant(self, event: Event, receipt_within_us: int) -> bool:
        """Say whether a tighten-approval order asks a grant for the event's action."""
        return any(
            order.kind is DirectiveKind.TIGHTEN and event.action in order.actions
            for order in self.binding(event, receipt_within_us)
        )

    def granted(self, event: Event, run: str) -> bool:
        """Say whether an operator's grant covers the event's action or change at its time."""
        return any(
            grant.holds(event.ts_us)
            and (not grant.run or grant.run == run)
            and (not grant.version or grant.version == event.version)
            and (grant.id == event.grant or _covers(grant, event))
            for grant in self.grants
        )


def _covers(grant: Grant, event: Event) -> bool:
    if event.change:
        return grant.change == event.change
    return bool(event.action) and grant.action == event.action


def _lower(times: dict[_Key, int], key: _Key, at_us: int) -> bool:
    """Keep the earlier of two instants; True when it changed."""
    known = times.get(key)
    if known is not None and known <= at_us:
        return False
    times[key] = at_us
    return True
