"""A store of many counted minutes, made in SQL: no logs of that size are needed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.burn import windows
from console.store.writer import Writer

if TYPE_CHECKING:
    from pathlib import Path

_SPAN_MINUTES = 35 * windows.MINUTES_PER_DAY
"""A little more than the longest window, so that every window has an edge inside the data."""
_MINUTES = """
insert into minute (at, route, total, bad, latency, trust, escalation, permission, recovery)
with recursive turn(n) as (select 0 union all select n + 1 from turn where n + 1 < :turns),
cell as (
    select :end - n * :step - (n * 7 + route.id * 13) % :step as at, route.id as route,
        1 + (n * 7919 + route.id * 104729 + :seed) % 5 as total,
        (n * 31 + route.id * 17 + :seed) % 97 = 0 as bad
    from turn cross join route)
select at, route, total, bad, bad, 0, 0, 0, 0 from cell order by at, route
"""
_COARSER = """
insert into {level} select at / {width}, route, sum(total), sum(bad), sum(latency), sum(trust),
sum(escalation), sum(permission), sum(recovery) from minute group by 1, 2
"""


def write(path: Path, *, routes: int, rows: int, seed: int) -> int:
    """Make a store of about `rows` minute cells of `routes` routes that end now; return `now_us`.

    Each route has a cell every so many minutes over 35 days.
    """
    now_us = time.time_ns() // 1_000
    turns = min(max(1, rows // routes), _SPAN_MINUTES)
    given = {
        "turns": turns,
        "end": windows.minute_of(now_us),
        "step": _SPAN_MINUTES // turns,
        "seed": seed,
    }
    writer = Writer(path)
    with writer.transaction():
        for number in range(routes):
            writer.route_id(f"route-{number:05}", now_us)
        writer.connection.execute(_MINUTES, given)
        for level, width in (("hour", 60), ("day", windows.MINUTES_PER_DAY)):
            writer.connection.execute(_COARSER.format(level=level, width=width))
    writer.close()
    return now_us
