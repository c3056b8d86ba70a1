"""The tables, as sqlite-utils migrations. A change is a new migration, never an edit of an old one.

Counts are kept per minute, hour and day of event time, keyed (time, route), so that a window is a
sum of a few ranges. Run facts are the set of events of a run; `misses` and the counts follow from
them and could be computed anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from console.intake.position import digest
from console.store.connect import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    StoreError,
    Unwritable,
    being_updated,
    is_busy,
)

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

    from console.store.connect import Connection

_COUNTS = ", ".join(
    f"{name} integer not null"
    for name in ("total", "bad", "latency", "trust", "escalation", "permission", "recovery")
)
_TABLES = f"""
create table route (
    id integer primary key, name text not null unique, first_us integer not null,
    last_us integer not null, events integer not null default 0,
    gap_minutes integer not null default 0) strict;
create table file (
    id integer primary key, path blob not null, device integer not null, inode integer not null,
    incarnation integer not null, offset integer not null, lines integer not null,
    marker blob not null, size integer not null, format text not null, reader blob not null,
    latest_us integer, routes text not null, rejected integer not null, state text not null,
    note text not null, whole integer not null, mtime_ns integer not null,
    unique (path, device, inode, incarnation)) strict;
create table run (
    route integer not null, run text not null, parent text not null, facts blob not null,
    state text not null, minute integer, classes integer not null, deadline_us integer,
    handoff integer not null, rescues integer not null, first_us integer not null,
    last_us integer not null, primary key (route, run)) strict, without rowid;
create index run_deadline on run (deadline_us) where deadline_us is not null;
create index run_last on run (route, last_us);
create index run_minute on run (route, minute) where minute is not null;
create index run_apart on run (route, state) where state in ('open', 'unknown', 'excluded');
create index run_handoff on run (route, minute) where handoff = 1;
create index run_rescue on run (route, minute) where rescues > 0;
create index run_parent on run (route, parent) where parent <> '';
create table miss (
    route integer not null, run text not null, class text not null, at_us integer not null,
    rule text not null, evidence text not null, primary key (route, run, class))
    strict, without rowid;
create index miss_route on miss (route, at_us);
create index miss_at on miss (at_us);
create table line (
    file integer not null, offset integer not null, number integer not null, raw blob not null,
    primary key (file, offset)) strict, without rowid;
create table minute (
    at integer not null, route integer not null, {_COUNTS}, primary key (at, route))
    strict, without rowid;
create table hour (
    at integer not null, route integer not null, {_COUNTS}, primary key (at, route))
    strict, without rowid;
create table day (
    at integer not null, route integer not null, {_COUNTS}, primary key (at, route))
    strict, without rowid;
create index hour_route on hour (route, at);
create table quarantine (
    file integer not null, offset integer not null, number integer not null, reason text not null,
    excerpt blob not null, primary key (file, offset)) strict, without rowid;
create table future (
    due_us integer not null, file integer not null, offset integer not null, place integer not null,
    number integer not null, event blob not null, primary key (due_us, file, offset, place))
    strict, without rowid;
create table agent (
    route integer not null, agent text not null, first_us integer not null,
    last_us integer not null, primary key (route, agent)) strict, without rowid;
create table receipt (
    route integer not null, agent text not null, generation integer not null,
    at_us integer not null, primary key (route, agent, generation)) strict, without rowid;
create table late (
    route integer not null, directive text not null, agent text not null, at_us integer not null,
    primary key (route, directive, agent)) strict, without rowid;
create table directive (
    id text primary key, route text not null, issued_us integer not null, lifted_us integer,
    body text not null) strict, without rowid;
create index directive_route on directive (route, issued_us);
create table grant_given (
    id text primary key, route text not null, body text not null) strict, without rowid;
create table correction (id text primary key, route text not null, body text not null) strict;
create table alert (
    number integer primary key, route text not null, severity text not null, kind text not null,
    state text not null, opened_us integer not null, resolved_us integer, body text not null)
    strict;
create index alert_open on alert (route, severity, kind) where resolved_us is null;
create table audit (
    seq integer primary key, at_us integer not null, actor text not null, verb text not null,
    route text not null, detail text not null, previous text not null, hash text not null) strict;
create table sequence (
    route text not null, agent text not null, boot text not null, ranges text not null,
    missing integer not null, primary key (route, agent, boot)) strict, without rowid;
create table measured (
    route text not null, since_us integer not null, body text not null,
    primary key (route, since_us)) strict, without rowid;
create table fact (key text primary key, value text not null) strict, without rowid;
"""
_NOTICES = """
create table channel (
    id text primary key, label text not null, severities text not null, since_us integer not null,
    removed_us integer) strict, without rowid;
create table notice (
    number integer primary key, key text not null unique, alert text not null, what text not null,
    at_us integer not null, body text not null) strict;
create table delivery (
    channel text not null, notice integer not null, alert text not null, severity text not null,
    state text not null, attempts integer not null default 0, first_us integer,
    due_us integer not null, settled_us integer, note text not null default '',
    primary key (channel, notice)) strict, without rowid;
create index delivery_alert on delivery (channel, alert, notice);
create index delivery_waiting on delivery (channel, due_us) where state = 'waiting';
"""
_CONSEQUENCES = """
create table episode (
    number integer primary key, route text not null, step text not null,
    opened_us integer not null, closed_us integer, body text not null) strict;
create index episode_open on episode (route) where closed_us is null;
create index episode_step on episode (route, step);
"""
_ALERTING = """
create table breach (
    route integer not null, run text not null, alert integer not null, closed_us integer,
    primary key (route, run)) strict, without rowid;
create index breach_alert on breach (alert);
create table silence (
    number integer primary key, end_us integer not null, body text not null) strict;
