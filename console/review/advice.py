"""Which objective a route could have kept, and what each candidate would have alerted.

Counts are those of the span as experienced. Alerts are counted by `console.burn`'s own evaluation,
looked at in each minute in which a run missed, and once an hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.burn import arithmetic
from console.review.backtest import backtest, recorded
from console.review.types import Advice
from console.store import figures

if TYPE_CHECKING:
    from console.settings import RouteSettings
    from console.store.connect import Connection
    from console.store.figures import Scope

CANDIDATES_PPM = (1_000, 2_500, 5_000, 10_000, 20_000, 50_000, 100_000)
"""99.9 % down to 90 %."""


def advice(
    connection: Connection, scope: Scope, route: RouteSettings, *, every: bool = False
) -> tuple[Advice, ...]:
    """Return the candidates, strictest first: the next stricter, the present, the first kept.

    `every` asks for all of them.
    """
    bad, total = (figures.closed(connection, scope, name) for name in ("bad", "total"))
    if not total.value:
        return ()
    candidates = sorted({*CANDIDATES_PPM, route.budget_ppm})
    spent = {ppm: figures.spent_ppm(connection, (bad, total), ppm) for ppm in candidates}
    kept = [ppm for ppm in candidates if (spent[ppm].value or 0) <= arithmetic.PPM]
    chosen = set(candidates)
    if not every:
        stricter = [ppm for ppm in candidates if ppm < route.budget_ppm]
        chosen = {route.budget_ppm, *stricter[-1:], *kept[:1]}
    found, past = [], recorded(connection, scope, route)
    for ppm in sorted(chosen):
        pages, tickets = backtest(past, route, ppm)
        found.append(
            Advice(
                budget_ppm=ppm,
                current=ppm == route.budget_ppm,
                kept=ppm in kept,
                spent=spent[ppm],
                pages=pages,
                tickets=tickets,
            )
        )
    return tuple(found)
