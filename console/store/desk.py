"""Orders, grants, receipts and the audit in the store."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.ledger.orders import Grant, Orders
from console.model import Directive
from console.store.connect import each

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from console.store.connect import Connection

GENESIS = "0" * 64
"""The hash before the first row of the audit."""
REBUILT = "rebuilt"
"""The fact that says since when a store stands in for another, and what became of that one."""
_SETTINGS_FILE = "settings_file"
_DIRECTIVE = msgspec.json.Decoder(Directive)
_ORDERED = (
    "select exists (select 1 from directive where route = ?1) "
    "or exists (select 1 from grant_given where route = ?1) "
    "or exists (select 1 from receipt where route = ?2) "
    "or exists (select 1 from late where route = ?2)"
)
"""Whether there is anything to be read of a route (its name, its number): mostly there is not."""

_ALL_WITH_ORDERS = (
    "select route from directive union select route from grant_given "
    "union select name from route where id in (select route from receipt) "
    "or id in (select route from late)"
)
_WITH_ORDERS = (
    "with asked(name) as (select value from json_each(?)) "
    "select name from asked where exists (select 1 from directive where route = name) "
    "union select route from grant_given where route in asked "
    "union select route.name from route where name in asked and ("
    "exists (select 1 from receipt where receipt.route = route.id) "
    "or exists (select 1 from late where late.route = route.id))"
)


class AuditRow(NamedTuple):
    """One act of an operator or of the ladder; `hash` covers the row and the one before it."""

    seq: int
    at_us: int
    actor: str
    verb: str
    route: str
    detail: str
    previous: str
    hash: str


def orders_of(connection: Connection, route: str) -> Orders:
    """Return the directives and grants of a route, with what its agents confirmed."""
    number = connection.execute("select id from route where name = ?", (route,)).fetchone()
    if not connection.execute(_ORDERED, (route, *(number or (-1,)))).fetchone()[0]:
        return Orders([])
    orders = Orders(directives_of(connection, route), grants_of(connection, route))
    if number is not None:
        for agent, generation, at_us in connection.execute(
            "select agent, generation, at_us from receipt where route = ?", number
        ):
            orders.receipts[agent, generation] = at_us
        for directive, agent, at_us in connection.execute(
            "select directive, agent, at_us from late where route = ?", number
        ):
            orders.late[directive, agent] = at_us
    return orders


def with_orders(connection: Connection, routes: Iterable[str] | None = None) -> set[str]:
    """Return those of some routes, or of all, of which `orders_of` has anything to read."""
    if routes is None:
        rows = connection.execute(_ALL_WITH_ORDERS)
    else:
        rows = connection.execute(_WITH_ORDERS, (msgspec.json.encode(list(routes)).decode(),))
    return {row[0] for row in rows}


def directives_of(connection: Connection, route: str) -> list[Directive]:
    """Return all directives that ever stood on a route, oldest first."""
    rows = connection.execute(
        "select body from directive where route = ? order by issued_us, id", (route,)
    )
    return [_DIRECTIVE.decode(row[0]) for row in rows]


def directives_by_route(connection: Connection) -> dict[str, list[Directive]]:
    """Return all directives that ever stood on each route, oldest first."""
    found: dict[str, list[Directive]] = {}
    for (body,) in connection.execute("select body from directive order by issued_us, id"):
        directive = _DIRECTIVE.decode(body)
        found.setdefault(directive.route, []).append(directive)
    return found


def ordered_routes(connection: Connection, *, until_us: int | None = None) -> list[str]:
    """Return the routes that ever had a directive or a grant, or a directive by an instant."""
    if until_us is not None:
        rows = connection.execute(
            "select distinct route from directive where issued_us <= ?", (until_us,)
        )
        return [row[0] for row in rows]
    rows = connection.execute("select route from directive union select route from grant_given")
    return [row[0] for row in rows]


def standing_routes(connection: Connection, now_us: int, known: Container[str] = ()) -> set[str]:
    """Return the routes, besides `known`, on which an order or a grant stands at an instant."""
    return {
        route
        for route in ordered_routes(connection)
        if route not in known
        and (
            any(order.stands(now_us) for order in directives_of(connection, route))
            or any(grant.holds(now_us) for grant in grants_of(connection, route))
        )
    }


def directives_mark(connection: Connection) -> int:
    """Return a number that changes whenever an order, a grant or what counts is written."""
    row = connection.execute("select value from fact where key = 'orders_mark'").fetchone()
    return int(row[0]) if row else 0


def save_directive(connection: Connection, directive: Directive) -> None:
    """Store a directive, new or changed."""
    connection.execute(
        "insert or replace into directive (id, route, issued_us, lifted_us, body) "
        "values (?, ?, ?, ?, ?)",
        (
            directive.id,
            directive.route,
            directive.issued_us,
            directive.lifted_us,
            msgspec.json.encode(directive).decode(),
        ),
    )
    touch_orders(connection)


def touch_orders(connection: Connection) -> None:
    """Let every process that keeps orders or settings in memory look at them again."""
    set_fact(connection, "orders_mark", str(directives_mark(connection) + 1))


def save_grant(connection: Connection, route: str, grant: Grant) -> None:
    """Store an operator's grant."""
    connection.execute(
        "insert or replace into grant_given (id, route, body) values (?, ?, ?)",
        (grant.id, route, msgspec.json.encode(grant).decode()),
    )
    set_fact(connection, "orders_mark", str(directives_mark(connection) + 1))


