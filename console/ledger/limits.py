"""Which runs to judge anew where an order limits how many may be in progress at once.

What becomes known of one run may change how others are judged, that started in its time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from console.ledger.concurrency import Concurrency, reach_of, span_of
from console.model import HOUR_US

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from console.ledger.concurrency import Span
    from console.ledger.facts import Facts, Key
    from console.ledger.families import Families
    from console.ledger.orders import Orders


_EARLIER_US = HOUR_US
"""So much more is read than is asked for, since what comes late may come later still."""


class _Stored(Protocol):
    @property
    def facts(self) -> Facts: ...


class _Shelf(Protocol):
    def fetch(self, route: str, run: str) -> _Stored | None: ...

    def since(self, route: str, at_us: int) -> Iterable[str]: ...


class Limits:
    """Counts the runs in progress on the routes whose orders limit them.

    Args:
        shelf: the runs as they were last judged.
        facts: what is known of a run by now.
        families: which runs started others: a run that another one started is part of that one.
        orders: the directives of a route as they are known.
    """

    def __init__(
        self,
        shelf: _Shelf,
        facts: Callable[[Key], Facts],
        families: Families,
        orders: Callable[[str], Orders],
    ) -> None:
        self._shelf = shelf
        self._facts = facts
        self._families = families
        self._orders = orders

    def meet(self, changed: Iterable[Key]) -> list[Key]:
        """Take in what is known of the runs that changed; return those to judge anew for it."""
        routes: dict[str, list[str]] = {}
        for route, run in changed:
            routes.setdefault(route, []).append(run)
        return [
            (route, run)
            for route, runs in routes.items()
            if self._orders(route).limits()
            for run in self._meet(route, runs)
        ]

    def _meet(self, route: str, runs: list[str]) -> set[str]:
        orders = self._orders(route)
        known = {run: self._facts((route, run)) for run in runs}
        reach = {run: reach_of(facts) for run, facts in known.items()}
        # A run that no limit reaches by all its events was not reached by fewer of them.
        begun = {run: spans[0].begun_us for run, spans in reach.items() if orders.limited(spans[0])}
        if not begun:
            return set()
        counted, first_us = orders.concurrency, min(begun.values())
        fresh = counted is None or first_us < counted.since_us
        if counted is None or fresh:
            counted = orders.concurrency = self._as_judged(route, first_us - _EARLIER_US)
        found: set[str] = set()
        for run in begun:
            if fresh or run not in counted:  # how it was counted before is not known
                found.update(*map(counted.during, reach[run]))
            found |= counted.put(run, self._span(route, run, known[run]))
        return found

    def _as_judged(self, route: str, since_us: int) -> Concurrency:
        """Return the runs since an instant that matter to limits, as they were last judged.

        Those that said nothing since cannot have gone on beside one that began then. Of those that
        say nothing of a parent it is not looked up: one that does so by now has changed.
        """
        counted = Concurrency(since_us)
        for run in self._shelf.since(route, since_us):
            record = self._shelf.fetch(route, run)
            span = span_of(run, record.facts) if record else None
            alone = record is not None and not record.facts.parent
            if self._orders(route).limited(span) and (alone or self._is_root(route, run)):
                counted.keep(run, span)
        return counted

    def _span(self, route: str, run: str, facts: Facts) -> Span | None:
        """Return in what a run counts, None if it does not."""
        span = span_of(run, facts)
        return span if self._orders(route).limited(span) and self._is_root(route, run) else None

    def _is_root(self, route: str, run: str) -> bool:
        return self._families.parent((route, run)) is None
