"""What trust costs beside the budget: minutes of people and of waiting, and money by the rates.

Minutes are rounded to whole ones per kind and span, money to hundredths. What models cost is what
agents wrote in their events (`cost_usd`, `tokens`), in dollars; it is added to the money only where
that is in dollars too. Nothing is priced here: what only says tokens stays tokens.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.burn.windows import Span
from console.ledger.effort import KINDS
from console.model import CLASSES
from console.review.types import Cost
from console.store import figures, findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.settings import RouteSettings
    from console.store.connect import Connection
    from console.store.figures import Figure, Scope

_WEEK = 7 * 1440
_WEEKS = 4
_DOLLARS = frozenset({"USD", "$"})


def cost(connection: Connection, scope: Scope, route: RouteSettings) -> Cost:
    """Return what a route's trust cost over a span."""
    rates = route.rates
    money = figures.money(connection, scope, KINDS, rates)
    closed = figures.closed(connection, scope, "total")
    trusted = figures.trusted(connection, scope)
    weeks = _weeks(connection, scope, route)
    rise = figures.rise_tenths(connection, [figure for _, figure in weeks])
    models = _models(connection, scope, closed, trusted)
    dollars = rates.currency.upper() in _DOLLARS and models["micro_usd"].value is not None
    return Cost(
        minutes={kind: figures.effort_minutes(connection, scope, kind) for kind in KINDS},
        by_class={
            item.value: figures.class_minutes(connection, scope, item.value) for item in CLASSES
        },
        money=money,
        per_run=figures.each(connection, money, closed),
        per_trusted=figures.each(connection, money, trusted),
        weeks=weeks,
        sole={item.value: figures.sole_class(connection, scope, item.value) for item in CLASSES},
        currency=rates.currency,
        priced=any(figures.rate_of(kind, rates) for kind in KINDS),
        money_by_class={
            item.value: figures.money(connection, scope, KINDS, rates, item.value)
            for item in CLASSES
        },
        models=models,
        whole=_whole(connection, money, models, closed, trusted) if dollars else {},
        trend=_trend([figure.value or 0 for _, figure in weeks], rise),
        trend_tenths=rise,
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


def _trend(weeks: Sequence[int], rise: Figure) -> str:
    """Say how the last week compares with the mean of those before, in whole times or parts."""
    if rise.value is None:
        return "nothing before to compare with" if weeks[-1] else "nothing in four weeks"
    whole, tenths = divmod(rise.value, 10)
    return f"the last week cost {whole}.{tenths} times the mean of those before"


def _models(
    connection: Connection, scope: Scope, closed: Figure, trusted: Figure
) -> dict[str, Figure]:
    spent, tokens = (findings.models(connection, scope, what) for what in ("micro_usd", "tokens"))
    return {
        "micro_usd": spent,
        "tokens": tokens,
        "runs": findings.told(connection, scope),
        "runs_priced": findings.told(connection, scope, "micro_usd"),
        "runs_counted": findings.told(connection, scope, "tokens"),
        "micro_usd_per_run": figures.each(connection, spent, closed),
        "micro_usd_per_trusted": figures.each(connection, spent, trusted),
        "tokens_per_run": figures.each(connection, tokens, closed),
        "tokens_per_trusted": figures.each(connection, tokens, trusted),
    }


def _whole(
    connection: Connection,
    money: Figure,
    models: dict[str, Figure],
    closed: Figure,
    trusted: Figure,
) -> dict[str, Figure]:
    """Return money and models together, in hundredths, rounded half up."""
    together = figures.ask(
        connection, f"select ({money.query}) + (({models['micro_usd'].query}) + 5000) / 10000"
    )
    return {
        "hundredths": together,
        "hundredths_per_run": figures.each(connection, together, closed),
        "hundredths_per_trusted_outcome": figures.each(connection, together, trusted),
    }
