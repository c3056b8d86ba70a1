"""Figures of the weekly review, each with the query that recomputes it.

A figure *is* what its query returns: the query is run here, once, and stands beside the value, with
its parameters written into it, so that anybody may paste it into any SQLite tool. The queries read
the documented views (`console.store.views`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.model import CLASSES, MINUTE_US

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from fractions import Fraction

    from console.burn.windows import Span
    from console.settings import Rates
    from console.store.connect import Connection

    Counted = Callable[[Connection, "Scope", str], "Figure"]

_HUNDREDTHS = 100
OVERRIDDEN = (
    "verb not like '% requested' "
    "and (json_extract(detail, '$.overridden') or json_extract(detail, '$.override'))"
)
"""An act that was forced; that it was about to happen is an act of its own, and does not count."""


class Figure(msgspec.Struct, frozen=True):
    """A number (None: no data) and the query that returns it."""

    value: int | None
    query: str


class Scope(NamedTuple):
    """What a figure is about: a route over a span of minutes."""

    route: str
    span: Span

    @property
    def minutes(self) -> str:
        """Return the condition on `route` and `minute`."""
        return self._within("minute", self.span.first, self.span.end)

    @property
    def instants(self) -> str:
        """Return the condition on `route` and `at_us`."""
        return self._within("at_us", self.span.first * MINUTE_US, self.span.end * MINUTE_US)

    def _within(self, column: str, first: int, end: int) -> str:
        return f"route = {quoted(self.route)} and {column} >= {first} and {column} < {end}"


def quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def ask(connection: Connection, query: str) -> Figure:
    """Return the figure that a query gives."""
    value = connection.execute(query).fetchone()[0]
    return Figure(None if value is None else int(value), query)


def closed(connection: Connection, scope: Scope, column: str) -> Figure:
    """Return how many runs closed, as experienced; `column` is `total`, `bad` or a class."""
    query = f"select coalesce(sum({column}), 0) from counts where {scope.minutes}"
    return ask(connection, query)


def charged(connection: Connection, scope: Scope, column: str) -> Figure:
    """Return the same as charged: without the runs that corrections take out."""
    taken = "count(*)" if column == "total" else f"coalesce(sum({column}), 0)"
    return ask(
        connection,
        f"select (select coalesce(sum({column}), 0) from counts where {scope.minutes}) - "
        f"(select {taken} from runs where {scope.minutes} and correction is not null)",
    )


def spent_ppm(connection: Connection, counts: tuple[Figure, Figure], budget_ppm: int) -> Figure:
    """Return the share of the budget that (bad, total) spends, in ppm of it; no data: None."""
    bad, total = counts
    return ask(
        connection,
        f"select ({bad.query}) * 1000000000000 / nullif(({total.query}) * {budget_ppm}, 0)",
    )


def among(connection: Connection, route: str, runs: Sequence[str]) -> Figure:
    """Return how many of some runs of a route missed."""
    return ask(
        connection,
        f"select count(*) from runs where route = {quoted(route)} and bad and {listed(runs)}",
    )


def shares(
    connection: Connection, scope: Scope, outside: Sequence[str], own: Sequence[str]
) -> dict[str, Figure]:
    """Return the bad runs by where they lie: `noise`, `structural`, or `spread` in quiet times.

    `outside` are the runs in outages, `own` those in incidents of the route's own.
    """
    wheres = {
        "noise": f"(correction is not null or {listed(outside)})",
        "structural": f"correction is null and {listed(own)}",
        "spread": f"correction is null and not ({listed(outside)}) and not ({listed(own)})",
    }
    return {
        name: ask(
            connection, f"select count(*) from runs where {scope.minutes} and bad and {where}"
        )
        for name, where in wheres.items()
    }


def listed(runs: Sequence[str]) -> str:
    """Return the condition that a run is one of some."""
    return f"run in ({', '.join(map(quoted, runs))})"


def fleet(connection: Connection, names: Sequence[str], span: Span, column: str) -> Figure:
    """Return how many runs of some routes closed, as experienced."""
    return ask(
        connection,
        f"select coalesce(sum({column}), 0) from counts where minute >= {span.first} "
        f"and minute < {span.end} and route in ({', '.join(map(quoted, names))})",
    )


def fleet_rescues(connection: Connection, names: Sequence[str], span: Span) -> Figure:
    """Return how many rescues were logged on some routes."""
    return ask(
        connection,
        f"select count(*) from efforts where kind = 'rescue' and at_us >= {span.first * MINUTE_US} "
        f"and at_us < {span.end * MINUTE_US} and route in ({', '.join(map(quoted, names))})",
    )


def effort_minutes(connection: Connection, scope: Scope, kind: str) -> Figure:
    """Return the minutes of one kind of effort, rounded half up."""
    return ask(connection, f"select {_minutes(scope, kind)}")


def _minutes(scope: Scope, kind: str, where: str = "") -> str:
    return (
        "coalesce((select (sum(length_us) + 30000000) / 60000000 from efforts "
        f"where {scope.instants} and kind = {quoted(kind)}{where}), 0)"
    )


def money(
    connection: Connection,
    scope: Scope,
    kinds: Iterable[str],
    rates: Rates,
    error_class: str = "",
) -> Figure:
    """Return what efforts cost, in hundredths of the currency, each kind rounded half up.

    Of all runs, or of those that missed in a class.
    """
    where = f" and {missed_in(scope, error_class)}" if error_class else ""
    parts = []
    for kind in kinds:
        rate = rate_of(kind, rates)
        top, bottom = rate.numerator * _HUNDREDTHS, rate.denominator * 60
        minutes = _minutes(scope, kind, where)
        parts.append(f"({minutes} * {2 * top} + {bottom}) / {2 * bottom}")
    return ask(connection, f"select {' + '.join(parts)}")


def rise_tenths(connection: Connection, weeks: Sequence[Figure]) -> Figure:
    """Return the last of some figures in tenths of the mean of those before, rounded half up.

    None where there was nothing before.
    """
    *before, last = (f"({figure.query})" for figure in weeks)
    mean = " + ".join(before)
    return ask(
        connection,
        f"select ({20 * len(before)} * {last} + {mean}) / nullif(2 * ({mean}), 0)",
    )


def rate_of(kind: str, rates: Rates) -> Fraction:
    """Return the rate an hour of one kind of effort; recovery is waiting, priced as delay."""
    named = {"rescue": rates.rescue_per_hour, "approval": rates.approval_per_hour}
    return named.get(kind, rates.delay_per_hour)


def rescued(connection: Connection, scope: Scope) -> Figure:
    """Return how many rescues were logged."""
    return ask(
        connection,
        f"select count(*) from efforts where {scope.instants} and kind = 'rescue'",
    )


def of_signature(connection: Connection, scope: Scope, signature: str, path: str) -> Figure:
    """Return how many misses have one reason and one event path."""
    return ask(
        connection,
        f"select count(*) from misses where {scope.instants} "
        f"and signature = {quoted(signature)} and path = {quoted(path)}",
    )


def handoffs(connection: Connection, scope: Scope) -> Figure:
    """Return how many closed runs were handed off."""
    return ask(connection, f"select count(*) from runs where {scope.minutes} and handoff")


def approvals(connection: Connection, scope: Scope) -> Figure:
    """Return how many approvals were waited for."""
    return ask(
        connection,
        f"select count(*) from efforts where {scope.instants} and kind = 'approval'",
    )


def overridden(connection: Connection, scope: Scope) -> Figure:
    """Return how many orders were lifted by override, and looser settings accepted."""
    return ask(connection, f"select count(*) from acts where {scope.instants} and {OVERRIDDEN}")


def class_minutes(connection: Connection, scope: Scope, error_class: str) -> Figure:
    """Return the minutes of all efforts on runs that missed in a class."""
    return ask(
        connection,
        "select coalesce((sum(length_us) + 30000000) / 60000000, 0) from efforts "
        f"where {scope.instants} and {missed_in(scope, error_class)}",
    )


def missed_in(scope: Scope, error_class: str) -> str:
    """Return the condition that a run of the route missed in a class."""
    if error_class not in {item.value for item in CLASSES}:
        raise ValueError(f"there is no class {error_class}")
    return (
        f"run in (select run from misses where route = {quoted(scope.route)} "
        f"and class = {quoted(error_class)})"
    )


def sole_class(connection: Connection, scope: Scope, error_class: str) -> Figure:
    """Return how many runs missed in one class and in no other: good, had it not been for that."""
    if error_class not in {item.value for item in CLASSES}:
        raise ValueError(f"there is no class {error_class}")
    together = " + ".join(item.value for item in CLASSES)
    return ask(
        connection,
        f"select count(*) from runs where {scope.minutes} and bad and {error_class} "
        f"and {together} = 1",
    )


def to_acknowledge(connection: Connection, alert: str) -> Figure:
    """Return the seconds from the opening of an alert to its acknowledgement."""
    return ask(
        connection,
        f"select (acknowledged_us - opened_us) / 1000000 from alerts where id = {quoted(alert)}",
    )


def to_act(connection: Connection, alert: str) -> Figure:
    """Return the seconds from the opening of an alert to the first order given because of it.

    That is one that names it, or any that was given on its route while it stood.
    """
    return ask(
        connection,
        "select (min(issued_us) - opened_us) / 1000000 from alerts join orders "
        "on orders.route = alerts.route and issued_us >= opened_us and (orders.alert = alerts.id "
        f"or issued_us < coalesce(resolved_us, issued_us + 1)) where alerts.id = {quoted(alert)}",
    )


def to_confirm(connection: Connection, order: str) -> Figure:
    """Return the seconds from an order to the last agent's first receipt of it."""
    return ask(
        connection,
        "select (max(first) - issued_us) / 1000000 from orders, (select route as heard, "
        "min(at_us) as first from receipts where generation >= (select generation from orders "
        f"where id = {quoted(order)}) group by route, agent) where id = {quoted(order)} "
        "and heard = orders.route",
    )


