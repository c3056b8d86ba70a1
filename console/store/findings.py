"""Figures behind the words of a review: incidents, the verdict, where misses lie thick."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.burn.windows import Span
from console.model import CLASSES, MINUTE_US
from console.store.figures import OVERRIDDEN, Figure, Rows, Scope, ask, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.store.connect import Connection


def burn_hundredths(
    connection: Connection, counts: tuple[Figure, Figure], budget_ppm: int
) -> Figure:
    """Return the burn of (bad, total) in hundredths, rounded half up; None without runs."""
    bad, total = (f"({figure.query})" for figure in counts)
    budget = f"{total} * {budget_ppm}"
    return ask(
        connection,
        f"select (200 * {bad} * 1000000 + {budget}) / nullif(2 * {budget}, 0)",
    )


def outside(connection: Connection, scope: Scope, noise: Sequence[str], where: str = "") -> Figure:
    """Return how many charged bad runs lie in no outage; `where` narrows them by SQL."""
    return ask(
        connection,
        f"select count(*) from runs where {scope.minutes} and bad and correction is null "
        f"and not ({listed(noise)}){where}",
    )


def outside_by_class(
    connection: Connection, scope: Scope, noise: Sequence[str], names: Iterable[str]
) -> Figure:
    """Return how many of them missed in one of some classes."""
    known = {item.value for item in CLASSES}
    flags = [name for name in names if name in known]
    return outside(connection, scope, noise, f" and ({' or '.join(flags)})")


def spread(
    connection: Connection,
    scope: Scope,
    noise: Sequence[str],
    own: Sequence[str],
    error_class: str,
) -> Figure:
    """Return how many charged runs that lie in no incident missed in a class."""
    known = {item.value for item in CLASSES}
    flag = error_class if error_class in known else "0"
    return outside(connection, scope, noise, f" and not ({listed(own)}) and {flag}")


def days_of(connection: Connection, route: str, incidents: Sequence[Sequence[str]]) -> Figure:
    """Return on how many days (UTC) incidents, each given by its runs, began."""
    firsts = " union ".join(
        f"select min(minute) / 1440 from runs where route = {quoted(route)} and {listed(runs)}"
        for runs in incidents
    )
    return ask(connection, f"select count(*) from ({firsts or 'select 0 limit 0'})")


def rescues_within(connection: Connection, route: str, span: Span) -> dict[str, Figure]:
    """Return how many rescues a stretch saw, and their whole minutes."""
    where = (
        f"from efforts where route = {quoted(route)} and kind = 'rescue' "
        f"and at_us >= {span.first * MINUTE_US} and at_us < {span.end * MINUTE_US}"
    )
    return {
        "rescues": ask(connection, f"select count(*) {where}"),
        "minutes": ask(connection, f"select coalesce(sum(length_us), 0) / 60000000 {where}"),
    }


def closed_by(connection: Connection, scope: Scope, agent: str) -> Figure:
    """Return how many runs of one agent closed."""
    where = f"{scope.minutes} and agent = {quoted(agent)}"
    return ask(connection, f"select count(*) from runs where {where}")


def closed_in_hour(connection: Connection, scope: Scope, hour: int) -> Figure:
    """Return how many runs closed in one hour of the day (UTC)."""
    where = f"{scope.minutes} and minute / 60 % 24 = {hour}"
    return ask(connection, f"select coalesce(sum(total), 0) from counts where {where}")


def windows(
    connection: Connection, route: str, spans: Sequence[Span], fewest: int, budget_ppm: int
) -> dict[str, Figure]:
    """Return how many windows hold enough runs, and in how many of those the objective was met."""
    if not spans:
        known = "select 0 as total, 0 as bad limit 0"
    else:
        ends = ", ".join(f"({span.first}, {span.end})" for span in spans)
        whole = Scope(
            route, Span(min(span.first for span in spans), max(span.end for span in spans))
        )
        known = (
            f"with span(first, until) as (values {ends}), cell as materialized "
            f"(select minute, total, bad from counts where {whole.minutes}) "
            "select sum(total) as total, sum(bad) as bad from span "
            "join cell on minute >= first and minute < until "
            f"group by first, until having sum(total) >= {fewest}"
        )
    met = f"bad * 1000000 <= total * {budget_ppm}"
    return {
        "windows": ask(connection, f"select count(*) from ({known})"),
        "windows_met": ask(connection, f"select count(*) from ({known}) where {met}"),
    }


class Act(NamedTuple):
    """A row of the audit: who did what, when; `detail` is JSON."""

    actor: str
    verb: str
    at_us: int
    detail: str


def forced(connection: Connection, scope: Scope) -> list[Act]:
    """Return what was forced against an exit rule, or loosened, oldest first."""
    rows = connection.execute(
        f"select actor, verb, at_us, detail from acts where {scope.instants} "
        f"and {OVERRIDDEN} order by seq"
    )
    return [Act(*row) for row in rows]


def models(connection: Connection, scope: Scope, column: str) -> Figure:
    """Return what models took by what agents wrote: `micro_usd` or `tokens`; None: not said."""
    return ask(connection, f"select sum({_said(column)}) from spendings where {scope.instants}")


def told(connection: Connection, scope: Scope, column: str = "") -> Figure:
    """Return of how many runs it is written what models took, or one of the two columns of it."""
    where = f" and {_said(column)} is not null" if column else ""
    return ask(connection, f"select count(*) from spendings where {scope.instants}{where}")


def _said(column: str) -> str:
    if column not in {"micro_usd", "tokens"}:
        raise ValueError(f"nothing is known of {column}")
    return column


def signed(connection: Connection, until_us: int, route: str, limit: int) -> Rows:
    """Return (rescues, bad runs) as they were signed for a route, newest first."""
    query = (
        "select json_extract(detail, '$.rescues'), json_extract(detail, '$.bad') from acts "
        f"where verb = 'review' and route = {quoted(route)} and at_us < {until_us} "
        f"order by seq desc limit {limit}"
    )
    rows = connection.execute(query).fetchall()
    return Rows(tuple((int(rescues), int(bad)) for rescues, bad in rows), query)
