"""The real ledger on a shelf in memory, played batch by batch, with restarts between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.collector.gathering import Gathering
from console.ledger import facts as run_facts
from console.ledger.book import Ledger, Record
from console.ledger.counts import Entry
from console.ledger.orders import Orders
from console.ledger.permission import CROWDED
from console.model import (
    CLASSES,
    EVENTS,
    FUTURE_SLACK_US,
    RUNLESS,
    Counts,
    Directive,
    Event,
    Origin,
    Piece,
    RunState,
    Told,
)
from console.settings.types import Measured
from tests.ledger.reference import Result, RunResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from console.model import ErrorClass

_ORIGIN = Origin(1, 0, 1)


def piece_of(event: Event) -> Piece:
    """Return an event as a plain line tells it, once it is gathered into its run."""
    fields = msgspec.structs.asdict(event)
    fields["ts"] = fields.pop("ts_us")
    told = Told(**{**fields, "route": "", "run": "", "boot": "", "seq": None})
    return event.ts_us, told, _ORIGIN


class MemoryShelf:
    """Runs at rest, encoded as in the store."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], tuple[bytes, str, Entry, int]] = {}
        self.misses: dict[tuple[str, str], dict[ErrorClass, int]] = {}
        self.cells: dict[tuple[str, int], Counts] = {}
        self.receipts: dict[str, Orders] = {}
        self.rules: dict[tuple[str, str], list[str]] = {}
        self.boots: set[tuple[str, str, str]] = set()

    def fetch(self, route: str, run: str) -> Record | None:
        row = self.rows.get((route, run))
        if row is None:
            return None
        return Record(run_facts.decode(row[0], row[1]), row[2])

    def known(self, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        return {key for key in keys if key in self.rows}

    def crowded(self, route: str) -> Iterable[str]:
        return [run for (name, run), rules in self.rules.items() if name == route and rules]

    def since(self, route: str, at_us: int) -> Iterable[str]:
        return [run for (name, run), row in self.rows.items() if name == route and row[3] >= at_us]


class Player:
    """Feeds a ledger and keeps what it says; `restart` throws the ledger away."""

    def __init__(self, measured: Mapping[str, Measured], directives: Sequence[Directive]) -> None:
        self.shelf = MemoryShelf()
        self._measured = measured
        self._directives = directives
        self._orders: dict[str, Orders] = {}
        self.restart()

    def restart(self) -> None:
        for orders in self._orders.values():
            orders.concurrency, orders.boots = None, {}
        self.ledger = Ledger(self.shelf, self._measured_at, self._orders_of)
        self.ledger.resume(
            [
                (*key, row[2].deadline_us)
                for key, row in self.shelf.rows.items()
                if row[2].deadline_us is not None
            ],
            [(*key, row[1]) for key, row in self.shelf.rows.items() if row[1]],
            self.shelf.boots,
        )

    def play(
        self,
        events: Iterable[Event],
        clock: Mapping[str, int] | int,
        now_us: int,
        *,
        gathered: bool = False,
    ) -> None:
        """Take in a batch, one by one or gathered run by run as far as that goes, and settle."""
        gathering = Gathering()
        for event in events:
            if event.ts_us > now_us + FUTURE_SLACK_US:
                continue
            boot = event.route, event.agent, event.boot
            if event.agent and event.seq is not None and boot not in self.shelf.boots:
                self.shelf.boots.add(boot)
                self.ledger.boot(*boot)
            if gathered and event.event in EVENTS - RUNLESS:
                gathering.put(event, _ORIGIN)
            else:
                self.ledger.apply(event, _ORIGIN)
        gathering.close()
        self.ledger.bring(gathering.deliver())
        settled = self.ledger.settle(
            lambda route: clock if isinstance(clock, int) else clock.get(route, 0)
        )
        for change in settled.changes:
            key = (change.route, change.run)
            encoded = run_facts.encode(change.facts)
            last_us = change.facts.last_us
            self.shelf.rows[key] = (encoded, change.facts.parent, change.entry, last_us)
            first: dict[ErrorClass, int] = {}
            for debit in change.debits:
                first[debit.error_class] = min(debit.at_us, first.get(debit.error_class, 2**62))
            self.shelf.misses[key] = first
            self.shelf.rules[key] = [each.rule for each in change.debits if CROWDED in each.rule]
        for run in settled.whole:
            entry = Entry(RunState.GOOD.value, run.minute, handoff=run.handoff)
            self.shelf.rows[run.route, run.run] = (run.facts, "", entry, run.last_us)
        for route, minute, counts in settled.cells:
            before = self.shelf.cells.get((route, minute), Counts())
            self.shelf.cells[route, minute] = before.plus(counts)

    def result(self) -> Result:
        runs = {}
        for key, (_, _, entry, _) in self.shelf.rows.items():
            if entry.state:
                misses = self.shelf.misses.get(key, {})
                runs[key] = RunResult(RunState(entry.state), dict(misses), entry.minute)
        cells = {key: counts for key, counts in self.shelf.cells.items() if any(counts)}
        return Result(runs, cells)

    def rescues(self) -> dict[str, int]:
        """Return how many rescues the runs of each route needed."""
        counted: dict[str, int] = {}
        for (route, _), row in self.shelf.rows.items():
            counted[route] = counted.get(route, 0) + row[2].rescues
        return {route: count for route, count in counted.items() if count}

    def _measured_at(self, route: str, at_us: int) -> Measured:
        return self._measured.get(route, Measured())

    def _orders_of(self, route: str) -> Orders:
        if route not in self._orders:
            mine = [order for order in self._directives if order.route == route]
            self._orders[route] = Orders(mine)
        return self._orders[route]


def sound(cells: Mapping[tuple[str, int], Counts]) -> bool:
    """Say whether class <= bad <= total holds, and nothing is negative, in every cell."""
    return all(
        0 <= counts.bad <= counts.total
        and all(0 <= counts.of(error_class) <= counts.bad for error_class in CLASSES)
        for counts in cells.values()
    )