def orders_taken(connection: Connection) -> tuple[dict[str, Directive], set[str]]:
    """Return on what the counts rest: the orders as they were taken over, by id; grants' ids."""
    orders, grants = fact(connection, "orders_taken"), fact(connection, "grants_taken")
    taken = msgspec.json.decode(orders, type=list[Directive]) if orders else []
    granted = msgspec.json.decode(grants, type=set[str]) if grants else set()
    return {directive.id: directive for directive in taken}, granted


def keep_orders_taken(
    connection: Connection, taken: dict[str, Directive], granted: set[str]
) -> None:
    """Store on which orders and grants the counts rest, where that changed."""
    for key, said in (
        ("orders_taken", msgspec.json.encode(list(taken.values())).decode()),
        ("grants_taken", msgspec.json.encode(sorted(granted)).decode()),
    ):
        if fact(connection, key) != said:
            set_fact(connection, key, said)


def grants_of(connection: Connection, route: str) -> list[Grant]:
    """Return the operators' grants on a route."""
    rows = connection.execute("select body from grant_given where route = ?", (route,))
    return [msgspec.json.decode(row[0], type=Grant) for row in rows]


def save_receipts(connection: Connection, route_id: int, orders: Orders) -> None:
    """Store what the agents of a route confirmed, and their work after a receipt was due."""
    each(
        connection,
        "insert into receipt (route, agent, generation, at_us) values (?, ?, ?, ?) "
        "on conflict do update set at_us = min(at_us, excluded.at_us)",
        [(route_id, *key, at_us) for key, at_us in orders.receipts.items()],
    )
    each(
        connection,
        "insert into late (route, directive, agent, at_us) values (?, ?, ?, ?) "
        "on conflict do update set at_us = min(at_us, excluded.at_us)",
        [(route_id, *key, at_us) for key, at_us in orders.late.items()],
    )


def save_agents(connection: Connection, seen: Iterable[tuple[int, str, int, int]]) -> None:
    """Store when agents were heard of: (route, agent, first, last)."""
    each(
        connection,
        "insert into agent (route, agent, first_us, last_us) values (?, ?, ?, ?) on conflict do "
        "update set first_us = min(first_us, excluded.first_us), "
        "last_us = max(last_us, excluded.last_us)",
        seen,
    )


def audit(
    connection: Connection, *, at_us: int, actor: str, verb: str, route: str, detail: object
) -> AuditRow:
    """Append a row to the audit inside the caller's transaction, and return it."""
    last = connection.execute("select seq, hash from audit order by seq desc limit 1").fetchone()
    seq, previous = (int(last[0]) + 1, str(last[1])) if last else (1, GENESIS)
    text = msgspec.json.encode(detail, order="sorted").decode()
    row = AuditRow(seq, at_us, actor, verb, route, text, previous, "")
    row = row._replace(hash=audit_hash(row))
    connection.execute(
        "insert into audit (seq, at_us, actor, verb, route, detail, previous, hash) "
        "values (?, ?, ?, ?, ?, ?, ?, ?)",
        row,
    )
    return row


def begun(connection: Connection, at_us: int) -> bool:
    """Say whether the first control file had been written by an instant."""
    found = connection.execute("select 1 from audit where verb = 'init' and at_us <= ?", (at_us,))
    return found.fetchone() is not None


def audit_head(connection: Connection) -> str:
    """Return the newest row of the audit, short (`17:9f86d081884c`), "" where there is none.

    It goes with every page: whoever has it can tell later whether the chain still leads there.
    """
    last = connection.execute("select seq, hash from audit order by seq desc limit 1").fetchone()
    return f"{last[0]}:{last[1][:12]}" if last else ""


def audit_hash(row: AuditRow) -> str:
    """Return the hash of a row: SHA-256 over the one before it and all of its fields."""
    body = msgspec.json.encode(row[:-1])
    return hashlib.sha256(body).hexdigest()


def fact(connection: Connection, key: str) -> str:
    """Return a kept value, "" where there is none."""
    row = connection.execute("select value from fact where key = ?", (key,)).fetchone()
    return str(row[0]) if row else ""


class SettingsFile(NamedTuple):
    """The settings that a collector read: path ("" for built-in ones) and SHA-256 of the file."""

    path: str
    digest: str


def keep_settings_file(connection: Connection, used: SettingsFile) -> None:
    """Keep which settings the collector reads, inside the caller's transaction."""
    said = msgspec.json.encode(used).decode()
    if fact(connection, _SETTINGS_FILE) != said:
        set_fact(connection, _SETTINGS_FILE, said)


def settings_file(connection: Connection) -> SettingsFile | None:
    """Return which settings the collector read last, None where none did."""
    said = fact(connection, _SETTINGS_FILE)
    return msgspec.json.decode(said, type=SettingsFile) if said else None


def facts(connection: Connection, prefix: str) -> dict[str, str]:
    """Return the kept values whose key begins with a prefix, by what follows it."""
    rows = connection.execute(
        "select substr(key, ?), value from fact where substr(key, 1, ?) = ?",
        (len(prefix) + 1, len(prefix), prefix),
    )
    return dict(rows.fetchall())


def forget_facts(connection: Connection, prefix: str) -> None:
    """Forget the kept values whose key begins with a prefix."""
    connection.execute("delete from fact where substr(key, 1, ?) = ?", (len(prefix), prefix))


def set_fact(connection: Connection, key: str, value: str) -> None:
    """Keep a value."""
    connection.execute("insert or replace into fact (key, value) values (?, ?)", (key, value))
