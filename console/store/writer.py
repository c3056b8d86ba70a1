"""Writing the ledger: offsets, and all that the lines before them caused, in one transaction."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

import msgspec

from console.ledger import facts as run_facts
from console.ledger.book import Change, Settled
from console.ledger.effort import agent_of, deployments, efforts, spending
from console.ledger.signature import path_of, reason_of
from console.model import CLASSES, Counts, ErrorClass, RunState
from console.store import views
from console.store.connect import Displaced, StoreError, create, each, place_of, require_known
from console.store.counting import Cell, summed_up
from console.store.mirror import Mirror, restore
from console.store.schema import migrate
from console.store.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from console.ledger.case import Debit
    from console.ledger.whole import Whole

_LATE = (ErrorClass.LATENCY,)
_LEVELS = (("minute", 1), ("hour", 60), ("day", 24))
"""Each with how many of the level before it it takes."""
_FIELDS = ", ".join(Counts._fields)
_ADD = ", ".join(f"{name} = {name} + excluded.{name}" for name in Counts._fields)
_UPSERT = (
    "insert into {level} (at, route, {fields}) values (?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "on conflict (at, route) do update set {add}"
)
_CELL = {level: _UPSERT.format(level=level, fields=_FIELDS, add=_ADD) for level, _ in _LEVELS}
_COLUMNS = (
    "(route, run, told, minute, handoff, first_us, last_us, agent, kept_us, "
    "parent, state, classes, deadline_us, rescues)"
)
_WHOLE = (
    f"insert into run {_COLUMNS} values (?, ?, ?, ?, ?, ?, ?, ?, ?, "
    f"'', '{RunState.GOOD.value}', 0, null, 0)"
)
_RUN = f"insert or replace into run {_COLUMNS} values ({', '.join('?' * 14)})"
_TOLD = "insert into told (id, events) values (?, ?)"
_TOLD_ANEW = _TOLD.replace("insert", "insert or replace", 1)
_MISS = (
    "insert or replace into miss (route, run, class, at_us, rule, evidence, signature, path) "
    "values (?, ?, ?, ?, ?, ?, ?, ?)"
)
_PLACE = "select told from run where route = ? and run = ?"


class Writer:
    """The one connection that writes the ledger. Everything happens inside `transaction()`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = create(path)
        self._inode = place_of(path)
        migrate(self.connection)
        self._mirror = Mirror(path)
        self._routes: dict[str, int] = {}
        self.shelf = Shelf(self.connection, self._routes)
        self._told = 0
        """The highest number under which the events of a run are kept."""
        self._load_routes()
        self._restore_audit()

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def check_place(self) -> None:
        """See that the file that is written is the one at the path: another would be read.

        Raises:
            Displaced: it was deleted, moved or replaced.
            StoreError: a newer version has brought it up to date.
        """
        if place_of(self.path) != self._inode:
            raise Displaced(f"store {self.path}: was deleted or replaced while it was open")
        require_known(self.connection, self.path)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all that is written inside, durably, or none of it.

        Raises:
            StoreError: a newer version has brought the store up to date; nothing is written.
        """
        self._begin()
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

    def _begin(self) -> None:
        self.connection.execute("begin immediate")
        try:
            require_known(self.connection, self.path)
        except StoreError:
            self.connection.execute("rollback")
            raise

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

    def meet(self, firsts: Mapping[str, int]) -> None:
        """Give numbers to those of some routes that are new: name, and the first instant.

        In an order that does not depend on how lines were read.
        """
        new = [(name, *(firsts[name],) * 2) for name in sorted(firsts) if name not in self._routes]
        if new:
            last = max(self._routes.values(), default=0)
            each(
                self.connection,
                "insert into route (name, first_us, last_us) values (?, ?, ?)",
                new,
            )
            numbers = self.connection.execute("select name, id from route where id > ?", (last,))
            self._routes.update(numbers)

    def saw(self, seen: Iterable[tuple[str, int, int]]) -> None:
        """Note what was read of routes: the latest instant, and how many events."""
        rows = list(seen)
        self.meet({route: last_us for route, last_us, _ in rows})
        each(
            self.connection,
            "update route set last_us = max(last_us, ?), events = events + ? where id = ?",
            [(last_us, events, self._routes[route]) for route, last_us, events in rows],
        )

    def settle(self, settled: Settled, now_us: int) -> None:
        """Store changed runs, their misses, and the differences to the counts."""
        self._meet(settled, now_us)
        self._save_whole(settled.whole, now_us)
        self._save_runs(settled.changes, now_us)
        self._add_cells(settled.cells)

    def _meet(self, settled: Settled, now_us: int) -> None:
        """Give numbers to the routes of runs that are the first of theirs."""
        firsts: dict[str, int] = {}
        for run in settled.whole:
            if run.route not in self._routes:
                firsts[run.route] = min(run.first_us, firsts.get(run.route, run.first_us))
        for change in settled.changes:
            if change.route not in self._routes:
                # A parent that was not read itself has no instant.
                first_us = _span(change)[0] or now_us
                firsts[change.route] = min(first_us, firsts.get(change.route, first_us))
        self.meet(firsts)

    def _save_whole(self, runs: Sequence[Whole], now_us: int) -> None:
        """Store runs that ended well and were not known, in the order of the table."""
        routes = self._routes
        told = list(enumerate([run.facts for run in runs], self._told + 1))
        rows = [
            (
                routes[run.route], run.run, number, run.minute, int(run.handoff),
                run.first_us, run.last_us, run.agent, now_us,
            )
            for number, run in enumerate(runs, self._told + 1)
        ]  # fmt: skip
        self._told += len(told)
        rows.sort()  # by route and run: no two have both in common
        each(self.connection, _TOLD, told)
        each(self.connection, _WHOLE, rows)
        views.insert_whole(self.connection, routes, runs)

    def _save_runs(self, changes: Iterable[Change], now_us: int) -> None:
        told, missed = dict[int, bytes](), list[tuple[int, str]]()
        rows = dict[tuple[int, str], tuple[Any, ...]]()
        last: dict[tuple[int, str], Change] = {}
        stored = list[tuple[int, str]]()
        for change in changes:  # a run that is changed twice is as it was changed last
            key = (self._routes[change.route], change.run)
            place = rows[key][2] if key in rows else self._place(*key, stored=change.stored)
            rows[key] = _row(key, place, change, now_us)
            told[place] = run_facts.encode(change.facts)
            last[key] = change
            if change.missed:
                missed.append(key)
            if change.stored:
                stored.append(key)
        each(self.connection, _TOLD_ANEW, told.items())
        each(self.connection, _RUN, rows.values())
        each(self.connection, "delete from miss where route = ? and run = ?", missed)
        each(
            self.connection,
            _MISS,
            [row for key, change in last.items() for row in _misses(*key, change)],
        )
        views.save(self.connection, stored, [_took(*item) for item in last.items()])

    def _place(self, route: int, run: str, *, stored: bool) -> int:
        """Return the number under which the events of a run are kept, a new one for a new run."""
        row = self.connection.execute(_PLACE, (route, run)).fetchone() if stored else None
        if row is not None:
            return int(row[0])
        self._told += 1
        return self._told

    def _add_cells(self, cells: Iterable[tuple[str, int, Counts]]) -> None:
        routes = self._routes
        summed: list[Cell] = sorted(
            ((minute, routes[route]), counts) for route, minute, counts in cells
        )
        for level, width in _LEVELS:
            if width > 1:
                summed = summed_up(summed, width)
            each(self.connection, _CELL[level], [(*place, *counts) for place, counts in summed])

    def _load_routes(self) -> None:
        self._routes.clear()
        self._routes.update(self.connection.execute("select name, id from route"))
        self._told = self.connection.execute("select coalesce(max(id), 0) from told").fetchone()[0]


def _span(change: Change) -> tuple[int, int]:
    """Return the earliest and the latest instant of a run; one without events has its miss's."""
    facts = change.facts
    if not facts and change.debits:
        return change.debits[0].at_us, change.debits[0].at_us
    return facts.first_us, facts.last_us


