"""What is worked out per run for the weekly review, and SQL views for whoever reads the store.

The views are the documented way to look at a store with other tools (sqlite-utils, Datasette): one
row a thing, names instead of numbers, instants as RFC 3339 beside the microseconds. They are plural
(`runs`, `misses`), the tables behind them singular.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.ledger.effort import agent_of, deployments, efforts
from console.ledger.signature import path_of, reason_of
from console.model import CLASSES, Counts
from console.store.connect import each
from console.store.reencode import facts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.ledger.effort import Effort, Spending
    from console.ledger.facts import Facts
    from console.ledger.whole import Whole
    from console.model import Event
    from console.store.connect import Connection

COLUMNS = """
alter table run add column agent text not null default '';
alter table miss add column signature text not null default '';
alter table miss add column path text not null default '';
create table effort (
    route integer not null, run text not null, kind text not null, at_us integer not null,
    place integer not null, length_us integer not null, who text not null,
    primary key (route, run, kind, at_us, place)) strict, without rowid;
create index effort_at on effort (route, at_us);
create table deployed (
    route integer not null, run text not null, at_us integer not null, change text not null,
    version text not null, primary key (route, run, at_us, change, version))
    strict, without rowid;
create index deployed_at on deployed (route, at_us)
"""
SPENDING = """
create table spend (
    route integer not null, run text not null, at_us integer not null, micro_usd integer not null,
    tokens integer not null, primary key (route, run)) strict, without rowid;
create index spend_at on spend (route, at_us)
"""
UNSAID = """
drop view spendings;
alter table spend rename to spend_before;
create table spend (
    route integer not null, run text not null, at_us integer not null, micro_usd integer,
    tokens integer, primary key (route, run)) strict, without rowid;
insert into spend select route, run, at_us, nullif(micro_usd, 0), nullif(tokens, 0)
    from spend_before;
drop table spend_before;
create index spend_at on spend (route, at_us)
"""
"""A cost or a count of 0 was what no event says; now that is null, and 0 is what an event says."""
_FLAGS = ", ".join(f"classes >> {place} & 1 as {item.value}" for place, item in enumerate(CLASSES))


def _when(column: str, name: str) -> str:
    return f"strftime('%Y-%m-%dT%H:%M:%SZ', {column} / 1000000, 'unixepoch') as {name}"


_MINUTE = "strftime('%Y-%m-%dT%H:%M:%SZ', {column} * 60, 'unixepoch') as {name}"
_PERMISSION_BIT = 1 << [item.value for item in CLASSES].index("permission")
_COVERS = f"""
    (classes & {_PERMISSION_BIT} = 0 or item.by_owner)
    and (run.run in (select value from json_each(item.runs))
      or (item.from_us / 60000000 <= run.minute and run.minute * 60000000 < item.to_us))