def to_lift(connection: Connection, order: str) -> Figure:
    """Return the seconds for which an order stood, None while it stands."""
    return ask(
        connection,
        f"select (lifted_us - issued_us) / 1000000 from orders where id = {quoted(order)}",
    )


class Rows(msgspec.Struct, frozen=True):
    """Several rows of numbers and the query that returns them."""

    rows: tuple[tuple[int, ...], ...]
    query: str


def days(connection: Connection, scope: Scope) -> Rows:
    """Return (day since the epoch, closed, bad) for each day with closed runs, as experienced."""
    query = (
        "select minute / 1440, sum(total), sum(bad) from counts "
        f"where {scope.minutes} group by 1 having sum(total) > 0 order by 1"
    )
    found = connection.execute(query).fetchall()
    return Rows(tuple((int(day), int(total), int(bad)) for day, total, bad in found), query)


def bad_where(
    connection: Connection, scope: Scope, *, agent: str = "", hour: int | None = None
) -> Figure:
    """Return how many runs missed, of one agent or in one hour of the day (UTC) where named."""
    where = f" and agent = {quoted(agent)}" if agent else ""
    if hour is not None:
        where += f" and minute / 60 % 24 = {hour}"
    return ask(connection, f"select count(*) from runs where {scope.minutes} and bad{where}")


def trusted(connection: Connection, scope: Scope) -> Figure:
    """Return how many runs closed well: trusted outcomes."""
    return ask(
        connection, f"select coalesce(sum(total - bad), 0) from counts where {scope.minutes}"
    )


def each(connection: Connection, money: Figure, runs: Figure) -> Figure:
    """Return money a run, rounded half up to hundredths; None without runs."""
    query = f"select (2 * ({money.query}) + ({runs.query})) / nullif(2 * ({runs.query}), 0)"
    return ask(connection, query)
