"""What the store says of every route, each kind of it read in one query for all of them.

A fleet has a thousand routes and most of them have no order, no correction and no ladder: asking
for each of these by route is what a snapshot would spend its time on.
"""

from __future__ import annotations

from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

from console.store import corrections, counting, desk, episodes, reader
from console.store import intake as kept

if TYPE_CHECKING:
    from console.burn.windows import Span
    from console.store.connect import Connection


class Gathered:
    """Everything that is kept by route, for the length of one look at the store.

    Orders, open episodes, corrections and lost lines go by the route's name; agents and misses by
    its number. `states(since_us)`, `handoffs(first, end)` and `rescues(first, end)` go by number
    too, and are read once for each window that routes have.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.orders = desk.directives_by_route(connection)
        self.episodes = episodes.open_by_route(connection)
        self.corrections = corrections.by_route(connection)
        self.lost_lines = kept.lost_lines(connection)
        self.agents = reader.agents_by_route(connection)
        self.last_misses = reader.last_misses(connection)
        self.states = cache(partial(reader.states, connection))
        self.handoffs = cache(partial(reader.handoffs, connection))
        self.rescues = cache(partial(reader.rescues, connection))

    @cached_property
    def everything(self) -> Span:
        """Return the span from the first to the last day that has counts."""
        return counting.everything(self._connection)