"""
"""As `corrections.Correction.covers` decides; a test holds the two together."""
VIEWS = {
    "corrections": f"""
        select id, route, rowid as number, {_when("json_extract(body, '$.at_us')", "at")},
          json_extract(body, '$.at_us') as at_us,
          json_extract(body, '$.category') as category, json_extract(body, '$.reason') as reason,
          json_extract(body, '$.by') as by, json_extract(body, '$.by_owner') as by_owner,
          json_extract(body, '$.from_us') as from_us, json_extract(body, '$.to_us') as to_us,
          json_extract(body, '$.runs') as runs from correction""",
    "runs": f"""
        select route.name as route, run.run, parent, state,
          {_MINUTE.format(column="minute", name="closed")}, minute,
          state = 'bad' as bad, {_FLAGS}, handoff, rescues, agent,
          run.first_us, run.last_us,
          (select item.id from corrections as item where item.route = route.name
            and run.minute is not null and {_COVERS} order by item.number limit 1) as correction
        from run join route on route.id = run.route""",
    "misses": f"""
        select route.name as route, run, class, {_when("at_us", "at")}, at_us, rule, signature,
          path, evidence from miss join route on route.id = miss.route""",
    "counts": f"""
        select route.name as route, {_MINUTE.format(column="at", name="closed")}, at as minute,
          {", ".join(Counts._fields)} from minute join route on route.id = minute.route""",
    "efforts": f"""
        select route.name as route, run, kind, {_when("at_us", "at")}, at_us, length_us,
          round(length_us / 60000000.0, 1) as minutes, who
        from effort join route on route.id = effort.route""",
    "spendings": f"""
        select route.name as route, run, {_when("at_us", "at")}, at_us,
          micro_usd / 1000000.0 as cost_usd, micro_usd, tokens
        from spend join route on route.id = spend.route""",
    "deployments": f"""
        select route.name as route, run, {_when("at_us", "at")}, at_us, change, version
        from deployed join route on route.id = deployed.route""",
    "alerts": f"""
        select 'A' || number as id, route, severity, kind, state, {_when("opened_us", "opened")},
          opened_us, {_when("resolved_us", "resolved")}, resolved_us,
          json_extract(body, '$.acknowledged_by') as acknowledged_by,
          json_extract(body, '$.acknowledged_us') as acknowledged_us from alert""",
    "orders": f"""
        select id, route, json_extract(body, '$.kind') as kind, json_extract(body, '$.by') as by,
          json_extract(body, '$.reason') as reason, {_when("issued_us", "issued")}, issued_us,
          {_when("lifted_us", "lifted")}, lifted_us,
          coalesce(json_extract(body, '$.overridden'), 0) as overridden,
          coalesce(json_extract(body, '$.alert'), '') as alert,
          json_extract(body, '$.generation') as generation from directive""",
    "receipts": f"""
        select route.name as route, agent, generation, {_when("at_us", "at")}, at_us
        from receipt join route on route.id = receipt.route""",
    "acts": f"""
        select seq, {_when("at_us", "at")}, at_us, actor, verb, route, detail from audit""",
}
"""The views by name: names and columns are kept stable across versions."""
_SPENDINGS = "spendings"
"""The view that came after the others."""


def add(connection: Connection) -> None:
    """Add tables and columns, fill them from the runs that are there, and create the views.

    Of the schema before the tenth: the events of a run are a list beside it.
    """
    for statement in COLUMNS.split(";"):
        connection.execute(statement)
    for name, query in VIEWS.items():
        if name != _SPENDINGS:
            connection.execute(f"create view {name} as {query}")
    rows = connection.execute("select route, run, facts, parent from run").fetchall()
    for route, run, facts, parent in rows:
        _work_out(connection, route, run, facts_of(facts, parent))


def add_spending(connection: Connection) -> None:
    """Add what models took, of which older events said nothing."""
    for statement in SPENDING.split(";"):
        connection.execute(statement)
    connection.execute(f"create view {_SPENDINGS} as {VIEWS[_SPENDINGS]}")


def tell_unsaid(connection: Connection) -> None:
    """Tell apart a cost of nothing, which events say, and one that none says."""
    for statement in UNSAID.split(";"):
        connection.execute(statement)
    connection.execute(f"create view {_SPENDINGS} as {VIEWS[_SPENDINGS]}")


def _work_out(connection: Connection, route: int, run: str, facts: Facts) -> None:
    connection.execute(
        "update run set agent = ? where route = ? and run = ?", (agent_of(facts), route, run)
    )
    found = connection.execute(
        "select class, at_us, rule from miss where route = ? and run = ?", (route, run)
    ).fetchall()
    for error_class, at_us, rule in found:
        connection.execute(
            "update miss set signature = ?, path = ? where route = ? and run = ? and class = ?",
            (reason_of(rule), path_of(facts, at_us), route, run, error_class),
        )
    late_us = next((at_us for name, at_us, _ in found if name == "latency"), None)
    insert(connection, [Took(route, run, efforts(facts, late_us), deployments(facts))])


class Took(NamedTuple):
    """What a run (the number of its route, its name) took, and the changes that it tells of."""

    route: int
    run: str
    efforts: Sequence[Effort]
    changes: Sequence[Event]
    spending: Spending | None = None


def save(connection: Connection, stored: Sequence[tuple[int, str]], took: Sequence[Took]) -> None:
    """Store anew what runs took, and the changes of their routes that they tell of.

    `stored` are the runs (the number of the route, the name) of which something may be stored.
    """
    each(connection, "delete from effort where route = ? and run = ?", stored)
    each(connection, "delete from deployed where route = ? and run = ?", stored)
    insert(connection, took)


def insert_whole(connection: Connection, routes: Mapping[str, int], runs: Sequence[Whole]) -> None:
    """Store what runs took that ended well and were not known; `routes` are the routes' numbers."""
    took = [
        Took(routes[run.route], run.run, run.efforts, (), run.spending)
        for run in runs
        if run.efforts or run.spending
    ]
    insert(connection, took)


def insert(connection: Connection, took: Sequence[Took]) -> None:
    """Store what runs took of which nothing is stored yet, except perhaps what models took."""
    each(
        connection,
        "insert into spend (route, run, at_us, micro_usd, tokens) values (?, ?, ?, ?, ?) "
        "on conflict do update set at_us = excluded.at_us, micro_usd = excluded.micro_usd, "
        "tokens = excluded.tokens",
        [(item.route, item.run, *item.spending) for item in took if item.spending is not None],
    )
    each(
        connection,
        "insert into effort (route, run, kind, at_us, place, length_us, who) "
        "values (?, ?, ?, ?, ?, ?, ?)",
        [
            (item.route, item.run, kind, at_us, place, length_us, who)
            for item in took
            for place, (kind, at_us, length_us, who) in enumerate(item.efforts)
        ],
    )
    each(
        connection,
        "insert or ignore into deployed (route, run, at_us, change, version) "
        "values (?, ?, ?, ?, ?)",
        [
            (route, run, event.ts_us, event.change, event.version)
            for route, run, _, changes, _ in took
            for event in changes
        ],
    )
