"""The ledger: events in, changed runs out. Knows no SQL; a `Shelf` keeps what is not in memory."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple, Protocol

from console.ledger import runs
from console.ledger.case import Debit, duration
from console.ledger.counts import Cells, Entry, entry_of
from console.ledger.deadlines import Agenda
from console.ledger.facts import Facts, Key, gathered, own_run
from console.ledger.families import Families
from console.ledger.limits import Limits
from console.ledger.orders import RECEIPT, Orders
from console.ledger.parts import Part, events_of, in_order, pieces_of
from console.ledger.whole import Whole, began_us, ended_usually, ended_well, usually, whole
from console.model import EVENTS, MINUTE_US, Counts, Directive, ErrorClass, Event, Origin, RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from console.settings import Measured

_CACHE_LIMIT = 1_000
"""Each run takes some kilobytes; the shelf has those that are not here."""


class Record(NamedTuple):
    """One run as it rests: what is known of it, how it is booked, and whether that is stored."""

    facts: Facts
    entry: Entry
    stored: bool = True


class Change(NamedTuple):
    """One run that has to be stored anew, with the debits that its booking rests on."""

    route: str
    run: str
    facts: Facts
    entry: Entry
    debits: tuple[Debit, ...]
    missed: bool
    """Whether misses of the run may be stored already."""
    stored: bool
    """Whether anything of the run may be stored already."""


class Settled(NamedTuple):
    """What a settling changed: runs, and differences to the counts per (route, minute).

    `whole` are runs of which nothing was known before, and that ended well. `noted` are the routes
    whose agents' receipts or activity are to be stored anew.
    """

    changes: list[Change]
    cells: list[tuple[str, int, Counts]]
    noted: list[str]
    whole: Sequence[Whole] = ()


class Shelf(Protocol):
    """Where runs rest between the events that concern them."""

    def fetch(self, route: str, run: str) -> Record | None:
        """Return a run as it was last stored."""
        ...

    def known(self, keys: Iterable[Key]) -> set[Key]:
        """Return which runs (route, run) are stored."""
        ...

    def since(self, route: str, at_us: int) -> Iterable[str]:
        """Return the stored runs of a route with an event at or after an instant."""
        ...

    def crowded(self, route: str) -> Iterable[str]:
        """Return the stored runs of a route that were charged for starting beside others."""
        ...


class Ledger:
    """All runs of all routes, judged incrementally.

    Args:
        shelf: where runs rest.
        measured: what is measured on a route for a run that starts at an instant.
        orders: the directives of a route as they are known.
    """

    def __init__(
        self,
        shelf: Shelf,
        measured: Callable[[str, int], Measured],
        orders: Callable[[str], Orders],
    ) -> None:
        self._shelf = shelf
        self._measured = measured
        self._orders = orders
        self._records: OrderedDict[Key, Record] = OrderedDict()
        self._families = Families(lambda key: self._record(key).facts)
        self._limits = Limits(shelf, lambda key: self._record(key).facts, self._families, orders)
        self._dirty: dict[Key, None] = {}
        self._reviewed: set[str] = set()
        self._cells = Cells()
        self._whole: list[Whole] = []
        self.agenda = Agenda()

    def resume(
        self,
        deadlines: Iterable[tuple[str, str, int]],
        links: Iterable[tuple[str, str, str]],
        boots: Iterable[tuple[str, str, str]],
    ) -> None:
        """Take up what is stored: deadlines (route, run, instant), and who belongs to whom.

        That is: parents (route, run, parent), and the starts of agents (route, agent, boot).
        """
        for route, agent, boot in boots:
            self._orders(route).boot(agent, boot)
        for route, run, deadline_us in deadlines:
            self.agenda.set(route, run, deadline_us)
        self._families.resume(links)

    def apply(self, event: Event, origin: Origin) -> None:
        """Take in one event."""
        orders = self._orders(event.route)
        if event.agent and (orders.directives or event.event == RECEIPT):
            seen, late = orders.note(event, self._receipt_within(event.route))
            if seen:
                self.review(event.route, event.ts_us)
            if seen or late:
                self._reviewed.add(event.route)
        if event.event == RECEIPT or event.event not in EVENTS:
            return
        run = event.run or own_run(event)
        key = (event.route, run)
        record = self._record(key)
        self._dirty |= dict.fromkeys(self._families.adopt(key, event.parent))
        if record.facts.add(event, origin):
            self._touch(key)

    def bring(self, read: dict[Key, list[Part]]) -> None:
        """Take in all that was read of some runs at once; to be settled before more is brought.

        A run of which nothing else is known, on a route without orders, may have ended well in it:
        then it is judged and done with. Whatever is not as simple is applied event by event.
        """
        measured, ended = self._measured, []
        self._meet_families(read)
        fresh = set(read).difference(self._records, self._families.parents())
        fresh -= self._shelf.known(fresh)
        ordered = {route for route in {route for route, _ in read} if self.ordered(route)}
        if ordered:
            fresh = {key for key in fresh if key[0] not in ordered}
        for key, parts in read.items():
            if key not in fresh:
                self._add(key, parts, alone=key[0] not in ordered)
                continue
            route, run = key
            part, found = parts[0], None
            if part.usual is not None and len(parts) == 1:
                end = ended_usually(part, measured(route, part.instants[0]))
                found = None if end is None else usually(route, run, part, end)
            if found is None:
                found = self._ended_well(route, run, parts)
            if found is None:
                self._begin(key, parts)
            else:
                ended.append(found)
        self._cells.closed_well([(run.minute, run.route) for run in ended])
        self._whole += ended

    def _ended_well(self, route: str, run: str, parts: list[Part]) -> Whole | None:
        """Return a run of which nothing was known, if it ended well in what was read."""
        pieces = pieces_of(parts)
        if not in_order(pieces):
            return None
        end = ended_well(pieces, self._measured(route, began_us(pieces)))
        return None if end is None else whole(route, run, pieces, end)

    def _add(self, key: Key, parts: list[Part], *, alone: bool) -> None:
        """Take in what was read of a run that is known; `alone`: no order stands on its route."""
        if not alone:
            for event, origin in events_of(*key, parts):
                self.apply(event, origin)
        elif not self._record(key).facts:
            self._begin(key, parts)
        elif self._record(key).facts.take(part.facts for part in parts):
            self._touch(key)

    def _begin(self, key: Key, parts: list[Part]) -> None:
        """Take in all events that are known of a run: what `apply` does where no order stands."""
        facts = gathered([part.facts for part in parts])
        known = self._records.get(key)
        if known is None:
            self._records[key] = Record(facts, Entry(), stored=False)
        else:
            facts.parent = known.facts.parent
            self._records[key] = known._replace(facts=facts)
        self._touch(key)

    def _meet_families(self, read: dict[Key, list[Part]]) -> None:
        """Take in which runs started others, before any of them is taken for a run by itself."""
        named = [(key, part.parent) for key, parts in read.items() for part in parts if part.parent]
        if not named:
            return
        family = {key for key, _ in named} | {(route, parent) for (route, _), parent in named}
        family.difference_update(self._records)
        for key in family - self._shelf.known(family):
            self._records[key] = Record(Facts(), Entry(), stored=False)
        for key, parent in named:
            self._dirty |= dict.fromkeys(self._families.adopt(key, parent))

    def ordered(self, route: str) -> bool:
        """Say whether orders are known of a route, so that what its agents do is held to them."""
        return bool(self._orders(route).directives)

    def boot(self, route: str, agent: str, boot: str) -> None:
        """Take in a start of an agent: one more process may share its name, and what it may do."""
        orders = self._orders(route)
        orders.boot(agent, boot)
        if orders.limits():
            for run in self._shelf.crowded(route):
                self._touch((route, run))

    def knows(self, route: str, run: str) -> bool:
        """Say whether a run is known, in memory or on the shelf."""
        record = self._records.get((route, run))
        if record is not None and (record.facts or record.entry.state):
            return True
        return self._shelf.fetch(route, run) is not None

    def forget(self, keys: Iterable[Key]) -> None:
        """Forget runs that the shelf has deleted, whole families at once; what was settled counts.

        To be called when everything is settled.
        """
        for key in keys:
            self._families.forget(key)
            self._records.pop(key, None)
            self.agenda.set(*key, None)

    def review(self, route: str, since_us: int) -> None:
        """Judge again what a change of orders or receipts may have changed: runs since then."""
        self._reviewed.add(route)
        for run in self._shelf.since(route, since_us):
            self._touch((route, run))
        for key, record in list(self._records.items()):
            if key[0] == route and record.facts and record.facts.last_us >= since_us:
                self._touch(key)

    def reorder(self, route: str, since_us: int) -> None:
        """Judge again what orders that changed may have changed: runs since then.

        What agents logged before the orders were known, their clocks ahead or the reading behind,
        counts as if it came after. (Repeated receipts and events of unknown kinds are not kept: one
        that an agent logged ahead of its clock, before the order, is not held against it.)
        """
        self.review(route, since_us)
        orders, within = self._orders(route), self._receipt_within(route)
        orders.recall(within)
        for key in [key for key in self._dirty if key[0] == route]:
            for event in list(self._record(key).facts.events):
                orders.note(event, within)

    def settle(self, clock: Callable[[str], int]) -> Settled:
        """Judge every run that an event, an order or the clock of its route may have changed."""
        for route in self.agenda.routes():
            for run in self.agenda.due(route, clock(route)):
                self._dirty[route, run] = None
        self._dirty |= dict.fromkeys(self._limits.meet(self._dirty))
        changes = []
        for key in self._dirty:
            change = self._judge(key, clock(key[0]))
            if change.stored or change.facts or change.entry != Entry():
                changes.append(change)
            else:  # nothing is known but its name, of a parent that has nothing to answer for
                self._records.pop(key, None)
        self._dirty.clear()
        noted = sorted(self._reviewed)
        for route in noted:
            changes += self._overdue(route)
        self._reviewed.clear()
        self._trim()
        ended, self._whole = self._whole, []
        return Settled(changes, self._cells.drain(), noted, ended)

    def _receipt_within(self, route: str) -> Callable[[int], int]:
        return lambda issued_us: self._measured(route, issued_us).receipt_within_us

    def _judge(self, key: Key, clock_us: int) -> Change:
        route, run = key
        record = self._record(key)
        children = self._families.descendants(key)
        if self._families.parent(key) is not None or not (record.facts or children):
            outcome = runs.Outcome(None, None, (), None, handoff=False, rescues=0)
        else:
            measured = self._measured(route, _begun_us(record.facts, children))
            outcome = runs.evaluate(
                run,
                record.facts,
                children,
                measured=measured,
                orders=self._orders(route),
                clock_us=clock_us,
            )
        return self._book(key, record, outcome)

    def _book(self, key: Key, record: Record, outcome: runs.Outcome) -> Change:
        entry = entry_of(outcome)
        self._cells.move(key[0], record.entry, entry)
        self._records[key] = Record(record.facts, entry)
        self.agenda.set(*key, entry.deadline_us)
        missed = bool(record.entry.classes)
        return Change(*key, record.facts, entry, outcome.debits, missed, record.stored)

    def _overdue(self, route: str) -> list[Change]:
        """Book one recovery miss, as a run of its own, for each order that an agent ignored."""
        orders = self._orders(route)
        changes = []
        for order in orders.directives.values():
            agents = orders.overdue(order)
            record = self._record((route, order.id))
            if not agents and not record.entry.state:
                continue
            changes.append(self._book((route, order.id), record, self._ignored(order, agents)))
        return changes

    def _ignored(self, order: Directive, agents: tuple[str, ...]) -> runs.Outcome:
        if not agents:
            return runs.Outcome(None, None, (), None, handoff=False, rescues=0)
        within_us = self._receipt_within(order.route)(order.issued_us)
        at_us = order.issued_us + within_us
        rule = (
            f"{order.kind.value} not confirmed within {duration(within_us)} by {', '.join(agents)}"
        )
        debit = Debit(ErrorClass.RECOVERY, at_us, rule, ())
        return runs.Outcome(
            RunState.BAD, at_us // MINUTE_US, (debit,), None, handoff=False, rescues=0
        )

    def _touch(self, key: Key) -> None:
        self._dirty[key] = None
        self._dirty[self._families.root(key)] = None

    def _record(self, key: Key) -> Record:
        record = self._records.get(key)
        if record is None:
            record = self._shelf.fetch(*key) or Record(Facts(), Entry(), stored=False)
            self._records[key] = record
        return record

    def _trim(self) -> None:
        """Forget the runs that were not needed for longest; the shelf has them."""
        while len(self._records) > _CACHE_LIMIT:
            self._records.popitem(last=False)


def _begun_us(own: Facts, children: list[tuple[str, Facts]]) -> int:
    """Return when a family began: with the root's work, else, where none of it was read, theirs."""
    if own.works:
        return own.began_us
    working = (facts.began_us for _, facts in children if facts.works)
    return min(working, default=own.began_us)
