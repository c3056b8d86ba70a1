"""The curve of the remaining budget over its window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.burn import arithmetic, windows
from console.model import MINUTE_US, Counts
from console.store import counting

if TYPE_CHECKING:
    from fractions import Fraction

    from console.settings import RouteSettings
    from console.store.connect import Connection

POINTS = 120
_HOUR = 60


def remaining_curve(
    connection: Connection,
    route: RouteSettings,
    number: int,
    now_us: int,
    left: Fraction | None,
) -> tuple[tuple[int, Fraction], ...]:
    """Return (instant, budget remaining), oldest first, at most `POINTS`.

    The budget is that of the runs of the whole window as it stands now, so that the curve only
    falls: 1 - bad so far / (B * total). The last point is `left`, what remains now, to the minute.
    """
    span = windows.budget_span(route.window, now_us)
    cells = counting.series(connection, "hour", span, number)
    total = sum(counts.total for _, counts in cells)
    if not total or left is None:
        return ()
    step = max(1, -(-(span.end - span.first) // (_HOUR * POINTS)))
    buckets: dict[int, Counts] = {}
    for hour, counts in cells:
        buckets[hour // step] = buckets.get(hour // step, Counts()).plus(counts)
    points, bad = [], 0
    for bucket in range(span.first // _HOUR // step, (span.end - 1) // _HOUR // step + 1):
        bad += buckets.get(bucket, Counts()).bad
        at_us = (bucket + 1) * step * _HOUR * MINUTE_US
        point = arithmetic.remaining(bad, total, route.budget_ppm)
        if at_us < now_us and point is not None:
            points.append((at_us, point))
    return (*points[1 - POINTS :], (now_us, left))
