"""What the store says of every route, each kind of it read in one query for all of them.

A fleet has a thousand routes and most of them have no order, no correction and no ladder: asking
for each of these by route is what a snapshot would spend its time on.
"""

from __future__ import annotations

from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

from console.snapshot.marks import MARKS
from console.store import corrections, counting, desk, episodes, fleet
from console.store import intake as kept

if TYPE_CHECKING:
    from console.burn.windows import Span
    from console.store.connect import Connection


class Gathered:
    """Everything that is kept by route, for the length of one look at the store.

    Orders, open episodes, corrections and lost lines go by the route's name; agents and misses by
    its number. `states(since_us)`, `changes(since_us)`, `handoffs(first, end)` and
    `rescues(first, end)` go by number too, and are read once for each window that routes have.

    Args:
        connection: the store.
        until_us: an instant of the past at which what is known is cut; None: all of it holds.
            Orders are all there and as they became: who shows one cuts it (`past.orders_at`).
    """

    def __init__(self, connection: Connection, until_us: int | None) -> None:
        self._connection = connection
        self.orders = desk.directives_by_route(connection)
        self.corrections = corrections.by_route(connection, until_us=until_us)
        self.lost_lines = kept.lost_lines(connection)
        self.agents = fleet.agents(connection, until_us=until_us)
        self.last_misses = fleet.last_misses(connection, until_us=until_us)
        if until_us is None:
            self.episodes = episodes.open_by_route(connection)
            self.states = cache(partial(fleet.states, connection))
        else:
            self.episodes = episodes.opened_at(connection, until_us)
            self.states = cache(partial(fleet.states_at, connection, until_us))
        self.changes = cache(partial(fleet.changes, connection, MARKS, until_us))
        self.handoffs = cache(partial(fleet.handoffs, connection))
        self.rescues = cache(partial(fleet.rescues, connection))

    @cached_property
    def everything(self) -> Span:
        """Return the span from the first to the last day that has counts."""
        return counting.everything(self._connection)
