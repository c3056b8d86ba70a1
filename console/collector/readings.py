"""Counts over windows as the store has them now, and what the burn rules read of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from console.burn import rules, windows
from console.model import Counts, Window
from console.store import corrections, counting

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.settings import RouteSettings
    from console.store.connect import Connection


class Table(Protocol):
    """Counts of routes over windows that end at one instant."""

    def trailing(self, route: int, length_us: int) -> Counts:
        """Return the counts of a route over a rolling window of a length."""
        ...

    def budget(self, route: int, window: Window) -> Counts:
        """Return the counts of a route over a budget window."""
        ...


class Windows:
    """Counts of all routes over windows that end at one instant; each window is read once.

    `read` returns the counts of every route over a span: those of what was read in order, or with
    what was read ahead of a backlog.
    """

    def __init__(
        self,
        connection: Connection,
        now_us: int,
        read: Callable[[Connection, windows.Span], dict[int, Counts]] = counting.window_counts,
    ) -> None:
        self._connection = connection
        self._now_us = now_us
        self._read = read
        self._known: dict[windows.Span, dict[int, Counts]] = {}
        self._ending: dict[int, windows.Span] = {}

    def trailing(self, route: int, length_us: int) -> Counts:
        """Return the counts of a route over a rolling window of a length."""
        span = self._ending.get(length_us)
        if span is None:
            span = self._ending[length_us] = windows.trailing(self._now_us, length_us)
        return self.over(route, span)

    def budget(self, route: int, window: Window) -> Counts:
        """Return the counts of a route over a budget window."""
        return self.over(route, windows.budget_span(window, self._now_us))

    def over(self, route: int, span: windows.Span) -> Counts:
        """Return the counts of a route over a span of minutes."""
        known = self._known.get(span)
        if known is None:
            known = self._known[span] = self._read(self._connection, span)
        return known.get(route) or Counts()


def readings(
    route: RouteSettings, number: int, table: Table
) -> tuple[Counts, tuple[rules.Reading, ...]]:
    """Return the counts of the budget window, and what each burn rule reads of its windows."""
    budget = table.budget(number, route.window)
    found = tuple(
        rules.read(
            rule,
            table.trailing(number, rule.long_us),
            table.trailing(number, rule.short_us),
            budget.total,
            route,
        )
        for rule in rules.of(route)
    )
    return budget, found


def charged(
    connection: Connection, route: RouteSettings, number: int, budget: Counts, now_us: int
) -> Counts:
    """Return the counts of the budget window as charged: experienced, less what was corrected."""
    found = corrections.of_route(connection, route.name)
    span = windows.budget_span(route.window, now_us)
    return budget.minus(corrections.taken_out(connection, number, found, span)[0])
