"""Reading the store for alerts and snapshots. Everything here is a query; nothing is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.ledger import facts as run_facts
from console.ledger.counts import Entry
from console.model import MINUTE_US
from console.store.desk import AuditRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.store.connect import Connection


class RouteRow(NamedTuple):
    """A route that events were read of; `gap_minutes` is its longest silence of late."""

    id: int
    name: str
    first_us: int
    last_us: int
    events: int
    gap_minutes: int


class MissRow(NamedTuple):
    """One stored miss; `evidence` is [event id, file, offset, line number] each."""

    route: str
    run: str
    error_class: str
    at_us: int
    rule: str
    evidence: list[tuple[str, int, int, int]]


class FileRow(NamedTuple):
    """One log file as far as it is read."""

    path: bytes
    format: str
    state: str
    size: int
    offset: int
    lines: int
    latest_us: int | None
    rejected: int
    note: str
    late: int


def routes(connection: Connection, names: Iterable[str] | None = None) -> list[RouteRow]:
    """Return all routes that events were read of, or those of some names, by name."""
    query = "select id, name, first_us, last_us, events, gap_minutes from route"
    if names is None:
        rows = connection.execute(f"{query} order by name")
    else:
        rows = connection.execute(
            f"{query} where name in (select value from json_each(?)) order by name",
            (msgspec.json.encode(list(names)).decode(),),
        )
    return [RouteRow(*row) for row in rows]


def number_of(connection: Connection, route: str) -> int:
    """Return the number of a route, -1 where no event of it was ever read."""
    row = connection.execute("select id from route where name = ?", (route,)).fetchone()
    return -1 if row is None else int(row[0])


def heard(connection: Connection, at_us: int) -> dict[int, int]:
    """Return when each route was last heard of by an instant, by route number.

    Runs say when they began and last did something, the counts in which minutes they closed: what
    a run did in between is known to the minute at best.
    """
    rows = connection.execute(
        "select route, max(at_us) from ("
        "select route, max(last_us) as at_us from run where last_us <= ? group by route "
        "union all select route, max(first_us) from run where first_us <= ? group by route "
        "union all select route, max(first_us) from agent where first_us <= ? group by route "
        "union all select route, max(at) * ? from minute where at <= ? and total > 0 "
        "group by route) group by route",
        (at_us, at_us, at_us, MINUTE_US, at_us // MINUTE_US),
    )
    return dict(rows.fetchall())


def charged_against(
    connection: Connection, route: int, directive: str, *, until_us: int | None = None
) -> int:
    """Return how many permission misses were charged against an order, ever or by an instant."""
    row = connection.execute(
        "select count(*) from miss where route = ? and class = 'permission' "
        "and instr(rule, ?) > 0 and (? is null or at_us <= ?)",
        (route, f" {directive} stood", until_us, until_us),
    ).fetchone()
    return int(row[0])


def misses(
    connection: Connection,
    *,
    route: str | None = None,
    error_class: str | None = None,
    since_us: int | None = None,
    until_us: int | None = None,
    limit: int | None = None,
) -> list[MissRow]:
    """Return misses, newest first, of one route or all."""
    clauses, values = ["1"], list[object]()
    for clause, value in (
        ("route.name = ?", route),
        ("class = ?", error_class),
        ("at_us >= ?", since_us),
        ("at_us <= ?", until_us),
    ):
        if value is not None:
            clauses.append(clause)
            values.append(value)
    rows = connection.execute(
        "select route.name, run, class, at_us, rule, evidence from miss "
        "join route on route.id = miss.route "
        f"where {' and '.join(clauses)} "
        "order by at_us desc, route.name, run, class limit ?",
        (*values, -1 if limit is None else limit),
    )
    return [
        MissRow(route, run, found, at_us, rule, msgspec.json.decode(evidence))
        for route, run, found, at_us, rule, evidence in rows
    ]


def missed(
    connection: Connection, route: int, since_us: int, runs: Iterable[str]
) -> list[tuple[str, str, int]]:
    """Return (class, run, instant) of a route's misses since an instant, newest first.

    And of all misses of `runs`, however old.
    """
    query = "select at_us, run, class from miss where route = ? and"
    found = set(connection.execute(f"{query} at_us >= ?", (route, since_us)))
    for run in runs:
        found.update(connection.execute(f"{query} run = ?", (route, run)))
    rows = sorted(found, key=lambda row: (-row[0], *row[1:]))
    return [(error_class, run, at_us) for at_us, run, error_class in rows]


def latest_runs(connection: Connection, route: str, limit: int) -> list[str]:
    """Return the runs of a route that were heard of last, so many at most."""
    rows = connection.execute(
        "select run from run where route = ? order by last_us desc limit ?",
        (number_of(connection, route), limit),
    )
    return [row[0] for row in rows]


def has_run(connection: Connection, route: str, run: str) -> bool:
    """Say whether anything of a run was read."""
    found = connection.execute(
        "select 1 from run where route = ? and run = ?", (number_of(connection, route), run)
    )
    return found.fetchone() is not None


def entry(connection: Connection, route: str, run: str) -> Entry:
    """Return how a run is booked."""
    row = connection.execute(
        "select state, minute, classes from run join route on route.id = run.route "
        "where route.name = ? and run = ?",
        (route, run),
    ).fetchone()
    return Entry(*row) if row is not None else Entry()


def runs_missed(connection: Connection, route: int, first_us: int, limit: int) -> list[str]:
    """Return the runs of a route that missed since an instant, latest first, so many at most."""
    rows = connection.execute(
        "select run, max(at_us) as at from miss where route = ? and at_us >= ? "
        "group by run order by at desc, run limit ?",
        (route, first_us, limit),
    )
    return [row[0] for row in rows]


def line(connection: Connection, file: int, offset: int) -> tuple[bytes, bytes | None]:
    """Return (path, raw line) of a piece of evidence; None for a line that has expired."""
    row = connection.execute(
        "select file.path, line.raw from file left join line "
        "on line.file = file.id and line.offset = ? where file.id = ?",
        (offset, file),
    ).fetchone()
    return (row[0], row[1]) if row else (b"", None)


def files(connection: Connection) -> list[FileRow]:
    """Return all log files, those with something wrong first."""
    rows = connection.execute(
        "select path, format, state, size, offset, lines, latest_us, rejected, note, late "
        "from file order by rejected > 0 desc, path"
    )
    return [FileRow(*row) for row in rows]


def quarantined(connection: Connection, limit: int) -> list[tuple[bytes, int, int, str, bytes]]:
    """Return (path, line number, offset, reason, excerpt) of what could not be read.

    Of more than `limit` each file has its share: one that is full of it hides no other.
    """
    rows = connection.execute(
        "select path, number, place, reason, excerpt from (select file.path, number, "
        "quarantine.offset as place, reason, excerpt, row_number() over "
        "(partition by file.id order by quarantine.offset) as nth from quarantine "
        "join file on file.id = quarantine.file order by nth, file.path limit ?) "
        "order by path, place",
        (limit,),
    )
    return [tuple(row) for row in rows]


def family(connection: Connection, route: str, run: str) -> list[tuple[str, run_facts.Facts]]:
    """Return (run, facts) of a run and of all that it started, directly or not, each once."""
    found: dict[str, run_facts.Facts] = {}
    waiting = [run]
    while waiting:
        member = waiting.pop()
        row = connection.execute(
            "select run.route, told.events, parent from run join route on route.id = run.route "
            "join told on told.id = run.told where route.name = ? and run = ?",
            (route, member),
        ).fetchone()
        if row is None or member in found:
            continue
        found[member] = run_facts.decode(row[1], row[2])
        waiting += [
            child
            for (child,) in connection.execute(
                "select run from run where route = ? and parent = ? order by run",
                (row[0], member),
            )
        ]
    return list(found.items())


def paths(connection: Connection) -> dict[int, bytes]:
    """Return the paths of all log files by their number."""
    return dict(connection.execute("select id, path from file").fetchall())


def agents(
    connection: Connection, route: int, *, until_us: int | None = None
) -> list[tuple[str, int]]:
    """Return (agent, last heard of) of a route, by name; those that were known by an instant."""
    rows = connection.execute(
        "select agent, case when ? is null then last_us else min(last_us, ?) end from agent "
        "where route = ? and (? is null or first_us <= ?) order by agent",
        (until_us, until_us, route, until_us, until_us),
    )
    return [(agent, last_us) for agent, last_us in rows]


def audit_rows(connection: Connection, limit: int) -> list[AuditRow]:
    """Return the latest rows of the audit, newest first."""
    rows = connection.execute(
        "select seq, at_us, actor, verb, route, detail, previous, hash from audit "
        "order by seq desc limit ?",
        (limit,),
    )
    return [AuditRow(*row) for row in rows]


def audit_since(connection: Connection, seq: int) -> list[AuditRow]:
    """Return the rows of the audit after row `seq`, oldest first."""
    rows = connection.execute(
        "select seq, at_us, actor, verb, route, detail, previous, hash from audit where seq > ? "
        "order by seq",
        (seq,),
    )
    return [AuditRow(*row) for row in rows]


def totals(connection: Connection) -> tuple[int, int, int]:
    """Return (events read, pieces refused, events held back since they lie in the future)."""
    events = connection.execute("select coalesce(sum(events), 0) from route").fetchone()[0]
    rejected = connection.execute("select coalesce(sum(rejected), 0) from file").fetchone()[0]
    future = connection.execute("select count(*) from future").fetchone()[0]
    return int(events), int(rejected), int(future)
