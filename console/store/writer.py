"""Writing the ledger: offsets, and all that the lines before them caused, in one transaction."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import msgspec

from console.ledger import facts as run_facts
from console.ledger.book import Change, Record, Settled
from console.ledger.counts import Entry
from console.ledger.effort import agent_of
from console.ledger.signature import path_of, reason_of
from console.model import CLASSES, Counts, ErrorClass
from console.store import views
from console.store.connect import Displaced, create, place_of
from console.store.mirror import Mirror, restore
from console.store.schema import migrate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from console.intake.position import Position
    from console.intake.reading import Rejected
    from console.ledger.case import Debit

_LATE = (ErrorClass.LATENCY,)
_LEVELS = (("minute", 1), ("hour", 60), ("day", 1_440))
_FIELDS = ", ".join(Counts._fields)
_ADD = ", ".join(f"{name} = {name} + excluded.{name}" for name in Counts._fields)
_UPSERT = (
    "insert into {level} (at, route, {fields}) values (?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "on conflict (at, route) do update set {add}"
)
_CELL = {level: _UPSERT.format(level=level, fields=_FIELDS, add=_ADD) for level, _ in _LEVELS}
_RUN = (
    "insert or replace into run (route, run, parent, facts, state, minute, classes, deadline_us, "
    "handoff, rescues, first_us, last_us, kept_us, agent) values (" + ", ".join("?" * 14) + ")"
)
_FILE = (
    "insert or replace into file (id, path, device, inode, incarnation, offset, lines, marker, "
    "size, format, reader, latest_us, routes, rejected, state, note, whole, mtime_ns, late, "
    "kept_us, marked, generation, packed) values (" + ", ".join("?" * 23) + ")"
)


class Writer:
    """The one connection that writes the ledger. Everything happens inside `transaction()`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = create(path)
        self._place = place_of(path)
        migrate(self.connection)
        self._mirror = Mirror(path)
        self._routes: dict[str, int] = {}
        self._load_routes()
        self._restore_audit()

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def check_place(self) -> None:
        """See that the file that is written is the one at the path: another would be read.

        Raises:
            Displaced: it was deleted, moved or replaced.
        """
        if place_of(self.path) != self._place:
            raise Displaced(f"store {self.path}: was deleted or replaced while it was open")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all that is written inside, durably, or none of it."""
        self.connection.execute("begin immediate")
        try:
            yield
            self.connection.execute("commit")
        except BaseException:
            # On a full disk, say, SQLite has rolled back by itself.
            if self.connection.in_transaction:
                self.connection.execute("rollback")
            self._load_routes()
            raise
        self._mirror_audit()

    def _mirror_audit(self) -> None:
        """Bring the audit's mirror up to the table; what cannot be added now is added later.

        An act that is committed has happened: a mirror that cannot be written does not undo it.
        `audit --verify` and `doctor` say that the mirror lacks it.
        """
        with contextlib.suppress(OSError):
            self._mirror.complete(self.connection)

    def _restore_audit(self) -> None:
        """Take the audit over from its mirror where the store is new and the mirror is not."""
        empty = not self.connection.execute("select 1 from audit limit 1").fetchone()
        if empty and self._mirror.path.exists():
            with self.transaction():
                restore(self.connection, self._mirror.path)
        self._mirror_audit()

    def route_id(self, name: str, at_us: int) -> int:
        """Return the number of a route, giving it one when it is new."""
        known = self._routes.get(name)
        if known is None:
            row = self.connection.execute(
                "insert into route (name, first_us, last_us) values (?, ?, ?) returning id",
                (name, at_us, at_us),
            ).fetchone()
            known = self._routes[name] = int(row[0])
        return known

    def saw(self, route: str, last_us: int, events: int) -> None:
        """Note that `events` events of a route were read, the latest of them at `last_us`."""
        self.connection.execute(
            "update route set last_us = max(last_us, ?), events = events + ? where id = ?",
            (last_us, events, self.route_id(route, last_us)),
        )

    def settle(self, settled: Settled, now_us: int) -> None:
        """Store changed runs, their misses, and the differences to the counts."""
        for change in settled.changes:
            self._save_run(change, now_us)
        self._add_cells(settled.cells)

    def _save_run(self, change: Change, now_us: int) -> None:
        facts, entry = change.facts, change.entry
        first_us, last_us = facts.first_us, facts.last_us
        if not facts.marks and change.debits:
            first_us = last_us = change.debits[0].at_us
        route = self.route_id(change.route, first_us)
        self.connection.execute(
            _RUN,
            (
                route,
                change.run,
                facts.parent,
                run_facts.encode(facts),
                entry.state,
                entry.minute,
                entry.classes,
                entry.deadline_us,
                int(entry.handoff),
                entry.rescues,
                first_us,
                last_us,
                now_us,
                agent_of(facts),
            ),
        )
        self._save_misses(route, change)
        late_us = next((one.at_us for one in change.debits if one.error_class in _LATE), None)
        views.save(self.connection, route, change.run, facts, late_us)

    def _save_misses(self, route: int, change: Change) -> None:
        self.connection.execute("delete from miss where route = ? and run = ?", (route, change.run))
        for error_class in CLASSES:
            debits = [debit for debit in change.debits if debit.error_class is error_class]
            if debits:
                at_us, (rule, evidence) = debits[0].at_us, _evidence(debits)
                kind = (reason_of(rule), path_of(change.facts, at_us))
                self.connection.execute(
                    "insert into miss (route, run, class, at_us, rule, evidence, signature, path) "
                    "values (?, ?, ?, ?, ?, ?, ?, ?)",
                    (route, change.run, error_class.value, at_us, rule, evidence, *kind),
                )

    def _add_cells(self, cells: Iterable[tuple[str, int, Counts]]) -> None:
        for level, width in _LEVELS:
            summed: dict[tuple[int, int], Counts] = {}
            for route, minute, counts in cells:
                key = (minute // width, self._routes[route])
                summed[key] = summed.get(key, Counts()).plus(counts)
            rows = [(*key, *summed[key]) for key in sorted(summed)]
            self.connection.executemany(_CELL[level], rows)

    def save_file(self, file: Position, now_us: int) -> None:
        """Store how far a file is read."""
        self.connection.execute(
            _FILE,
            (
                file.id,
                file.path,
                file.device,
                file.inode,
                file.incarnation,
                file.offset,
                file.lines,
                file.marker,
                file.size,
                file.format,
                file.reader,
                file.latest_us,
                msgspec.json.encode(sorted(file.routes)).decode(),
                file.rejected,
                file.state,
                file.note,
                int(file.whole),
                file.mtime_ns,
                file.late,
                now_us,
                file.marked,
                file.generation,
                file.packed,
            ),
        )

    def quarantine(self, file: int, rejected: Iterable[Rejected], now_us: int) -> None:
        """Keep what could not be read: where it is, why, and how it begins."""
        self.connection.executemany(
            "insert or ignore into quarantine (file, offset, number, reason, excerpt, kept_us) "
            "values (?, ?, ?, ?, ?, ?)",
            [
                (file, piece.offset, piece.line, piece.reason, piece.excerpt, now_us)
                for piece in rejected
            ],
        )

    def save_lines(self, lines: Iterable[tuple[int, int, int, bytes]]) -> None:
        """Keep the raw lines behind misses: (file, offset, line number, bytes)."""
        self.connection.executemany(
            "insert or ignore into line (file, offset, number, raw) values (?, ?, ?, ?)", lines
        )

    def renew_lines(self, lines: Iterable[tuple[int, int, int]], now_us: int) -> None:
        """Keep lines and their files anew: (file, offset, bits of the classes it is behind)."""
        rows = [(now_us, classes, file, offset) for file, offset, classes in lines]
        self.connection.executemany(
            "update line set kept_us = ?, classes = classes | ? where file = ? and offset = ?", rows
        )
        self.connection.executemany(
            "update file set kept_us = ? where id = ?",
            [(now_us, file) for file in sorted({row[2] for row in rows})],
        )

    def lines_known(self, origins: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
        """Return which (file, offset) of `origins` are kept already."""
        found = set()
        for origin in origins:
            row = self.connection.execute(
                "select 1 from line where file = ? and offset = ?", origin
            ).fetchone()
            if row:
                found.add(origin)
        return found

    def fetch(self, route: str, run: str) -> Record | None:
        """Return a run as it was last stored (the ledger's shelf)."""
        row = self.connection.execute(
            "select parent, facts, state, minute, classes, deadline_us, handoff, rescues "
            "from run where route = ? and run = ?",
            (self._routes.get(route, -1), run),
        ).fetchone()
        if row is None:
            return None
        parent, facts, state, minute, classes, deadline_us, handoff, rescues = row
        entry = Entry(state, minute, classes, deadline_us, bool(handoff), rescues)
        return Record(run_facts.decode(facts, parent), entry)

    def since(self, route: str, at_us: int) -> list[str]:
        """Return the runs of a route with an event at or after an instant."""
        rows = self.connection.execute(
            "select run from run where route = ? and last_us >= ?",
            (self._routes.get(route, -1), at_us),
        )
        return [row[0] for row in rows]

    def deadlines(self) -> list[tuple[str, str, int]]:
        """Return all deadlines to come: (route, run, instant)."""
        rows = self.connection.execute(
            "select route.name, run, deadline_us from run join route on route.id = run.route "
            "where deadline_us is not null"
        )
        return [(route, run, deadline_us) for route, run, deadline_us in rows]

    def links(self) -> list[tuple[str, str, str]]:
        """Return which run started which: (route, run, parent)."""
        rows = self.connection.execute(
            "select route.name, run, parent from run join route on route.id = run.route "
            "where parent <> ''"
        )
        return [(route, run, parent) for route, run, parent in rows]

    def _load_routes(self) -> None:
        self._routes = dict(self.connection.execute("select name, id from route"))


def _evidence(debits: list[Debit]) -> tuple[str, str]:
    """Return the rules in words, and the evidence as JSON: [event id, file, offset, line]."""
    rules = "; ".join(dict.fromkeys(debit.rule for debit in debits))
    marks = dict.fromkeys(mark for debit in debits for mark in debit.marks)
    rows = [(mark.event.id, *mark.origin) for mark in marks]
    return rules, msgspec.json.encode(rows).decode()


def own_only(path: Path) -> None:
    """Make a file of ours readable by nobody else."""
    os.chmod(path, 0o600)  # noqa: PTH101