create index silence_end on silence (end_us);
"""


_RETENTION = """
alter table run add column kept_us integer not null default 0;
alter table line add column kept_us integer not null default 0;
alter table line add column classes integer not null default 0;
alter table quarantine add column kept_us integer not null default 0;
alter table file add column kept_us integer not null default 0;
alter table file add column late integer not null default 0;
alter table route add column floor_us integer;
create index run_kept on run (kept_us)
    where state <> 'open' and deadline_us is null and parent = '';
create index line_kept on line (classes, kept_us);
create index quarantine_kept on quarantine (kept_us);
"""
"""`kept_us` is since when a row is kept (the collector's clock), `late` how many events came after
their run may have been deleted, `floor_us` the latest event time among the deleted runs."""
_AGED = ("run", "line", "quarantine", "file")
_TOLD = """
create table told (id integer primary key, events blob not null) strict;
alter table run add column told integer not null default 0
"""
_PASSED = """
create table passed (
    path blob not null, why text not null, entries integer not null, words text not null,
    primary key (path, why)) strict, without rowid
"""


def migrations() -> Migrations:
    """Return the steps from an empty file to this version's schema, in order."""
    from sqlite_utils import Migrations

    steps = Migrations("console")

    @steps()
    def m001_first(db: Database) -> None:
        _execute(db, _TABLES)

    @steps()
    def m002_unknown_events(db: Database) -> None:
        db.conn.execute(
            "create table unknown_event (file integer not null, event text not null, "
            "lines integer not null, primary key (file, event)) strict, without rowid"
        )

    @steps()
    def m003_notices(db: Database) -> None:
        _execute(db, _NOTICES)

    @steps()
    def m004_retention(db: Database) -> None:
        _execute(db, _RETENTION)
        # What is there already is as old as the store was when it last took something in.
        last = "coalesce((select cast(value as integer) from fact where key = 'ingested_us'), 0)"
        for table in _AGED:
            db.conn.execute(f"update {table} set kept_us = {last}")

    @steps()
    def m005_marks(db: Database) -> None:
        """Keep a digest of the bytes before an offset instead of the bytes; tell more of files."""
        for column in (
            "marked integer not null default 0",
            "generation integer",
            "packed text not null default ''",
        ):
            db.conn.execute(f"alter table file add column {column}")
        db.conn.execute("pragma secure_delete=on")  # or the bytes stay in pages that are free now
        for number, marker in db.conn.execute("select id, marker from file").fetchall():
            db.conn.execute(
                "update file set marked = ?, marker = ? where id = ?",
                (len(marker), digest(marker), number),
            )
        db.conn.execute(_PASSED)

    _later_steps(steps)
    return steps


def _later_steps(steps: Migrations) -> None:
    """Add the steps that came with alerting, consequences and the review."""

    @steps()
    def m006_consequences(db: Database) -> None:
        _execute(db, _CONSEQUENCES)

    @steps()
    def m007_alerting(db: Database) -> None:
        from console.store.reshape import merge_alerts

        _execute(db, _ALERTING)
        merge_alerts(db.conn)

    @steps()
    def m008_requests(db: Database) -> None:
        db.conn.execute(
            "create table request (route integer not null, run text not null, "
            "action text not null, at_us integer not null, directive text not null, "
            "agent text not null, primary key (route, run, action)) strict, without rowid"
        )

    @steps()
    def m009_reviewing(db: Database) -> None:
        from console.store import views

        views.add(db.conn)

    @steps()
    def m010_events_apart(db: Database) -> None:
        """Keep the events of runs in a table that only grows at its end.

        To write a run among others would write all that lies beside it anew.
        """
        from console.store.reencode import set_apart

        _execute(db, _TOLD)
        set_apart(db.conn)
        db.conn.execute("alter table run drop column facts")

    @steps()
    def m011_ahead(db: Database) -> None:
        db.conn.execute(
            f"create table ahead (at integer not null, route text not null, {_COUNTS}, "
            "primary key (at, route)) strict, without rowid"
        )

    @steps()
    def m012_spending(db: Database) -> None:
        from console.store import views

        views.add_spending(db.conn)

    @steps()
    def m013_spending_unsaid(db: Database) -> None:
        from console.store import views

        views.tell_unsaid(db.conn)

    @steps()
    def m014_apart_by_minute(db: Database) -> None:
        """Find what is neither good nor bad by its having no minute.

        A list of states costs every run that is written: SQLite makes a table of it each time.
        """
        db.conn.execute("drop index run_apart")
        db.conn.execute("create index run_apart on run (route, state) where minute is null")


def _execute(db: Database, statements: str) -> None:
    for statement in statements.split(";"):
        if statement.strip():
            db.conn.execute(statement)


def migrate(connection: Connection) -> None:
    """Bring the store to this version's schema, in one transaction; does nothing when it is.

    Whoever else opens it for writing meanwhile waits, and finds it done.

    Raises:
        StoreError: another process does so, and is not done yet.
    """
    if is_current(connection):
        return
    from sqlite_utils import Database

    try:
        connection.execute("begin immediate")
    except Unwritable as error:
        if not is_busy(error):
            raise
        _, _, path = connection.execute("pragma database_list").fetchone()
        raise StoreError(being_updated(Path(path))) from error
    try:
        if not is_current(connection):
            connection.execute(f"pragma application_id={APPLICATION_ID}")
            migrations().apply(Database(connection))
            connection.execute(f"pragma user_version={SCHEMA_VERSION}")
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


def is_current(connection: Connection) -> bool:
    """Say whether the store has this version's schema."""
    return bool(connection.execute("pragma user_version").fetchone()[0] == SCHEMA_VERSION)
