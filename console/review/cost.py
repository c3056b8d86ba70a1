"""What trust costs beside the budget: minutes of people and of waiting, and money by the rates.

Minutes are rounded to whole ones per kind and span, money to hundredths. What models cost is not
in it: native events carry no price, and unknown keys of a line are kept as evidence only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.burn.windows import Span
from console.ledger.effort import KINDS
from console.model import CLASSES
from console.review.types import Cost
from console.store import figures

if TYPE_CHECKING:
    from console.settings import RouteSettings
    from console.store.connect import Connection
    from console.store.figures import Figure, Scope

_WEEK = 7 * 1440
_WEEKS = 4


def cost(connection: Connection, scope: Scope, route: RouteSettings) -> Cost:
    """Return what a route's trust cost over a span."""
    rates = route.rates
    money = figures.money(connection, scope, KINDS, rates)
    return Cost(
        minutes={kind: figures.effort_minutes(connection, scope, kind) for kind in KINDS},
        by_class={
            item.value: figures.class_minutes(connection, scope, item.value) for item in CLASSES
        },
        money=money,
        per_run=figures.each(connection, money, figures.closed(connection, scope, "total")),
        per_trusted=figures.each(connection, money, figures.trusted(connection, scope)),
        weeks=_weeks(connection, scope, route),
        sole={item.value: figures.sole_class(connection, scope, item.value) for item in CLASSES},
        currency=rates.currency,
        priced=any(figures.rate_of(kind, rates) for kind in KINDS),
    )


def _weeks(
    connection: Connection, scope: Scope, route: RouteSettings
) -> tuple[tuple[str, Figure], ...]:
    """Return the money of the last four stretches of seven days up to the end of the review."""
    found = []
    for back in range(_WEEKS, 0, -1):
        end = scope.span.end - (back - 1) * _WEEK
        span = Span(end - _WEEK, end)
        label = datetime.fromtimestamp(span.first * 60, UTC).strftime("%Y-%m-%d")
        money = figures.money(connection, scope._replace(span=span), KINDS, route.rates)
        found.append((label, money))
    return tuple(found)