def _row(key: tuple[int, str], told: int, change: Change, now_us: int) -> tuple[Any, ...]:
    """Return a run as the table has it; `told` is where its events are kept."""
    entry = change.entry
    return (
        *key, told, entry.minute, int(entry.handoff), *_span(change), agent_of(change.facts),
        now_us, change.facts.parent, entry.state, entry.classes, entry.deadline_us, entry.rescues,
    )  # fmt: skip


def _misses(route: int, run: str, change: Change) -> Iterator[tuple[Any, ...]]:
    """Yield the misses of a run as they are stored, one a class."""
    for error_class in CLASSES:
        mine = [debit for debit in change.debits if debit.error_class is error_class]
        if mine:
            at_us, (rule, evidence) = mine[0].at_us, _evidence(mine)
            kind = (reason_of(rule), path_of(change.facts, at_us))
            yield route, run, error_class.value, at_us, rule, evidence, *kind


def _took(key: tuple[int, str], change: Change) -> views.Took:
    """Return what a run took, and the changes that it tells of, for the review."""
    late_us = next((one.at_us for one in change.debits if one.error_class in _LATE), None)
    facts = change.facts
    return views.Took(*key, efforts(facts, late_us), deployments(facts), spending(facts))


def _evidence(debits: list[Debit]) -> tuple[str, str]:
    """Return the rules in words, and the evidence as JSON: [event id, file, offset, line]."""
    rules = "; ".join(dict.fromkeys(debit.rule for debit in debits))
    marks = dict.fromkeys(mark for debit in debits for mark in debit.marks)
    rows = [(mark.event.id, *mark.origin) for mark in marks]
    return rules, msgspec.json.encode(rows).decode()


def own_only(path: Path) -> None:
    """Make a file of ours readable by nobody else."""
    os.chmod(path, 0o600)  # noqa: PTH101
