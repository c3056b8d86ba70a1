"""Deleting what is older than the retention, a little at a time. Counts stay for good.

Age counts from `kept_us`: the collector's clock when a row was last written, or last found to be
needed still; so a log of two years ago that is read today keeps its evidence for all of the
retention. Nothing is vacuumed: SQLite uses freed pages again, and a long lock would stop reading.

Never deleted: open runs, runs with a deadline to come, runs that a correction takes out (it has to
take out the same tomorrow), the booked misses of orders (they would be booked again), and runs of
a family of which any part is any of that or younger. They are looked at again a retention later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.ledger.counts import Entry
from console.model import CLASSES
from console.store import corrections

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from console.store.connect import Connection

_FAMILY = (
    "with recursive family(run) as ("
    "select run from run indexed by run_parent where route = ?1 and parent = ?2 and parent <> '' "
    "union select run.run from family cross join run indexed by run_parent "
    "on run.route = ?1 and run.parent = family.run and run.parent <> '') "
    "select run.run, last_us, kept_us, deadline_us is not null from family cross join run "
    "on run.route = ?1 and run.run = family.run"
)
_LINES = (
    "delete from line where (file, offset) in (select file, offset from line "
    "where classes = ? and kept_us < ? limit ?)"
)
_REFUSED = (
    "delete from quarantine where (file, offset) in (select file, offset from quarantine "
    "where kept_us < ? limit ?)"
)
_FILES = (
    "delete from file where id in (select id from file where state = 'gone' and kept_us < ? "
    "and id < (select max(id) from file) "
    "and not exists (select 1 from line where line.file = file.id) "
    "and not exists (select 1 from quarantine where quarantine.file = file.id) limit ?) "
    "returning id"
)


class Terms(NamedTuple):
    """How long things are kept: everything, and the raw lines of classes that say otherwise."""

    retention_us: int
    keep_us: Mapping[str, int]

    def of_line(self, classes: int) -> int:
        """Return how long a line behind misses of some classes (bits) is kept."""
        named = [name for place, name in enumerate(CLASSES) if classes >> place & 1]
        return max(
            (self.keep_us.get(name, self.retention_us) for name in named),
            default=self.retention_us,
        )


class Purged(NamedTuple):
    """What was deleted: runs as (route, run), file numbers, and whether there may be more."""

    runs: list[tuple[str, str]]
    files: list[int]
    more: bool


class _Run(NamedTuple):
    route: int
    name: str
    run: str
    entry: Entry
    last_us: int


def floors(connection: Connection) -> dict[str, int]:
    """Return the latest event time among the deleted runs of each route that has any."""
    return dict(connection.execute("select name, floor_us from route where floor_us is not null"))


def purge(connection: Connection, now_us: int, terms: Terms, limit: int) -> Purged:
    """Delete at most `limit` of each kind of row, inside the caller's transaction."""
    cutoff_us = now_us - terms.retention_us
    most = 0
    for classes in range(1 << len(CLASSES)):
        expired = (classes, now_us - terms.of_line(classes), limit)
        most = max(most, connection.execute(_LINES, expired).rowcount)
    most = max(most, connection.execute(_REFUSED, (cutoff_us, limit)).rowcount)
    runs, looked_at = _purge_runs(connection, now_us, cutoff_us, limit)
    most = max(most, looked_at)
    if most >= limit:  # a file is there for as long as anything points to it
        return Purged(runs, [], more=True)
    files = [row[0] for row in connection.execute(_FILES, (cutoff_us, limit)).fetchall()]
    return Purged(runs, files, more=len(files) >= limit)


def _purge_runs(
    connection: Connection, now_us: int, cutoff_us: int, limit: int
) -> tuple[list[tuple[str, str]], int]:
    found = _settled(connection, cutoff_us, limit)
    names = sorted({run.name for run in found})
    known = {name: corrections.of_route(connection, name) for name in names}
    gone: list[tuple[str, str]] = []
    for run in found:
        family = connection.execute(_FAMILY, (run.route, run.run)).fetchall()
        young = any(kept_us >= cutoff_us or waits for _, _, kept_us, waits in family)
        if young or any(item.covers(run.run, run.entry) for item in known[run.name]):
            _keep(connection, run, now_us)
            continue
        whole = [run.run, *(row[0] for row in family)]
        _delete(connection, run.route, whole, max([run.last_us, *(row[1] for row in family)]))
        gone += [(run.name, name) for name in whole]
    return gone, len(found)


def _settled(connection: Connection, cutoff_us: int, limit: int) -> list[_Run]:
    """Return the oldest runs that are settled, heads of families only."""
    rows = connection.execute(
        "select run.route, route.name, run, state, minute, classes, run.last_us from run "
        "join route on route.id = run.route where kept_us < ? and state <> 'open' "
        "and deadline_us is null and parent = '' "
        "and not exists (select 1 from directive where directive.id = run.run) "
        "order by kept_us limit ?",
        (cutoff_us, limit),
    )
    return [
        _Run(route, name, run, Entry(state, minute, classes), last_us)
        for route, name, run, state, minute, classes, last_us in rows
    ]


def _delete(connection: Connection, route: int, names: Iterable[str], last_us: int) -> None:
    rows = [(route, name) for name in names]
    connection.executemany(
        "delete from told where id = (select told from run where route = ? and run = ?)", rows
    )
    connection.executemany("delete from run where route = ? and run = ?", rows)
    connection.executemany("delete from miss where route = ? and run = ?", rows)
    connection.executemany("delete from effort where route = ? and run = ?", rows)
    connection.executemany("delete from spend where route = ? and run = ?", rows)
    connection.executemany("delete from deployed where route = ? and run = ?", rows)
    connection.execute(
        "update route set floor_us = max(coalesce(floor_us, ?1), ?1) where id = ?2",
        (last_us, route),
    )


def _keep(connection: Connection, run: _Run, now_us: int) -> None:
    """Keep a run for another retention, and the files that its evidence points to."""
    connection.execute(
        "update run set kept_us = ? where route = ? and run = ?", (now_us, run.route, run.run)
    )
    rows = connection.execute(
        "select evidence from miss where route = ? and run = ?", (run.route, run.run)
    )
    files = {place[1] for row in rows for place in msgspec.json.decode(row[0])}
    connection.executemany(
        "update file set kept_us = ? where id = ?", [(now_us, file) for file in files]
    )
